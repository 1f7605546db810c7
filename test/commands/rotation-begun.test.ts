import { expect, test } from 'vitest';
import { begun } from '../../commands/rotation-begun.ts';
import { rotation } from '../db/rotation-samples.ts';
import { cardOf } from './rotation-models.ts';
import { tame } from './outside.ts';

test('who decides while Rekey is paused hears when it is done, and that nothing waits where nothing does', () => {
  const card = { ...cardOf(rotation({ id: 'r1', state: 'quiet' }), tame), paused: null };
  expect(begun('reactivate', card)).not.toContain('paused');
  const paused = { ...card, paused: 'a freeze' };
  expect(begun('reactivate', paused)).toContain('it goes on when an admin resumes it');
  expect(begun('wait', paused)).not.toContain('paused');
  const ended = { ...paused, rotation: rotation({ id: 'r1', state: 'undone' }) };
  expect(begun('stop', ended)).not.toContain('paused');
});
