import { afterEach, beforeEach, expect, it } from 'vitest';
import { refreshHome } from '../../commands/refresh-home.ts';
import { SlackStandIn } from '../../sandbox/slack/stand-in.ts';
import { systemClock } from '../../src/clock.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Services } from '../../src/handlers/services.ts';
import { boltLogger } from '../../src/log.ts';
import type { Desk } from '../../src/ports/slack.ts';
import { slackDesk } from '../../src/slack/desk.ts';
import { slackPeople } from '../../src/slack/people.ts';
import { proxyDispatcher, webClient } from '../../src/slack/web-client.ts';
import { connection } from '../db/samples.ts';
import { Rotating } from '../support/rotating.ts';
import { recordingLog } from '../support/system-world.ts';

const ADA = 'U0ADA';
const BOB = 'U0BOB';
let slack: SlackStandIn;
let rekey: Rotating;
let services: Services;
let desk: Desk;

beforeEach(async () => {
  slack = await SlackStandIn.start();
  for (const [id, name] of [[ADA, 'ada'] as const, [BOB, 'bob'] as const]) slack.addPerson({ id, name });
  rekey = await Rotating.set('sqlite');
  const log = recordingLog();
  const web = webClient({
    botToken: new Secret(slack.botToken),
    apiUrl: slack.url,
    logger: boltLogger(log),
    dispatcher: proxyDispatcher({}),
  });
  desk = slackDesk(web, () => Promise.resolve({ ok: true, status: 200 }), log);
  services = {
    ...rekey.services,
    people: slackPeople(web, systemClock),
    hostIdentity: () => Promise.resolve({ available: false, why: '', mend: '' }),
    teamId: slack.teamId,
    admins: [ADA, BOB],
    log,
  };
});

afterEach(async () => {
  await rekey[Symbol.asyncDispose]();
  await slack.stop();
});

function published(userId: string): string[] {
  return slack.received
    .filter(({ method, args }) => method === 'views.publish' && args['user_id'] === userId)
    .map(({ args }) => JSON.stringify(args['view']));
}

it('draws the Home of a person twice for many at a time, and the last page knows it all', async () => {
  await Promise.all(
    Array.from({ length: 12 }, async (_, at) => {
      const name = `Account ${at}`;
      const added = connection({
        id: `c${at}`,
        name,
        accessKeyId: `AKIAHOME${String(at).padStart(12, 'A')}`,
      });
      await services.stores.atomically([services.stores.connections.insert(added)]);
      await refreshHome(services, desk, ADA);
      // What is resolved has been shown.
      expect(published(ADA).at(-1)).toContain(name);
    }),
  );
  const drawn = published(ADA);
  expect(drawn.length).toBeLessThanOrEqual(3);
  for (let at = 0; at < 12; at += 1) expect(drawn.at(-1)).toContain(`Account ${at}`);
});

it('draws for each person, again later, and after a page that failed', async () => {
  await Promise.all([refreshHome(services, desk, ADA), refreshHome(services, desk, BOB)]);
  expect([published(ADA).length, published(BOB).length]).toEqual([1, 1]);
  slack.faults.add('views.publish', { kind: 'http', status: 500 });
  await Promise.all([refreshHome(services, desk, ADA), refreshHome(services, desk, ADA)]);
  expect(published(ADA).length).toBe(3);
  await refreshHome(services, desk, ADA);
  expect(published(ADA).length).toBe(4);
});
