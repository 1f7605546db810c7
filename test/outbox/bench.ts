import { WebClient } from '@slack/web-api';
import { join } from 'node:path';
import { openStores, type OpenStores } from '../../db/open.ts';
import { PagerStandIn } from '../../sandbox/pager/stand-in.ts';
import { SlackStandIn } from '../../sandbox/slack/stand-in.ts';
import { randomBytes } from 'node:crypto';
import { Agent } from 'undici';
import { createIds } from '../../src/crypto/ids.ts';
import type { NewNotice, Notice, NoticeTarget } from '../../src/domain/notice.ts';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import { createPager } from '../../src/paging/pager.ts';
import { emptyOutbox, type OutboxPass } from '../../src/slack/outbox.ts';
import type { OutboxDeps } from '../../src/slack/outbox/deps.ts';
import { slackPoster } from '../../src/slack/poster.ts';
import { FastClock } from '../support/fast-clock.ts';
import type { EngineName } from '../support/rekey.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordingLog } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Times as fast as the machine's clock: Slack's second lasts 100 ms here. */
const SPEED = 10;
/** How long a call of Slack may take here, unless a test says otherwise; ms of the machine. */
const CALL_MS = 500;

export const SCOPES = ['chat:write', 'users:read'];
export const HISTORY = [...SCOPES, 'channels:history', 'groups:history', 'im:history'];
export const ADMIN = 'U0ADMIN';

/** The outbox between a database and a stand-in for Slack that keeps Slack's pace. */
export class OutboxBench {
  readonly slack: SlackStandIn;
  readonly pagers: PagerStandIn;
  readonly stores: OpenStores;
  readonly clock: FastClock;
  readonly log = recordingLog();
  readonly deps: OutboxDeps;
  readonly #callMs: number;

  private constructor(
    slack: SlackStandIn,
    pagers: PagerStandIn,
    stores: OpenStores,
    clock: FastClock,
    { admins, callMs }: { readonly admins: readonly string[]; readonly callMs: number },
  ) {
    this.#callMs = callMs;
    this.slack = slack;
    this.pagers = pagers;
    this.stores = stores;
    this.clock = clock;
    this.deps = {
      stores,
      poster: this.poster(),
      pager: createPager({
        pagerDutyUrl: pagers.pagerDutyUrl,
        opsgenieUrls: { us: pagers.opsgenieUrl('us'), eu: pagers.opsgenieUrl('eu') },
        timeoutMs: CALL_MS,
        privateHosts: ['127.0.0.1'],
        dispatcher: new Agent(),
        clock,
        log: this.log,
      }),
      sealer: createSealer(parseMasterKeys(randomBytes(32).toString('base64'))),
      clock,
      ids: createIds(clock),
      log: this.log,
      admins,
      defaultAlertChannel: 'C0ALERTS',
    };
  }

  static async open(
    engine: EngineName,
    {
      history = true,
      directMessages = false,
      admins = [ADMIN],
      callMs = CALL_MS,
    }: {
      history?: boolean;
      directMessages?: boolean;
      admins?: readonly string[];
      callMs?: number;
    } = {},
  ): Promise<OutboxBench> {
    const clock = new FastClock(SPEED);
    const scopes = [...(history ? HISTORY : SCOPES), ...(directMessages ? ['im:write'] : [])];
    const slack = await SlackStandIn.start({ clock, scopes, rateLimits: true });
    const url = engine === 'sqlite' ? `file:${join(temporaryFolder(), 'rekey.db')}` : await freshDatabase();
    const stores = await openStores({ url, exclusive: false, clock, log: recordingLog() });
    for (const id of [ADMIN, 'U0SECOND', 'U0OWNER']) slack.addPerson({ id, name: id.toLowerCase() });
    slack.addChannel({ id: 'C0ALERTS', name: 'alerts' });
    for (const id of ['C1', 'C2', 'C3']) slack.addChannel({ id, name: id.toLowerCase() });
    slack.addChannel({ id: 'C0AWAY', name: 'away', bot: false });
    return new OutboxBench(slack, await PagerStandIn.start(), stores, clock, { admins, callMs });
  }

  async close(): Promise<void> {
    await this.stores.close();
    await this.slack.stop();
    await this.pagers.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A poster of its own, as another instance has it. */
  poster(): OutboxDeps['poster'] {
    const logger = {
      debug() {},
      info() {},
      warn() {},
      error() {},
      setLevel() {},
      getLevel: () => 'error',
      setName() {},
    };
    const web = new WebClient(this.slack.botToken, {
      slackApiUrl: this.slack.url,
      timeout: this.#callMs,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: logger as never,
    });
    return slackPoster(web, this.log);
  }

  async add(...notices: (Partial<NewNotice> & { readonly id: string })[]): Promise<void> {
    for (const each of notices) {
      const whole: NewNotice = {
        target: { kind: 'channel', channelId: 'C1' },
        text: each.id,
        blocks: [],
        createdAt: this.clock.now(),
        correlationId: 'c1',
        ...each,
      };
      await this.stores.atomically([this.stores.notices.add(whole)]);
    }
  }

  empty(signal: AbortSignal = new AbortController().signal): Promise<OutboxPass> {
    return emptyOutbox(this.deps, signal);
  }

  /** Empties it again and again, its waits skipped, until nothing waits. */
  async settle(rounds = 40): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      const { nextAt } = await this.empty();
      if ((await this.stores.notices.waiting()).count === 0) return;
      if (nextAt !== null) this.clock.forward(Math.max(0, nextAt - this.clock.now()));
    }
    throw new Error('The outbox does not come to rest');
  }

  async notice(id: string): Promise<Notice> {
    const found = await this.stores.notices.byId(id);
    if (found === null) throw new Error(`No notice ${id}`);
    return found;
  }

  /** What stands in a channel, or in the direct messages of a person, in order. */
  shown(place: string): string[] {
    return this.messages(place).map(({ text }) => text);
  }

  messages(
    place: string,
  ): { readonly text: string; readonly ts: string; readonly threadTs: string | undefined }[] {
    const viewer = place.startsWith('U') ? place : ADMIN;
    const { channels } = this.slack.state(viewer);
    const { world } = this.slack;
    const id = place.startsWith('U') ? world.direct(place).id : place;
    return (channels.find((channel) => channel.id === id)?.messages ?? []).map((each) => ({
      text: each.text,
      ts: each.ts,
      threadTs: each.threadTs,
    }));
  }

  calls(method: string): number {
    return this.slack.received.filter((each) => each.method === method).length;
  }
}

export function channel(channelId: string): NoticeTarget {
  return { kind: 'channel', channelId };
}

export function person(userId: string): NoticeTarget {
  return { kind: 'person', userId };
}
