import { afterEach, describe, expect, it } from 'vitest';
import { call } from '../../src/detections/example.ts';
import type { EngineName } from '../support/rekey.ts';
import { accountOf, connectKey, freshUser } from '../support/acting.ts';
import { Instance } from '../support/instances.ts';
import { eventually } from '../support/instants.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

/**
 * How soon an account that a killed process held is watched again. With a heartbeat of 10 s (45 s for real) and
 * instances that are taken for dead after 40 s, this is far less than the deadline of the job.
 */
const AGAIN_MS: Readonly<Record<EngineName, number>> = { sqlite: 45_000, postgres: 110_000 };
const CALLS = [2, 9, 20];

let scene: Scene | null = null;
let living: Instance[] = [];

afterEach(async () => {
  for (const each of living) await each.kill();
  await scene?.strike();
  [living, scene] = [[], null];
});

/** One theft in each, so that there is one to find whatever was read when a process died. */
const PLACES = ['us-east-1', 'us-east-2', 'eu-west-1', 'eu-central-1', 'ap-south-1', 'sa-east-1'];

const keyOf = (number: number): string => `AKIAKILLED${String(number).padStart(10, '0')}`;

function theft(here: Scene, number: number, region: string): void {
  const at = Math.floor(Date.now() / 1_000) * 1_000 - 60_000;
  const account = accountOf(here);
  const by = { type: 'IAMUser', accessKeyId: keyOf(number), accountId: account.id };
  const eventId = here.aws.world.ids.requestId();
  account.in(region).history.add({
    eventId,
    at,
    visibleAt: at,
    name: 'StopLogging',
    source: 'cloudtrail.amazonaws.com',
    userName: 'alice',
    accessKeyId: keyOf(number),
    readOnly: false,
    resources: [],
    record: {
      ...call('cloudtrail:StopLogging', { by, region }),
      eventTime: new Date(at).toISOString().replace('.000Z', 'Z'),
      eventID: eventId,
    },
  });
}

describe('a process that is killed while it watches', { timeout: 900_000 }, () => {
  it.each(['sqlite', 'postgres'] as const)(
    'leaves an account that is watched again within two minutes, and nothing twice: %s',
    async (engine) => {
      const here = await Scene.set('http', engine);
      scene = here;
      here.environment['REKEY_ALERT_CHANNEL'] = CHANNELS.alerts;
      const start = async (): Promise<Instance> => {
        const instance = await Instance.start(here);
        living.push(instance);
        here.slack.useHttp(instance.httpUrl ?? '');
        return instance;
      };
      const ada = here.slack.as(PEOPLE.admin);
      let instance = await start();
      for (const [number, place] of PLACES.entries()) theft(here, number, place);
      const armed = (skip: number) =>
        here.aws.faults.add({ action: 'LookupEvents', times: 1, skip, effect: { kind: 'hang' } });
      // On PostgreSQL one death says it all: each costs its lease.
      const deaths = engine === 'sqlite' ? CALLS : CALLS.slice(1, 2);
      let fault = armed(deaths[0] ?? 0);
      await (
        await connectKey(ada, 'main', freshUser(here, 'watcher', ['verify', 'inventory', 'watch']).key)
      ).close();
      // How long the machine takes to start a process is not what is asked.
      let startedAt = 0;
      for (const [number, skip] of deaths.entries()) {
        if (number > 0) fault = armed(skip);
        await eventually(() => fault.fired > 0, 'a look-up to kill it at', 120_000);
        await instance.kill();
        here.aws.faults.clear();
        instance = await start();
        startedAt = Date.now();
      }
      const stores = await here.stores();
      const incidents = async () =>
        stores.watch.incidents.page({ open: null, least: null, accountId: null, text: null }, null, 50);
      const wanted = PLACES.map((_, number) => keyOf(number)).sort();
      const told = (): string[] => {
        const heads = here.slack
          .as(PEOPLE.admin)
          .messages(CHANNELS.alerts)
          .filter(({ threadTs }) => threadTs === undefined);
        return wanted.flatMap((key) => heads.filter(({ words }) => words.includes(key)).map(() => key));
      };
      await eventually(
        () => new Set(told()).size === wanted.length,
        'every alarm',
        AGAIN_MS[engine] + 20_000,
      );
      expect(Date.now() - startedAt).toBeLessThan(AGAIN_MS[engine] + 20_000);
      // What was read again is told once.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(told().sort()).toEqual(wanted);
      expect((await incidents()).map(({ subject }) => subject).sort()).toEqual(wanted);
      for (const { id } of await incidents()) {
        expect(await stores.watch.signals.ofIncident(id, 10)).toHaveLength(1);
      }
      await stores.close();
    },
  );
});
