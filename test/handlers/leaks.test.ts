import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStores, type OpenStores } from '../../db/open.ts';
import { createIds } from '../../src/crypto/ids.ts';
import type { Exposure, SeenMessage } from '../../src/domain/leak.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { endMessage } from '../../src/handlers/leaks/change.ts';
import { forgetOldLeaks } from '../../src/handlers/leaks/kept-leak.ts';
import { reportLeak } from '../../src/handlers/leaks/report.ts';
import type { Services } from '../../src/handlers/services.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { MovingClock } from '../support/moving-clock.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordingLog } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ID = 'AKIAY34FZKBOKMUTVV7A';

interface World {
  readonly services: Services;
  readonly clock: MovingClock;
  readonly stores: OpenStores;
}

async function world(url = `file:${join(temporaryFolder(), 'rekey.db')}`): Promise<World> {
  const clock = new MovingClock();
  const log = recordingLog();
  const stores = await openStores({ url, exclusive: false, clock, log });
  onTestFinished(() => stores.close());
  const ids = createIds(clock);
  const people = {
    person: () => Promise.resolve({ bot: false, deactivated: false, guest: false, stranger: false }),
  };
  // What these handlers use of them.
  const services = {
    stores,
    clock,
    log,
    ids,
    presenter,
    people,
    jobs: { enqueue: () => Promise.resolve() },
    instanceId: ids.next(),
    teamId: 'T1',
    workspace: { url: 'https://example.slack.com/', scopes: [] },
    admins: ['U0ADMIN', 'U0BOSS'],
    defaultAlertChannel: 'C0ALERTS',
  } as unknown as Services;
  return { services, clock, stores };
}

function message(ts: number, changes: Partial<SeenMessage> = {}): SeenMessage {
  const author = { kind: 'person', userId: 'U0NORA', foreign: false } as const;
  return { channelId: 'C0TEAM', ts: `${ts}.000100`, threadTs: null, shared: false, author, ...changes };
}

function exposure(...ids: string[]): Exposure {
  const keys = ids.map((accessKeyId) => ({ accessKeyId, kind: 'key', accountId: '609629065308' }) as const);
  return { keys, secretAlone: false };
}

/** What waits to be told, to the alert channel or to a person. */
async function waiting({ stores, clock }: World): Promise<Notice[]> {
  const all: Notice[] = [];
  for (;;) {
    const ready = await stores.notices.ready(clock.now() + 1_000, 100);
    if (ready.length === 0) return all;
    all.push(...ready);
    await stores.atomically(
      ready.map(({ id }) => stores.notices.posted(id, clock.now(), { channelId: 'C0ALERTS', ts: '1.1' })),
    );
  }
}

const where = ({ target, severity, edits, threadOf }: Notice): string => {
  const at =
    target.kind === 'channel' ? target.channelId : target.kind === 'person' ? target.userId : 'pager';
  const how = edits !== null ? ' edited' : threadOf !== null ? ' in thread' : '';
  return `${at}${how}${severity === null ? '' : ` ${severity}`}`;
};

