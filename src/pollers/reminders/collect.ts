import { accountFindings } from '../../domain/assess-key.ts';
import type { AccountInventory } from '../../domain/inventory.ts';
import { DEFAULT_KEY_POLICY, type KeyPolicy } from '../../domain/key-policy.ts';
import {
  accountStages,
  dueStages,
  isForOnCall,
  isSurelyOver,
  keyStages,
  lastingGaps,
  sweepTrouble,
  topicsOver,
  type Hearer,
  type ReminderTopic,
  type Stage,
} from '../../domain/reminder.ts';
import { policyHolder } from '../../handlers/key-policy.ts';
import type { Services } from '../../handlers/services.ts';
import { writeIfUnchanged } from '../../handlers/write-if-unchanged.ts';
import { ANY_KEY, type KeyPlace, type KeyRow, type Told } from '../../ports/inventory.ts';
import type { Write } from '../../ports/stores.ts';
import type { DigestNote, DigestRow } from '../../slack/blocks/digest.ts';
import {
  accountListeners,
  Gates,
  listenersOf,
  placesOf,
  type AccountPlaces,
  type Listener,
} from './places.ts';

/** Keys looked at together. */
const PAGE = 500;

/** A mark to be set with the message that tells it: from what was read (null: nothing) to what is told. */
export interface Mark {
  readonly from: Told | null;
  readonly to: Told;
}

/** What one listener is to be told. */
export interface Pending {
  readonly listener: Listener;
  /** False when only what cannot wait is in it. */
  readonly whole: boolean;
  readonly rows: DigestRow[];
  readonly notes: DigestNote[];
  readonly onCall: Set<string>;
  readonly marks: Mark[];
  /** Keys with something that could not wait. */
  readonly urgent: KeyRow[];
}

/** Goes through all keys and says who is to be told what now; forgets what is over on the way. */
export async function collect(services: Services, signal: AbortSignal): Promise<Pending[]> {
  const { stores, clock } = services;
  const now = clock.now();
  const all: Collected = { services, now, gates: new Gates(services, now), pending: new Map() };
  const connections = await stores.connections.list();
  for (const inventory of await stores.inventory.accounts.list()) {
    const { accountId } = inventory;
    // One that may not read keys still says where to tell so.
    const connection = policyHolder(connections, accountId);
    // Nobody is connected any more: what is left of it is forgotten elsewhere.
    if (connection?.state !== 'connected') continue;
    const kept = await stores.inventory.keyPolicies.ofConnection(connection.id);
    await collectAccount(all, {
      inventory,
      policy: kept?.policy ?? DEFAULT_KEY_POLICY,
      places: await placesOf(services, connection),
      signal,
    });
  }
  return [...all.pending.values()];
}

interface Collected {
  readonly services: Services;
  readonly now: number;
  readonly gates: Gates;
  readonly pending: Map<string, Pending>;
}

interface Account {
  readonly inventory: AccountInventory;
  readonly policy: KeyPolicy;
  readonly places: AccountPlaces;
  readonly signal: AbortSignal;
}

async function collectAccount(all: Collected, account: Account): Promise<void> {
  await collectNote(all, account);
  const { standings, told } = all.services.stores.inventory;
  const filter = { ...ANY_KEY, accountId: account.inventory.accountId };
  let after: KeyPlace | null = null;
  for (;;) {
    account.signal.throwIfAborted();
    const page: readonly KeyRow[] = await standings.page(filter, after === null ? null : { after }, PAGE);
    const marks = await told.ofSubjects(page.map(({ key }) => key.accessKeyId));
    const byKey = Map.groupBy(marks, ({ subject }) => subject);
    const quiet: Write[] = [];
    for (const row of page) {
      quiet.push(...(await collectRow(all, account, row, byKey.get(row.key.accessKeyId) ?? [])));
    }
    await writeQuietly(all.services, account.inventory.accountId, quiet);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = { urgency: last.standing?.urgency ?? -1, accessKeyId: last.key.accessKeyId };
  }
}

/** Adds a key to what its listeners are told; answers what is to be written without telling anybody. */
async function collectRow(
  all: Collected,
  { policy, places }: Account,
  row: KeyRow,
  told: readonly Told[],
): Promise<Write[]> {
  const { key, standing } = row;
  const { services, now } = all;
  if (standing === null) return [];
  const quiet = await forget(all, row, told);
  for (const listener of listenersOf(standing.ownership, places)) {
    const before = told.filter(({ audience }) => audience === listener.id);
    const due = dueStages(keyStages(standing, policy, hearerOf(listener), now), before, now);
    if (due.length === 0) continue;
    const subject = { subject: key.accessKeyId, accountId: key.accountId };
    const markOf = (stage: Stage): Mark => markFor(subject, listener, stage, before, now);
    quiet.push(...due.filter(({ silent }) => silent).flatMap((stage) => writesOf(services, [markOf(stage)])));
    const pending = await pendingFor(all, listener, due);
    if (pending === null) continue;
    const heard = heardOf(due, pending);
    pending.rows.push({ row, snoozeEnded: heard.some(({ topic }) => topic === 'snooze_ended') });
    pending.marks.push(...heard.map(markOf));
    if (heard.some(({ urgent }) => urgent)) pending.urgent.push(row);
    const onCall = hearerOf(listener).callsOut && isForOnCall(standing, policy, now);
    const aged = heard.some(({ topic }) => topic === 'over_age');
    if (onCall && aged && policy.onCallGroup !== null) pending.onCall.add(policy.onCallGroup);
  }
  return quiet;
}

