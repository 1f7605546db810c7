import { describe, expect, it } from 'vitest';
import { approvalState, refusalToDeliver } from '../../src/domain/approval.ts';
import { known, unknown } from '../../src/domain/known.ts';
import { binding, destination } from '../db/rotation-samples.ts';

const SECRET = { label: 'AWS Secrets Manager', needsSecondPerson: false };
const WEBHOOK = { label: 'Webhook', needsSecondPerson: true };
const ADMINISTRATOR = known(true, 1);

const made = destination({ id: 'd1', createdBy: 'UMADE', version: 3 });
const bound = binding({ id: 'b1', createdBy: 'UBOUND', destinationVersion: 3 });
const approved = { ...bound, approvedBy: 'USECOND', approvedAt: 9 };

describe('a delivery', () => {
  it('of an ordinary user to a place in AWS takes no second person', () => {
    const about = { destination: made, binding: bound, kind: SECRET, administrator: known(false, 1) };
    expect(approvalState(about)).toEqual({ state: 'free' });
    expect(refusalToDeliver(about)).toBeNull();
  });

  it.each([
    ['to a webhook', WEBHOOK, known(false, 1), 'because it is a webhook'],
    ['of an administrator', SECRET, ADMINISTRATOR, 'because deploy has administrator rights'],
    [
      'of a user nobody could ask about',
      SECRET,
      unknown('not allowed: iam:ListAttachedUserPolicies', 1),
      'because it is not known whether deploy has administrator rights (not allowed: iam:ListAttachedUserPolicies)',
    ],
  ])('%s waits for one, and counts once approved', (_, kind, administrator, because) => {
    const about = { destination: made, binding: bound, kind, administrator };
    expect(refusalToDeliver(about)).toContain(`A second admin must approve it first, ${because}`);
    expect(approvalState({ ...about, binding: approved })).toEqual({
      state: 'approved',
      by: 'USECOND',
      at: 9,
    });
    expect(refusalToDeliver({ ...about, binding: approved })).toBeNull();
  });

  it('waits again when the destination was changed after its approval', () => {
    const changed = { ...made, version: 4, changedBy: 'UMADE', changedAt: 10 };
    const about = { destination: changed, binding: approved, kind: WEBHOOK, administrator: ADMINISTRATOR };
    expect(approvalState(about)).toMatchObject({ state: 'waiting', lapsed: true });
    expect(refusalToDeliver(about)).toMatch(/^It was changed after it was approved\. A second admin/);
  });

  it.each([
    ['made the destination', { destination: { ...made, createdBy: 'USECOND' } }],
    ['changed it last', { destination: { ...made, changedBy: 'USECOND', changedAt: 5 } }],
    ['bound it', { binding: { ...approved, createdBy: 'USECOND' } }],
  ])('does not count as approved by who %s', (_, over) => {
    const about = { destination: made, binding: approved, kind: WEBHOOK, administrator: ADMINISTRATOR };
    expect(approvalState({ ...about, ...over })).toMatchObject({ state: 'waiting', lapsed: false });
  });
});
