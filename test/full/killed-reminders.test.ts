import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deepEqual, equal, ok } from 'node:assert/strict';
import { afterEach, describe, test } from 'vitest';
import { connection } from '../db/samples.ts';
import { ACCOUNT, DAY, sampleKey, tagged } from '../domain/key-samples.ts';
import { emptyAccount } from '../keys/bench.ts';
import { FileClock } from '../support/file-clock.ts';
import { Instance } from '../support/instances.ts';
import { DEFAULT_WORKING_HOURS, nextWorkingMoment } from '../../src/domain/working-hours.ts';
import { CHANNELS, PEOPLE, Scene, type EngineName } from '../support/rekey.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { chanceOf } from '../support/troubles.ts';
import { seedOfRun } from '../support/seed.ts';

const HOUR = 3_600_000;
/** When everybody is at work, in UTC. */
const MORNINGS = { ...DEFAULT_WORKING_HOURS, from: '10:00', until: '11:00' };
/** So long no instance of a round lives, unless it is let live to the end of its work. */
const LIFE_MS = 2_500;
const SCOPES = ['commands', 'chat:write', 'users:read', 'usergroups:read', 'users:read.email'];
const HISTORY = ['channels:history', 'groups:history', 'im:history'];

const seed = seedOfRun();

let scene: Scene | null = null;
let living: readonly Instance[] = [];

afterEach(async () => {
  await Promise.all(living.map((each) => each.kill()));
  await scene?.strike();
  scene = null;
});

describe(`reminders under SIGKILL, SEED=${seed}`, { timeout: 1_200_000 }, () => {
  test.each([
    ['sqlite', 1, 24],
    ['postgres', 2, 10],
  ] as const)('are each told once: %s, instances: %i, rounds: %i', async (engine, count, rounds) => {
    const chance = chanceOf(seed);
    const clock = newClock();
    const here = await sceneWithKeys(engine, clock);
    scene = here;
    for (let round = 0; round < rounds; round += 1) {
      // Some two weeks in all.
      clock.forward(((2 * chance() * 14) / rounds) * DAY);
      if (chance() < 0.3) here.slack.faults.add('chat.postMessage', { kind: 'answer_lost', how: 'hang' });
      living = await start(here, clock, count);
      await sleep(chance() * LIFE_MS);
      await Promise.all(living.map((each) => each.kill()));
    }
    // The last ones live: in the mornings of three days everything is told.
    here.slack.faults.clear();
    for (let day = 0; day < 3; day += 1) {
      clock.forward(nextWorkingMoment(MORNINGS, clock.now() + 8 * HOUR) - clock.now());
      await workOff(here, clock);
    }
    await check(here);
  });
});

function newClock(): FileClock {
  const file = join(temporaryFolder(), 'ahead');
  // To the next Monday, 09:30 UTC.
  const now = Date.now();
  const today = Math.floor(now / DAY) * DAY;
  const monday = today + ((11 - (Math.floor(today / DAY) % 7)) % 7 || 7) * DAY;
  writeFileSync(file, String(monday + 9.5 * HOUR - now));
  return new FileClock(file);
}

