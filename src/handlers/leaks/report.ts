import {
  linkTo,
  MOST_LEAKED_KEYS,
  type AuthorTold,
  type Exposure,
  type LeakCard,
  type SeenMessage,
} from '../../domain/leak.ts';
import type { NoticePlace } from '../../domain/notice.ts';
import { isConflict } from '../../errors.ts';
import type { Message } from '../../ports/slack.ts';
import type { Write } from '../../ports/stores.ts';
import { alertWrites, threadWrites, wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { onCallFor } from '../on-call.ts';
import type { Services } from '../services.ts';
import { wayToTell } from './author.ts';
import { factsOf, placesWithout, worstOf, type PlacedKey } from './facts.ts';
import { countMessage, MOST_AN_HOUR } from './flood.ts';
import { lastToldOf, readLeak, rememberTold, writeLeak, type KeptLeak } from './kept-leak.ts';

const TRIES = 5;
/** A key posted again within this time is told in the thread of its alert. */
const AGAIN_MS = 86_400_000;

/** Words that the author alone is to see in the channel; the caller shows them, since they cannot wait in the outbox. */
export interface Whisper {
  readonly userId: string;
  readonly message: Message;
}

/**
 * Tells of what a message gives away: the alert channel of each account (and the paging service), the author in
 * private, the audit log; in one batch with the row that keeps it from being told again, whoever else is delivered the
 * same event. The exposure holds IDs only. Null when there is nothing new.
 */
export async function reportLeak(
  services: Services,
  message: SeenMessage,
  exposure: Exposure,
  correlationId: string,
): Promise<{ readonly whisper: Whisper | null } | null> {
  const way = await wayToTell(services, message.author);
  let isCounted = false;
  for (let tries = 1; ; tries += 1) {
    const before = await readLeak(services, message);
    const leak = before?.row ?? null;
    const news = newIn(leak, exposure);
    if (news === null) return null;
    const facts = await factsOf(services, news.keys);
    if (!isCounted && !(await isUrgent(services, facts))) {
      isCounted = true;
      if (await isTooMuch(services, message, correlationId)) return null;
    }
    const drawn = await draw(services, { leak, message, way, news, facts, correlationId });
    try {
      await services.stores.atomically([writeLeak(services, before, drawn.leak), ...drawn.writes]);
    } catch (error) {
      // Another process was delivered the same event, or the message's end, and was first.
      if (!isConflict(error) || tries === TRIES) throw error;
      continue;
    }
    await wakeOutbox(services);
    const { author } = message;
    const isAside = way === 'in_channel' && author.kind === 'person';
    return { whisper: isAside ? { userId: author.userId, message: drawn.toAuthor } : null };
  }
}

interface News extends Exposure {
  /** Keys of the message that are not told one by one. */
  readonly more: number;
}

function newIn(leak: KeptLeak | null, { keys, secretAlone }: Exposure): News | null {
  const fresh = keys.filter(({ accessKeyId }) => leak?.keys.includes(accessKeyId) !== true);
  const shown = fresh.slice(0, Math.max(0, MOST_LEAKED_KEYS - (leak?.keys.length ?? 0)));
  const isNewSecret = secretAlone && leak?.secretAlone !== true;
  if (shown.length === 0 && !isNewSecret) return null;
  return { keys: shown, secretAlone: isNewSecret, more: fresh.length - shown.length };
}

/** A key that works, as far as we know, and was not told today: never too much. */
async function isUrgent(services: Services, keys: readonly PlacedKey[]): Promise<boolean> {
  for (const { accessKeyId, known } of keys) {
    if (known?.status === 'Active' && (await toldToday(services, accessKeyId)) === null) return true;
  }
  return false;
}

async function toldToday(services: Services, accessKeyId: string): Promise<string | null> {
  const last = await lastToldOf(services, accessKeyId);
  return last !== null && services.clock.now() - last.at < AGAIN_MS ? last.noticeId : null;
}

/** Somebody who posts keys of unknown accounts one after the other does not bury the alerts that count. */
async function isTooMuch(services: Services, message: SeenMessage, correlationId: string): Promise<boolean> {
  const count = countMessage(services.instanceId, message.author, services.clock.now());
  if (count === 'told') return false;
  const { channelId, ts } = message;
  services.log.warn('a message with keys was not told: its author posts too many', { channelId, ts });
  if (count === 'first_over') {
    const said = services.presenter.leakFlood(message, MOST_AN_HOUR);
    const alerts = (await placesWithout(services)).map((target) =>
      alertWrites(services, { target, message: said, correlationId, severity: 'medium' }),
    );
    await services.stores.atomically((await Promise.all(alerts)).flatMap(({ writes }) => writes));
    await wakeOutbox(services);
  }
  return true;
}

interface Drawing {
  readonly leak: KeptLeak | null;
  readonly message: SeenMessage;
  readonly way: AuthorTold;
  readonly news: News;
  readonly facts: readonly PlacedKey[];
  readonly correlationId: string;
}

interface Drawn {
  readonly leak: KeptLeak;
  readonly writes: readonly Write[];
  readonly toAuthor: Message;
}

async function draw(services: Services, drawing: Drawing): Promise<Drawn> {
  const { leak, message, way, news, facts, correlationId } = drawing;
  const { stores, presenter, clock } = services;
  const now = clock.now();
  const base: LeakCard = {
    message,
    link: linkTo(services.workspace.url, message),
    seenAt: now,
    severity: worstOf(facts),
    keys: facts,
    more: news.more,
    secretAlone: news.secretAlone,
    told: way,
    end: leak?.end ?? null,
  };
  const writes: Write[] = [];
  const alerts: KeptLeak['alerts'] = [];
  for (const [at, group] of (await groupsOf(services, facts)).entries()) {
    // What belongs to no key is said once.
    const rest =
      at === 0 ? { more: news.more, secretAlone: news.secretAlone } : { more: 0, secretAlone: false };
    const card = { ...base, severity: worstOf(group.keys), keys: group.keys, ...rest };
    const told =
      (await again(services, card, correlationId)) ?? (await anew(services, group, card, correlationId));
    writes.push(...told.writes);
    const keys = group.keys.map(({ accessKeyId }) => accessKeyId);
    alerts.push(...told.noticeIds.map((noticeId) => ({ noticeId, again: told.again, keys, ...rest })));
    const [noticeId] = told.noticeIds;
    if (told.again || noticeId === undefined) continue;
    writes.push(...keys.map((key) => rememberTold({ stores }, key, { noticeId, at: now })));
  }
  const toAuthor = presenter.leakToAuthor(base);
  if (way === 'direct' && message.author.kind === 'person') {
    const target = { kind: 'person', userId: message.author.userId } as const;
    writes.push(...(await alertWrites(services, { target, message: toAuthor, correlationId })).writes);
  }
  writes.push(auditOutcome(services, foundIn(drawing), 'done'));
  const told: KeptLeak = {
    message: leak?.message ?? message,
    seenAt: leak?.seenAt ?? now,
    keys: [...(leak?.keys ?? []), ...news.keys.map(({ accessKeyId }) => accessKeyId)],
    secretAlone: news.secretAlone || leak?.secretAlone === true,
    told: way,
    alerts: [...(leak?.alerts ?? []), ...alerts],
    end: leak?.end ?? null,
    turns: leak?.turns ?? 0,
  };
  return { leak: told, writes, toAuthor };
}

interface Group {
  readonly places: readonly NoticePlace[];
  readonly keys: readonly PlacedKey[];
}

/** By the place that is told of them; one without keys where the message has none but a secret. */
async function groupsOf(services: Services, keys: readonly PlacedKey[]): Promise<Group[]> {
  if (keys.length === 0) return [{ places: await placesWithout(services), keys: [] }];
  return [...Map.groupBy(keys, ({ places }) => JSON.stringify(places)).values()].map((group) => ({
    places: group[0]?.places ?? [],
    keys: group,
  }));
}

interface ToldAlert {
  readonly noticeIds: readonly string[];
  readonly writes: readonly Write[];
  readonly again: boolean;
}

/** Keys that were all told today: a line in the thread of that alert; null where there is none. */
async function again(services: Services, card: LeakCard, correlationId: string): Promise<ToldAlert | null> {
  if (card.secretAlone || card.keys.length === 0) return null;
  const notices = await Promise.all(card.keys.map(({ accessKeyId }) => toldToday(services, accessKeyId)));
  const [noticeId] = notices;
  if (noticeId === undefined || noticeId === null || notices.includes(null)) return null;
  const writes = await threadWrites(services, { noticeId, correlationId }, [
    services.presenter.leakAgain(card),
  ]);
  return writes.length === 0 ? null : { noticeIds: [noticeId], writes, again: true };
}

async function anew(
  services: Services,
  { places, keys }: Group,
  card: LeakCard,
  correlationId: string,
): Promise<ToldAlert> {
  const { severity } = card;
  const onCall = await onCallFor(services, severity);
  const alert = services.presenter.leakAlert(card);
  const message = services.presenter.calling(alert, onCall === null ? [] : [onCall]);
  const details = {
    account: keys[0]?.accountId ?? 'unknown',
    keys: keys
      .map(({ accessKeyId }) => accessKeyId)
      .slice(0, 5)
      .join(', '),
    ...(card.link === null ? {} : { link: card.link }),
  };
  // All of it is one incident of the paging service, wherever it is told.
  const incidentKey = `leak:${card.message.channelId}:${card.message.ts}`;
  const [first, ...others] = places;
  if (first === undefined) return { noticeIds: [], writes: [], again: false };
  const alerts = [
    await alertWrites(services, { target: first, message, correlationId, severity, incidentKey, details }),
    ...(await Promise.all(others.map((target) => alertWrites(services, { target, message, correlationId })))),
  ];
  return {
    noticeIds: alerts.map(({ noticeId }) => noticeId),
    writes: alerts.flatMap((alert) => alert.writes),
    again: false,
  };
}

function foundIn({ message, news, correlationId }: Drawing) {
  const { channelId, ts, author } = message;
  return {
    doer: { kind: 'rekey' } as const,
    verb: 'leak.found',
    entityKind: 'message',
    entityId: `${channelId}:${ts}`,
    correlationId,
    detail: {
      keys: news.keys.map(({ accessKeyId }) => accessKeyId),
      more: news.more,
      secretAlone: news.secretAlone,
      author: author.kind === 'person' ? author.userId : author.kind === 'app' ? author.name : '',
    },
  };
}
