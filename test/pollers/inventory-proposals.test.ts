import { describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../sandbox/aws/faults.ts';
import { assessAccount } from '../../src/handlers/assess-keys.ts';
import { DAY_MS, InventoryWorld } from './world.ts';

const REFUSALS: readonly (readonly [string, FaultEffect])[] = [
  ['throttled', { kind: 'throttle' }],
  [
    'denied',
    {
      kind: 'error',
      code: 'AccessDenied',
      status: 403,
      message: 'User: x is not authorized to perform this because no identity-based policy allows it',
    },
  ],
];

/** Each look-up, those that would tell the same, and which findings of silence and quarantine must then propose nothing. */
const LOOK_UPS: readonly (readonly [
  action: string,
  alsoWithout: readonly string[],
  mute: readonly string[],
])[] = [
  ['ListUsers', ['GetAccountAuthorizationDetails'], ['quarantined', 'unused', 'never_used']],
  ['ListAccessKeys', [], ['quarantined', 'unused', 'never_used']],
  ['GetAccessKeyLastUsed', ['GetCredentialReport'], ['unused', 'never_used']],
  ['ListAttachedUserPolicies', ['GetAccountAuthorizationDetails'], ['quarantined']],
];

describe.each(LOOK_UPS)('when %s (without %s)', (action, alsoWithout, mute) => {
  it.each(REFUSALS)(
    'is %s, nothing is called unused by it, and no end of a key is proposed',
    async (_, effect) => {
      await using world = await InventoryWorld.open();
      const { account, clock, standIn, services, inventory } = world;
      await world.connect();
      const ann = account.addUser('ann', {
        createdAt: clock.now() - 400 * DAY_MS,
        attached: ['AWSCompromisedKeyQuarantineV3'],
      });
      const silent = (days: number) =>
        ann.addKey({
          createdAt: clock.now() - 300 * DAY_MS,
          lastUsed: { at: clock.now() - days * DAY_MS, service: 's3', region: 'N/A' },
        }).accessKeyId;
      // Silent for different times, and so beyond the proof of a report.
      const ids = [silent(60), silent(70)];
      const endsProposed = async () => {
        const found = (await inventory.standings.ofKeys(ids)).flatMap(({ findings }) => findings);
        return {
          codes: [...new Set(found.map(({ code }) => code))].filter((code) =>
            ['quarantined', 'unused', 'never_used'].includes(code),
          ),
          ends: found.filter(({ propose }) => propose === 'deactivate' || propose === 'delete'),
        };
      };
      await world.sweep();
      await assessAccount(services, account.id);
      const before = await endsProposed();
      expect(before.codes.toSorted()).toEqual(['quarantined', 'unused']);
      expect(before.ends).toHaveLength(4);

      // From now on AWS does not answer this, for longer than its last answer counts.
      for (const each of [action, ...alsoWithout]) standIn.faults.add({ action: each, effect });
      for (let day = 0; day < 3; day += 1) {
        world.forward(DAY_MS + 3_600_000);
        await world.sweep('full');
      }
      await assessAccount(services, account.id);
      const after = await endsProposed();
      // Known once, it is not taken for over because nobody answers.
      expect(after.codes).toContain('quarantined');
      expect(after.codes.includes('unused') && action === 'GetAccessKeyLastUsed').toBe(false);
      expect(after.ends.filter(({ code }) => mute.includes(code))).toEqual([]);
    },
  );
});
