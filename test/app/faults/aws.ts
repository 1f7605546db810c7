import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../../sandbox/aws/faults.ts';
import type { PersonDriver } from '../../../sandbox/slack/driver/person.ts';
import { addAdmins, connectKey, freshUser, kept } from '../../support/acting.ts';
import { Scene, type EngineName, type TransportName } from '../../support/rekey.ts';

/**
 * Connects while AWS fails at one call for good, everybody at the same time: a whole connection that says what could
 * not be checked, or none and “Could not verify”; never a verdict on the key.
 */
export function describeAwsFaults(
  transport: TransportName,
  engine: EngineName,
  faults: readonly (readonly [action: string, effect: FaultEffect])[],
): void {
  describe(`AWS fails while connecting over ${transport} on ${engine}`, () => {
    let scene: Scene;
    let admins: PersonDriver[];
    const whole: string[] = [];

    beforeAll(async () => {
      scene = await Scene.set(transport, engine);
      admins = addAdmins(scene, faults.length);
      await scene.start();
    });

    afterAll(async () => {
      await scene.strike();
    });

    describe('each person is told', { timeout: 70_000 }, () => {
      it.concurrent.each(faults.map(([action, effect], at) => ({ action, effect, kind: effect.kind, at })))(
        '$action: $kind',
        async ({ action, effect, at }) => {
          const person = admins[at];
          if (person === undefined) throw new Error('There are too few admins');
          const name = `fault-${at}`;
          const { key } = freshUser(scene, name);
          const fault = scene.aws.faults.add({ action, accessKeyId: key.accessKeyId, effect });
          const view = await connectKey(person, name, key);
          expect(fault.fired).toBeGreaterThan(0);
          const undecided = view.title === 'Could not verify';
          // Without an identity nothing is known; without the rest the connection says what it does not know.
          const possible =
            action === 'GetCallerIdentity' ? ['Could not verify'] : ['Connected', 'Could not verify'];
          expect(possible).toContain(view.title);
          const doubt = /says nothing about the credentials|guess|could not check|unknown/i;
          // Slow is no failure: everything was read.
          expect(view.words).toMatch(effect.kind === 'latency' ? 'is connected' : doubt);
          if (!undecided) whole.push(name);
        },
      );
    });

    it('and what is kept is whole', async () => {
      const now = await kept(scene);
      expect(now.connections.map(({ name }) => name).sort()).toEqual([...whole].sort());
      expect(now).toMatchObject({ attempts: [], orphans: 0, sealed: whole.length });
      expect(scene.slack.defects).toEqual([]);
    });
  });
}
