import { expect, test } from 'vitest';
import type { Block, BlockCode, RotationState } from '../../src/domain/rotation.ts';
import { whoDecides } from '../../src/domain/rotation-words.ts';

function blocked(code: BlockCode, from: RotationState): { readonly block: Block } {
  const about = { keyIds: [], seen: null, destinationId: null, since: 1 };
  return { block: { from, code, why: 'why', choices: ['retry'], ...about } };
}

test('a trouble that lasts is not laid on the owners of the key; a key that is still used is', () => {
  expect(whoDecides(blocked('too_long', 'quiet'))).toContain('owners');
  expect(whoDecides(blocked('too_long', 'creating'))).toBe('An operator, when the trouble has passed.');
  expect(whoDecides({ block: null })).toBeNull();
});