function hearerOf({ audience, place }: Listener): Hearer {
  return { audience, callsOut: place.kind === 'channel' };
}

/** Marks of what is surely over. */
async function forget({ services, now }: Collected, row: KeyRow, told: readonly Told[]): Promise<Write[]> {
  const { key, standing } = row;
  if (standing === null || told.length === 0) return [];
  const over = topicsOver(new Set(standing.findings.map(({ code }) => code)), told);
  if (over.length === 0) return [];
  const { users, told: marks } = services.stores.inventory;
  const user = await users.byId(key.accountId, key.userId);
  const { ownership } = standing;
  return over
    .filter((topic) => isSurelyOver(topic, { key, ownership, user }, now))
    .map((topic) => marks.remove(key.accessKeyId, topic));
}

async function collectNote(all: Collected, { inventory, policy, places }: Account): Promise<void> {
  const { services, now } = all;
  const { accountId } = inventory;
  const subject = { subject: `account:${accountId}`, accountId };
  const findings = accountFindings(inventory);
  const stages = accountStages(inventory, findings, policy, now);
  const told = await services.stores.inventory.told.ofSubjects([subject.subject]);
  const over = topicsOver(new Set(stages.map(({ topic }) => topic)), told).filter(
    // A gap or a trouble that is not told yet is not over; nor is a root key that cannot be seen.
    (topic) => topic !== 'root_key' || inventory.rootKeys.known,
  );
  await writeQuietly(
    services,
    accountId,
    over.map((topic) => services.stores.inventory.told.remove(subject.subject, topic)),
  );
  for (const listener of accountListeners(places)) {
    const before = told.filter(
      ({ audience, finding }) => audience === listener.id && !over.includes(finding),
    );
    const due = dueStages(stages, before, now);
    const pending = due.length === 0 ? null : await pendingFor(all, listener, due);
    if (pending === null) continue;
    const heard = heardOf(due, pending);
    const topics = new Set<ReminderTopic>(heard.map(({ topic }) => topic));
    pending.notes.push({
      accountId,
      policy,
      rootKey: topics.has('root_key'),
      gaps: topics.has('sweep_gaps') ? lastingGaps(inventory.gaps, now) : [],
      failing: topics.has('sweep_failing') ? sweepTrouble(inventory, now) : null,
    });
    pending.marks.push(...heard.map((stage) => markFor(subject, listener, stage, before, now)));
  }
}

/** Where a listener's rows are gathered; null when nothing that is due may be told now. */
async function pendingFor(
  { gates, pending }: Collected,
  listener: Listener,
  due: readonly Stage[],
): Promise<Pending | null> {
  const whole = await gates.isOpen(listener);
  if (!due.some(({ silent, urgent }) => !silent && (whole || urgent))) return null;
  const known = pending.get(listener.id);
  if (known !== undefined) return known;
  const made = { listener, whole, rows: [], notes: [], onCall: new Set<string>(), marks: [], urgent: [] };
  pending.set(listener.id, made);
  return made;
}

function heardOf(due: readonly Stage[], { whole }: Pending): readonly Stage[] {
  return due.filter(({ silent, urgent }) => !silent && (whole || urgent));
}

function markFor(
  about: Pick<Told, 'subject' | 'accountId'>,
  listener: Listener,
  { topic, stage }: Stage,
  before: readonly Told[],
  now: number,
): Mark {
  const from = before.find(({ finding }) => finding === topic) ?? null;
  return { from, to: { ...about, finding: topic, audience: listener.id, stage, at: now } };
}

/** The writes of marks; each a compare-and-swap. */
export function writesOf({ stores }: Services, marks: readonly Mark[]): Write[] {
  const { told } = stores.inventory;
  const first = marks.filter(({ from }) => from === null).map(({ to }) => to);
  const moved = marks.flatMap(({ from, to }) => (from === null ? [] : [told.move(from, to)]));
  return [...(first.length === 0 ? [] : [told.insert(...first)]), ...moved];
}

/** Another instance that did the same was first, or the account was forgotten: nothing is lost. */
async function writeQuietly(services: Services, accountId: string, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  const { accounts } = services.stores.inventory;
  if (!(await writeIfUnchanged(services, [accounts.stillKept(accountId), ...writes]))) {
    services.log.info('reminders are being looked after by another instance');
  }
}