describe('a message with a key', () => {
  it.each(['sqlite', 'postgres'])(
    'is told once when it is delivered to many at once, on %s',
    async (engine) => {
      const one = await world(engine === 'sqlite' ? undefined : await freshDatabase());
      const told = await Promise.all(
        Array.from({ length: 6 }, (_, at) => reportLeak(one.services, message(1), exposure(ID), `c${at}`)),
      );
      expect(told.filter((each) => each !== null)).toHaveLength(1);
      expect((await waiting(one)).map(where).toSorted()).toEqual(['C0ALERTS high', 'U0NORA']);
      const rows = await one.stores.audit.newest(10);
      expect(rows.map(({ verb, entityId }) => [verb, entityId])).toEqual([['leak.found', 'C0TEAM:1.000100']]);
    },
  );

  it('is known to be deleted when that is heard first, and its thread says so only once', async () => {
    const one = await world();
    const about = { gaveAway: true, correlationId: 'c' };
    await endMessage(one.services, message(1), { what: 'deleted', at: 5 }, about);
    await endMessage(one.services, message(2), { what: 'deleted', at: 5 }, { ...about, gaveAway: false });
    expect(await waiting(one)).toEqual([]);
    await reportLeak(one.services, message(1), exposure(ID), 'c');
    const [alert] = (await waiting(one)).filter(({ target }) => target.kind === 'channel');
    expect(JSON.stringify(alert?.blocks)).toContain('Message deleted');

    await reportLeak(one.services, message(3), exposure('AKIAQNZGKIQY56JQ7WML'), 'c');
    await waiting(one);
    const ends = [
      { what: 'edited', at: 6 },
      null,
      { what: 'deleted', at: 7 },
      { what: 'deleted', at: 8 },
    ] as const;
    const seen: string[] = [];
    for (const end of ends) {
      await endMessage(one.services, message(3), end, about);
      seen.push((await waiting(one)).map(where).join(', '));
    }
    const both = 'C0ALERTS edited, C0ALERTS in thread';
    expect(seen.map((each) => each.split(', ').toSorted().join(', '))).toEqual([both, both, both, '']);
  });

  it('of somebody who edits it without end is told in its thread by a measure, and its deletion', async () => {
    const one = await world();
    const about = { gaveAway: true, correlationId: 'c' };
    await reportLeak(one.services, message(1), exposure(ID), 'c');
    await waiting(one);
    const lines: string[] = [];
    for (let turn = 0; turn < 40; turn += 1) {
      const end = turn % 2 === 0 ? ({ what: 'edited', at: turn } as const) : null;
      await endMessage(one.services, message(1), end, about);
      lines.push(...(await waiting(one)).map(where).filter((each) => each.includes('in thread')));
    }
    expect(lines).toHaveLength(6);
    await endMessage(one.services, message(1), { what: 'deleted', at: 99 }, about);
    expect((await waiting(one)).map(where).toSorted()).toEqual(['C0ALERTS edited', 'C0ALERTS in thread']);
  });

  it('goes into the thread of the alert that told of its key today, and is told anew tomorrow', async () => {
    const one = await world();
    await reportLeak(one.services, message(1), exposure(ID), 'c');
    await waiting(one);
    await reportLeak(one.services, message(2), exposure(ID), 'c');
    expect((await waiting(one)).map(where).toSorted()).toEqual(['C0ALERTS in thread', 'U0NORA']);
    one.clock.forward(25 * 3_600_000);
    await reportLeak(one.services, message(3), exposure(ID), 'c');
    expect((await waiting(one)).map(where).toSorted()).toEqual(['C0ALERTS high', 'U0NORA']);
  });

  it('of the same author is told ten times an hour, and that there are more once', async () => {
    const one = await world();
    // An app may call itself otherwise in each message.
    const author = (at: number) => ({ kind: 'app', id: 'B0CI', name: `ci ${at}` }) as const;
    const post = async (from: number, count: number): Promise<void> => {
      for (let at = from; at < from + count; at += 1) {
        const id = `AKIAZABCDEFGHIJKLMN${String.fromCharCode(65 + at)}`;
        await reportLeak(one.services, message(at, { author: author(at) }), exposure(id), 'c');
      }
    };
    await post(0, 14);
    expect((await waiting(one)).map(where)).toEqual([
      ...Array<string>(10).fill('C0ALERTS high'),
      'C0ALERTS medium',
    ]);
    await reportLeak(one.services, message(99), exposure(ID), 'c');
    expect((await waiting(one)).map(where).toSorted()).toEqual(['C0ALERTS high', 'U0NORA']);
    one.clock.forward(3_600_001);
    await post(20, 1);
    expect((await waiting(one)).map(where)).toEqual(['C0ALERTS high']);
  });

  it('pages and mentions whoever is on call, by its severity', async () => {
    const one = await world();
    const by = { setBy: 'U0ADMIN', setAt: 1 };
    const onCall = { kind: 'group', id: 'S0ONCALL', least: 'high', ...by };
    const pager = { kind: 'pagerduty', region: 'us', host: null, least: 'high', ...by };
    const { settings } = one.stores;
    await one.stores.atomically([
      settings.set('on_call', JSON.stringify(onCall), 1),
      settings.set('pager', JSON.stringify(pager), 1),
    ]);
    await reportLeak(one.services, message(1), { ...exposure(), secretAlone: true }, 'c');
    await reportLeak(one.services, message(2), exposure(ID), 'c');
    const told = await waiting(one);
    expect(told.map(where).toSorted()).toEqual([
      'C0ALERTS high',
      'C0ALERTS medium',
      'U0NORA',
      'U0NORA',
      'pager high',
    ]);
    const mentioned = told.filter(({ blocks }) => JSON.stringify(blocks).includes('<!subteam^S0ONCALL>'));
    expect(mentioned.map(where)).toEqual(['C0ALERTS high']);
  });

  it('goes to every admin where there is no alert channel, and is forgotten after three months', async () => {
    const one = await world();
    Object.assign(one.services, { defaultAlertChannel: null });
    await reportLeak(one.services, message(1), { ...exposure(), secretAlone: true }, 'c');
    expect((await waiting(one)).map(where).toSorted()).toEqual(['U0ADMIN medium', 'U0BOSS', 'U0NORA']);
    const kept = async (): Promise<number> => (await one.stores.settings.startingWith('leak.')).length;
    await reportLeak(one.services, message(2), exposure(ID), 'c');
    expect(await kept()).toBe(3);
    await forgetOldLeaks(one.services);
    expect(await kept()).toBe(3);
    one.clock.forward(91 * 86_400_000);
    await forgetOldLeaks(one.services);
    expect(await kept()).toBe(0);
  });
});
