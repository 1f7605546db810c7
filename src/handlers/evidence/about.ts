import { accountOfKeyId, isAccessKeyId } from '../../domain/access-key-id.ts';
import type { Containment } from '../../domain/containment.ts';
import { incidentsOf } from '../../domain/containment-reasons.ts';
import type { EvidenceRef } from '../../domain/evidence.ts';
import type { KeptIncident } from '../../domain/incident.ts';
import type { Partition } from '../../domain/partition.ts';
import type { Signal } from '../../domain/signal.ts';
import { RekeyError } from '../../errors.ts';
import { ofIncident, signalsOf } from '../look-incident.ts';
import { lookAccounts } from '../look-keys.ts';
import type { Services } from '../services.ts';

const HOUR_MS = 3_600_000;
/** Evidence begins so long before the first signal: what is unusual is seen after it began. */
export const BEFORE_MS = HOUR_MS;
/** And so long before a containment that no signal led to. */
export const BEFORE_CONTAINMENT_MS = 24 * HOUR_MS;
/** What CloudTrail keeps. */
const KEPT_MS = 90 * 24 * HOUR_MS;
/** Sessions of a key that began before still act; those of the watcher's memory are looked through. */
const MOST_MEMORY = 20_000;
const SESSIONS_LIVE_MS = 36 * HOUR_MS;

/** What the evidence is about, with what is known of it already. Times are ms. */
export interface EvidenceAbout {
  readonly ref: EvidenceRef;
  readonly accountId: string;
  readonly accountName: string;
  readonly partition: Partition;
  /** The key, or the role or user where none is known. */
  readonly subject: string;
  /** Where following begins: ids of keys. */
  readonly subjects: readonly string[];
  readonly known: readonly string[];
  readonly userName: string | null;
  readonly firstAt: number | null;
  readonly from: number;
  readonly incident: KeptIncident | null;
  readonly signals: readonly Signal[];
  /** Oldest first; those that are over among them. */
  readonly containments: readonly Containment[];
  /** In whose thread it is told. */
  readonly noticeId: string | null;
}

/** The incident a containment began with, else the containment itself. Throws `not_found`. */
export async function evidenceRef(
  { stores }: Pick<Services, 'stores'>,
  ref: EvidenceRef,
): Promise<EvidenceRef> {
  if (ref.kind === 'incident') {
    if ((await stores.watch.incidents.byId(ref.id)) !== null) return ref;
  } else {
    const containment = await stores.containments.byId(ref.id);
    const [incidentId] = containment === null ? [] : incidentsOf(containment);
    if (incidentId !== undefined && (await stores.watch.incidents.byId(incidentId)) !== null) {
      return { kind: 'incident', id: incidentId };
    }
    if (containment !== null) return ref;
  }
  throw new RekeyError('not_found', `There is no such ${ref.kind}.`, {
    next: 'Type `/aws-incidents` for the incidents there are, and `/aws-deactivate` for what is contained.',
  });
}

/** Reads what is known. Throws `not_found`. */
export async function evidenceAbout(
  services: Pick<Services, 'stores' | 'clock'>,
  ref: EvidenceRef,
): Promise<EvidenceAbout> {
  return ref.kind === 'incident' ? ofAnIncident(services, ref) : ofAContainment(services, ref);
}

async function ofAnIncident(
  services: Pick<Services, 'stores' | 'clock'>,
  ref: EvidenceRef,
): Promise<EvidenceAbout> {
  const { stores } = services;
  const incident = await stores.watch.incidents.byId(ref.id);
  if (incident === null) throw new RekeyError('not_found', 'There is no such incident.');
  const { subject, accountId, openedAt, noticeId } = incident;
  const signals = signalsOf(await ofIncident(services, ref.id));
  const isKey = isAccessKeyId(subject);
  const subjects = isKey
    ? [subject]
    : [...new Set(signals.flatMap((signal) => signal.accessKeyId ?? signal.sessionKeyId ?? []))];
  const sessions = signals.flatMap(({ sessionKeyId }) => sessionKeyId ?? []);
  const all = await stores.containments.ofAccount(accountId, openedAt - KEPT_MS);
  const containments = all.filter(
    (each) =>
      incidentsOf(each).includes(ref.id) || each.holders.some(({ accessKeyId }) => accessKeyId === subject),
  );
  const contained = containments.find(({ userName }) => userName !== null)?.userName ?? null;
  const from = openedAt - BEFORE_MS;
  return {
    ref,
    ...(await accountFacts(services, accountId)),
    subject,
    subjects,
    known: [...new Set([...sessions, ...(await rememberedSessions(services, accountId, subjects, from))])],
    userName: incident.userName ?? contained ?? (await userOf(services, subjects)) ?? userInArn(subject),
    firstAt: openedAt,
    from: Math.max(from, services.clock.now() - KEPT_MS),
    incident,
    signals,
    containments,
    noticeId,
  };
}

async function ofAContainment(
  services: Pick<Services, 'stores' | 'clock'>,
  ref: EvidenceRef,
): Promise<EvidenceAbout> {
  const containment = await services.stores.containments.byId(ref.id);
  if (containment === null) throw new RekeyError('not_found', 'There is no such containment.');
  const { accessKeyId, holders, createdAt, userName, noticeId } = containment;
  const subjects = [...new Set([accessKeyId, ...holders.map((holder) => holder.accessKeyId)])];
  const accountId =
    containment.accountId === '' ? (accountOfKeyId(accessKeyId) ?? '') : containment.accountId;
  const from = createdAt - BEFORE_CONTAINMENT_MS;
  return {
    ref,
    ...(await accountFacts(services, accountId)),
    subject: accessKeyId,
    subjects,
    known: await rememberedSessions(services, accountId, subjects, from),
    userName,
    firstAt: null,
    from: Math.max(from, services.clock.now() - KEPT_MS),
    incident: null,
    signals: [],
    containments: [containment],
    noticeId,
  };
}

async function accountFacts(
  services: Pick<Services, 'stores' | 'clock'>,
  accountId: string,
): Promise<Pick<EvidenceAbout, 'accountId' | 'accountName' | 'partition'>> {
  const accounts = await lookAccounts(services);
  const connections = await services.stores.connections.list();
  return {
    accountId,
    accountName: accounts.find((each) => each.accountId === accountId)?.name ?? accountId,
    partition: connections.find((each) => each.accountId === accountId)?.partition ?? 'aws',
  };
}

/** Sessions the watcher saw being made with these keys, over any number of roles. */
async function rememberedSessions(
  { stores }: Pick<Services, 'stores'>,
  accountId: string,
  subjects: readonly string[],
  from: number,
): Promise<readonly string[]> {
  const memory = await stores.watch.memory.ofAccount(accountId, MOST_MEMORY);
  const links = memory.filter(({ kind, at }) => kind === 'session' && at >= from - SESSIONS_LIVE_MS);
  const found = new Set(subjects);
  let before = 0;
  while (before !== found.size) {
    before = found.size;
    for (const { id, value } of links) if (found.has(value)) found.add(id);
  }
  return [...found].filter((id) => !subjects.includes(id));
}

async function userOf(
  { stores }: Pick<Services, 'stores'>,
  subjects: readonly string[],
): Promise<string | null> {
  for (const id of subjects) {
    const kept = await stores.inventory.keys.byId(id);
    if (kept !== null) return kept.userName;
  }
  return null;
}

function userInArn(subject: string): string | null {
  return /^arn:[a-z-]+:iam::\d{12}:user\/(?:.*\/)?([^/]+)$/.exec(subject)?.[1] ?? null;
}