async function sceneWithKeys(engine: EngineName, clock: FileClock): Promise<Scene> {
  const made = await Scene.set('socket', engine, clock);
  Object.assign(made.environment, { REKEY_ALERT_CHANNEL: CHANNELS.alerts });
  made.slack.changeBotToken({ scopes: [...SCOPES, ...HISTORY] });
  const stores = await made.stores();
  try {
    const now = clock.now();
    const { accounts, users, keys } = stores.inventory;
    // Which channel a person's direct messages are only the first of them tells: until then there is nowhere to look.
    const hello = { id: 'hello', text: 'Hello.', blocks: [], createdAt: now, correlationId: 'hello' };
    const target = { kind: 'person', userId: PEOPLE.operator } as const;
    await stores.atomically([stores.notices.add({ ...hello, target })]);
    await workOff(made, clock);
    const samples = Array.from({ length: 12 }, (_, at) => {
      const number = String(at).padStart(6, '0');
      const [accessKeyId, userId] = [`AKIAEXAMPLEX${number}XX`, `AIDAEXAMPLEX${number}XX`];
      const createdAt = now - (70 + 3 * at) * DAY;
      const seen = {
        firstSeenAt: createdAt,
        lastUse: { kind: 'used', at: now, service: null, region: null, asOf: now },
      } as const;
      return {
        user: tagged({ owner: 'omar' }, { userId, userName: `svc-${number}` }),
        key: sampleKey({ accessKeyId, userId, userName: `svc-${number}`, createdAt, ...seen }),
      };
    });
    await stores.atomically([
      // Nobody may act by it, so that no sweep looks for these keys in AWS.
      stores.connections.insert(connection({ id: 'c1', accountId: ACCOUNT, createdAt: now })),
      accounts.insert({ ...emptyAccount(ACCOUNT), sweptAt: now, fullAt: now }),
      users.put(samples.map(({ user }) => user)),
      keys.put(samples.map(({ key }) => key)),
    ]);
  } finally {
    await stores.close();
  }
  return made;
}

function start(here: Scene, clock: FileClock, count: number): Promise<Instance[]> {
  const changes = { REKEY_TEST_CLOCK: clock.file };
  return Promise.all(Array.from({ length: count }, () => Instance.start(here, changes)));
}

/**
 * Lets instances do what each start does, one after the other, until nothing waits: the queue of PostgreSQL knows
 * PostgreSQL's time only, so that nothing comes again by itself while the clock of this test is ahead.
 */
async function workOff(here: Scene, clock: FileClock): Promise<void> {
  const stores = await here.stores();
  try {
    for (let quiet = 0, lives = 0; quiet < 2; lives += 1) {
      if (lives > 20) throw new Error('The outbox does not come to rest');
      living = await start(here, clock, 1);
      await sleep(4_000);
      await Promise.all(living.map((each) => each.kill()));
      // What it had taken is free again.
      clock.forward(60_000);
      quiet = (await stores.notices.waiting()).count === 0 ? quiet + 1 : 0;
    }
  } finally {
    await stores.close();
  }
}

/** Each reminder that was written down stands in Slack once, and none is of a stage told before. */
async function check(here: Scene): Promise<void> {
  const stores = await here.stores();
  try {
    const keys = await stores.inventory.keys.page(ACCOUNT, null, 100);
    let reminders = 0;
    for (const [listener, place] of [
      [`user:${PEOPLE.operator}`, here.slack.world.direct(PEOPLE.operator).id],
      [`channel:${CHANNELS.alerts}`, CHANNELS.alerts],
    ] as const) {
      const { channels } = here.slack.state(PEOPLE.operator);
      const messages = channels.find(({ id }) => id === place)?.messages ?? [];
      const shown = messages.map(({ blocks }) => JSON.stringify(blocks));
      for (const { accessKeyId } of keys) {
        const events = (await stores.inventory.keyHistory.ofKey(accessKeyId, 1_000)).filter(
          ({ what, detail }) => what === 'reminded' && detail['audience'] === listener,
        );
        const stages = events.flatMap(({ detail }) => String(detail['stage']).split(', '));
        deepEqual(stages, [...new Set(stages)], `${listener} of ${accessKeyId}`);
        ok(stages.length > 0, `${listener} of ${accessKeyId}`);
        const rows = shown.filter((text) => text.includes(`"value":"${accessKeyId}"`)).length;
        equal(rows, events.length, `${listener} of ${accessKeyId}`);
        reminders += events.length;
      }
    }
    ok(reminders > 30, `${reminders} reminders`);
    equal((await stores.notices.lost(0)).count, 0);
  } finally {
    await stores.close();
  }
}
