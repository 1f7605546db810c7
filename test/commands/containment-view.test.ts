import { expect, test } from 'vitest';
import { parseTakeBack, takeBackForm } from '../../commands/modals/containment-view.ts';
import type { IncomingView } from '../../commands/incoming.ts';
import { eventWords } from '../../src/domain/containment-event-words.ts';
import type { Containment } from '../../src/domain/containment.ts';
import { containment } from '../db/containment-samples.ts';
import { NOW } from './outside.ts';

const THIEFS = 'AKIAI44QH8DHBEXAMPLE';

function formOf(changes: Partial<Containment>, act: 'undo' | 'recover') {
  const form = takeBackForm(
    { containment: containment({ state: 'holding', ...changes }), accountName: 'prod', now: NOW },
    act,
  );
  return { metadata: form.private_metadata ?? '', text: JSON.stringify(form.blocks) };
}

function submitted(metadata: string) {
  const values = new Map([['field.containmentReason', { one: 'clean', many: [] }]]);
  return parseTakeBack({ metadata, values } as unknown as IncomingView);
}

test('an Undo says what it was shown: a reason that holds, or one that was judged true', () => {
  const [holder] = containment().holders;
  if (holder === undefined) throw new Error('no holder');
  const held = formOf({}, 'undo');
  expect(held.text).not.toContain('true alarm');
  expect(submitted(held.metadata)).toMatchObject({
    ok: true,
    input: { holderId: 'h1', phase: 'held', again: 0 },
  });
  const again = { by: 'U0OTHER', hostUser: null, at: NOW, reason: 'back', times: 2 };
  const renewed = formOf({ holders: [{ ...holder, again }] }, 'undo');
  expect(submitted(renewed.metadata)).toMatchObject({ ok: true, input: { holderId: 'h1', again: 2 } });
  // A window of before that was counted.
  const old = JSON.stringify({ id: 'c1', holder: 'held h1' });
  expect(submitted(old)).toMatchObject({ ok: true, input: { holderId: 'h1', phase: 'held', again: 0 } });
  const taken = { by: 'U0RESP', at: NOW, reason: 'cleaned up' };
  const judged = formOf({ state: 'recovered', holders: [{ ...holder, phase: 'recovered', taken }] }, 'undo');
  expect(judged.text).toMatch(/Recovered already.*<@U0RESP>: cleaned up/);
  expect(submitted(judged.metadata)).toMatchObject({
    ok: true,
    input: { holderId: 'h1', phase: 'recovered' },
  });
  // A window of before: what it showed is not known.
  expect(() => submitted(JSON.stringify({ id: 'c1', holder: 'h1' }))).toThrow('older version');
});

test('Recover names the keys of the user that work again with it', () => {
  const mine = containment().accessKeyId;
  expect(formOf({ seenKeys: [mine] }, 'recover').text).not.toContain('Other keys');
  const events = [{ at: NOW, what: 'new_key', about: THIEFS }] as const;
  const form = formOf({ seenKeys: [mine, THIEFS], events }, 'recover');
  expect(form.text).toContain(`${THIEFS}\` *appeared since*`);
  expect(form.text).not.toContain(`• \`${mine}`);
});

test('what somebody undid is not said to be back before AWS was told', () => {
  for (const about of ['key', 'deny', 'date']) {
    expect(eventWords({ at: NOW, what: 'put_back', about })).toMatch(
      /is being (?:put back|switched off again)/,
    );
  }
});
