import { describe, expect, it } from 'vitest';
import type { FieldValue, IncomingView } from '../../commands/incoming.ts';
import { ownersView, parseOwnerRule, parseTags } from '../../commands/modals/owner-rules-view.ts';
import { parsePolicy } from '../../commands/modals/policy-form.ts';
import { MOST_OWNER_RULES } from '../../src/handlers/owner-rules.ts';
import { parseSnooze } from '../../commands/modals/snooze-form.ts';
import { parseWait } from '../../commands/modals/wait-form.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLEKE';
const LETTERS = 'wJalrXUtnFEMIaK7MDENGzbPxRfiCYzEXAMPLEKE';

const POLICY = {
  maxAgeDays: '90',
  warnDays: '14, 7',
  repeatDays: '3',
  unusedDays: '45',
  inactiveDays: '30',
  channelDays: '7',
  onCallDays: '7',
  snoozeDays: '30',
};
const SNOOZE = { snoozeFor: '7', snoozeReason: 'The vendor moves on Monday.' };

function viewOf(typed: Readonly<Record<string, string>>): IncomingView {
  const one = (text: string): FieldValue => ({ one: text, many: [] });
  return {
    id: 'V1',
    type: 'modal',
    hash: 'h',
    rootId: null,
    previousId: null,
    callbackId: 'x',
    metadata: 'AKIAIOSFODNN7EXAMPLE ',
    values: new Map(Object.entries(typed).map(([name, text]) => [`field.${name}`, one(text)])),
  };
}

function errorsOf(parsed: { ok: true } | { ok: false; errors: Readonly<Record<string, string>> }) {
  return parsed.ok ? {} : parsed.errors;
}

describe('a secret pasted into a form about keys', () => {
  it.each([
    ['a reason', () => parseSnooze(viewOf({ ...SNOOZE, snoozeReason: `ours is ${SECRET}` }))],
    ['tags of a policy', () => parsePolicy(viewOf({ ...POLICY, requiredTags: `team, ${SECRET}` }))],
    ['tags of owners', () => parseTags(viewOf({ ownerTags: SECRET, kindTag: 'kind' }))],
    ['the tag of kinds', () => parseTags(viewOf({ ownerTags: 'owner', kindTag: SECRET }))],
    ['the pattern of a rule', () => parseOwnerRule(viewOf({ ownerPattern: LETTERS, pattern: LETTERS }))],
  ] as const)('is refused, and not said again: %s', (_, parse) => {
    const errors = JSON.stringify(errorsOf(parse()));
    expect(errors).toContain('looks like a secret access key');
    expect(errors).not.toContain(SECRET.slice(0, 8));
  });

  it('is no sentence, and no name of a tag', () => {
    expect(parseSnooze(viewOf(SNOOZE)).ok).toBe(true);
    expect(parsePolicy(viewOf({ ...POLICY, requiredTags: 'team, cost-center' })).ok).toBe(true);
    expect(parseTags(viewOf({ ownerTags: 'owner, email', kindTag: 'rekey-kind' })).ok).toBe(true);
  });
});

describe('the rules of owners', () => {
  it('can all be removed, as many as there may be', () => {
    const rules = Array.from({ length: MOST_OWNER_RULES }, (_, at) => ({
      id: `r${at}`,
      accountId: null,
      pattern: `svc-${at}-*`,
      owners: [{ kind: 'user', userId: 'U0OWNER' } as const],
      createdBy: 'U0ADMIN',
      createdAt: 1,
    }));
    const tags = { owners: ['owner'], kind: 'rekey-kind' };
    const view = ownersView({ rules, tags, names: new Map(), said: 'Saved.' });
    const buttons = view.blocks.filter((block) => JSON.stringify(block).includes('owners.remove'));
    expect(buttons).toMatchObject(rules.map(({ id }) => ({ accessory: { type: 'button', value: id } })));
    expect(view.blocks.length).toBeLessThanOrEqual(100);
  });
});

const NO_DAYS = ['2026-13-45', '2026-02-30', '0000-00-00', 'tomorrow', '2026-1-1'];

describe('absurd values', () => {
  it.each(['0', '-1', '1e3', '3651', '99999999999999999999', 'NaN', '1.5', '٣'])('of days: %s', (days) => {
    for (const name of Object.keys(POLICY)) {
      expect(Object.keys(errorsOf(parsePolicy(viewOf({ ...POLICY, [name]: days }))))).toContain(
        `field.${name}`,
      );
    }
  });

  it.each(NO_DAYS)('of a day: %s', (day) => {
    expect(errorsOf(parseSnooze(viewOf({ ...SNOOZE, snoozeUntil: day })))).toEqual({
      'field.snoozeUntil': 'Choose a day.',
    });
  });

  it.each(NO_DAYS)('of a day to wait for: %s', (day) => {
    const wait = { waitFor: '24', waitReason: 'The release is on Monday.', waitUntil: day };
    const view = { ...viewOf(wait), metadata: '0198f7aa-1111-7000-8000-000000000001:1' };
    expect(errorsOf(parseWait(view))).toEqual({ 'field.waitUntil': 'Choose a day.' });
  });

  it('of a number of days of snooze', () => {
    for (const snoozeFor of ['-1', '0', 'Infinity', '1e400', 'x']) {
      expect(parseSnooze(viewOf({ ...SNOOZE, snoozeFor })).ok).toBe(false);
    }
  });
});
