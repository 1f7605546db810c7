import { describe, expect, test } from 'vitest';
import { startRotation } from '../../src/handlers/rotations/start.ts';
import { MIN_QUIET_MS } from '../../src/rotation/quiet.ts';
import { secretTarget, statuses } from '../support/rotated-places.ts';
import { Rotating } from '../support/rotating.ts';

const MANY = 50;
/** What is safe with AWS, and what may be saved up (src/aws/budget.ts). */
const PER_SECOND = 5;
const BURST = 5;

describe.each(['sqlite', 'postgres'] as const)(`${MANY} rotations at once on %s`, (engine) => {
  test('stay inside the call budget of their account, and none is forgotten', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection } = await rekey.connect('Shop');
    const { services, clock } = rekey;
    const users = [];
    for (let at = 0; at < MANY; at += 1) {
      const { user, key } = await rekey.user(`deploy-${at}`);
      const place = { connectionId: connection.id };
      const { id } = await rekey.destination('secrets-manager', user, secretTarget(user.name), place);
      const keys = [{ accessKeyId: key.accessKeyId, status: 'Active', createdAt: null }] as const;
      const snapshot = {
        userId: user.userId,
        userName: user.name,
        arn: user.arn,
        keys,
        takenAt: clock.now(),
      };
      await startRotation(services, rekey.request(), {
        accessKeyId: key.accessKeyId,
        destinationIds: [id],
        reason: 'all of them',
        planned: { snapshot, quietMs: MIN_QUIET_MS },
        card: { kind: 'channel', channelId: 'C1' },
      });
      users.push(user);
    }
    rekey.aws.requests.clear();
    const began = clock.now();
    const { rotations } = services.stores.rotation;
    const all = () => rotations.page({ state: null, accountId: null, open: true }, null, MANY + 1);
    for (let turns = 0; turns < 200; turns += 1) {
      const open = await all();
      const busy = open.filter(({ state }) => state !== 'quiet');
      if (busy.length === 0) break;
      const next = Math.min(...busy.map(({ nextAt }) => nextAt ?? Infinity));
      clock.forward(Math.max(0, next - clock.now()));
      await rekey.resume();
    }
    expect((await all()).map(({ state }) => state)).toEqual(Array.from({ length: MANY }, () => 'quiet'));
    const iam = [...rekey.aws.requests].filter(({ service }) => service === 'iam');
    expect(iam.filter(({ errorCode }) => errorCode !== null)).toEqual([]);
    const seconds = (clock.now() - began) / 1_000;
    expect(iam.length).toBeLessThanOrEqual(BURST + PER_SECOND * (seconds + 5));
    for (const user of users)
      expect(statuses(user).map(([, status]) => status)).toEqual(['Active', 'Active']);
    // When nothing is due, nothing is asked.
    rekey.aws.requests.clear();
    clock.forward(60_000);
    expect([await rekey.resume(), rekey.aws.requests.length]).toEqual([0, 0]);
  }, 240_000);
});
