import { isOver, type Containment, type ContainmentProof } from '../../domain/containment.ts';
import { afterProof, deniedUntil, knownProof, nextProof } from '../../domain/containment-settle.ts';
import { SETTLE_MS } from '../../domain/settle.ts';
import { at, within } from '../../detections/json.ts';
import { isConflict, RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Trail, TrailEvent, TrailQuestion } from '../../ports/trail.ts';
import { credentialsOf } from '../connection-credentials.ts';
import { answerOf } from '../key-policy.ts';
import type { Containing } from './containing.ts';
import { signersFor } from './hands.ts';
import { recordsOf } from './record.ts';

/** How many are asked about in one pass. */
const BATCH = 10;
/** Pages of 50 events a region and question; what is beyond makes the answer incomplete. */
const PAGES = 6;
const SHOWN_CALLS = 4;
const TRIES = 5;
/** What a process that died was asking about is asked again after so long; a pass is over before. */
const ASKED_AGAIN_MS = 6 * 60_000;

/** Asks CloudTrail about every containment whose time has come. Answers how many there were. */
export async function proveContainments(services: Containing, signal: AbortSignal): Promise<number> {
  const { stores, clock, log } = services;
  const due = await stores.containments.proofDue(clock.now(), BATCH);
  for (const row of due) {
    if (signal.aborted) break;
    const { id, correlationId } = row;
    try {
      await log.within({ correlationId, containmentId: id }, () => prove(services, row, signal));
    } catch (error) {
      if (!isConflict(error))
        log.warn('a containment was not proven', { correlationId, containmentId: id, error });
    }
  }
  return due.length;
}

async function prove(services: Containing, row: Containment, signal: AbortSignal): Promise<void> {
  const { confirmedAt, userName } = row;
  const until = deniedUntil(row);
  const never = confirmedAt === null || (until !== null && until <= confirmedAt);
  if (isOver(row.state) || never || userName === null) {
    return rewrite(services, row, (now) => ({ ...now, proofAt: null }));
  }
  // Whoever moves its time asks: two instances do not ask twice.
  const askedAt = services.clock.now();
  const next = nextProof(confirmedAt, askedAt);
  // A process that dies while it asks leaves it to the next one, also at the last time.
  const retryAt = Math.min(askedAt + ASKED_AGAIN_MS, next ?? Infinity);
  await rewrite(services, row, (now) => ({ ...now, proofAt: retryAt }), 1);
  const found = await readProof(services, { ...row, userName }, { since: confirmedAt, until }, signal);
  const nextAt = afterProof(found, found.completeTo !== null);
  // Confirmed anew or taken back meanwhile, it is proven anew.
  await rewrite(services, row, (now) =>
    now.confirmedAt === confirmedAt && deniedUntil(now) === until
      ? {
          ...now,
          proof: knownProof(now.proof, found),
          proofAt: now.proofAt === retryAt ? nextAt : now.proofAt,
        }
      : now,
  );
}

/** Changes a row whatever it is by now; `most`: how often that is tried when others write, too, else a `conflict`. */
export async function rewrite(
  services: Containing,
  { id }: Containment,
  change: (row: Containment) => Containment,
  most = TRIES,
): Promise<void> {
  const { stores } = services;
  for (let tries = 1; ; tries += 1) {
    const before = await stores.containments.byId(id);
    if (before === null) return;
    const after = { ...change(before), version: before.version + 1 };
    const records = await recordsOf(services, before, after);
    try {
      await stores.atomically([stores.containments.update(after), ...records.writes]);
      return await records.written();
    } catch (error) {
      if (!isConflict(error) || tries === most) throw error;
    }
  }
}

/** What CloudTrail shows of the user in that time, in every enabled region; `until` null: up to now. */
async function readProof(
  services: Containing,
  containment: Containment & { readonly userName: string },
  { since, until }: { readonly since: number; readonly until: number | null },
  signal: AbortSignal,
): Promise<ContainmentProof> {
  const now = services.clock.now();
  const seen = new Map<string, TrailEvent>();
  const gaps: string[] = [];
  try {
    const trail = await trailFor(services, containment);
    if (trail === null) gaps.push('no connection of the account may read CloudTrail');
    else await readAll(trail, containment, { from: since, to: now }, { seen, gaps }, signal);
  } catch (error) {
    if (!(error instanceof AwsFailure) && !(error instanceof RekeyError)) throw error;
    gaps.push(error instanceof AwsFailure ? whyUnread(error) : error.message);
  }
  const events = [...seen.values()].filter(
    (event) =>
      event.eventTime > since && (until === null || event.eventTime < until) && isOf(containment, event),
  );
  const accepted = events.filter(isAccepted).toSorted((a, b) => b.eventTime - a.eventTime);
  return {
    since,
    completeTo: gaps.length === 0 ? Math.min(now - SETTLE_MS, until ?? now) : null,
    why: gaps.slice(0, 3).join('; ').slice(0, 400),
    accepted: accepted.length,
    lastAcceptedAt: accepted[0]?.eventTime ?? null,
    calls: [...new Set(accepted.map(nameOf))].slice(0, SHOWN_CALLS),
    refused: events.filter(({ record }) => isRefused(record)).length,
    checkedAt: now,
  };
}

/** Null: nobody may read it, or only whoever is denied with the user. */
export async function trailFor(services: Containing, containment: Containment): Promise<Trail | null> {
  const { able } = await signersFor(services, containment, 'watch');
  const connection = able.find((each) => answerOf(each, 'watch') !== 'no');
  if (connection === undefined) return null;
  return services.aws.trail(await credentialsOf(services, connection), connection);
}

async function readAll(
  trail: Trail,
  { userName, holders }: Containment & { readonly userName: string },
  window: { readonly from: number; readonly to: number },
  into: { readonly seen: Map<string, TrailEvent>; readonly gaps: string[] },
  signal: AbortSignal,
): Promise<void> {
  // A look-up by key misses its sessions; those of the user itself carry its name.
  const questions: readonly TrailQuestion[] = [
    { by: 'Username', value: userName },
    ...[...new Set(holders.map(({ accessKeyId }) => accessKeyId))].map(
      (value) => ({ by: 'AccessKeyId', value }) as const,
    ),
  ];
  const regions = await trail.enabledRegions(signal);
  await Promise.all(
    regions.map(async (region) => {
      try {
        for (const question of questions) {
          let pages = 0;
          for await (const page of trail.lookUp(region, question, window, 'people', signal)) {
            if (pages === PAGES) {
              into.gaps.push(`${region} has more events than were read`);
              break;
            }
            pages += 1;
            for (const event of page) into.seen.set(event.eventId, event);
          }
        }
      } catch (error) {
        if (!(error instanceof AwsFailure)) throw error;
        into.gaps.push(`${region}: ${whyUnread(error)}`);
      }
    }),
  );
}

/** CloudTrail finds by name whoever has it, such as a session of a role: only the user's own calls count. */
function isOf(
  { accountId, userArn, userId, userName, holders, keys }: Containment,
  event: TrailEvent,
): boolean {
  const ids = new Set([...holders, ...keys].map((each) => each.accessKeyId));
  if (event.accessKeyId !== null && ids.has(event.accessKeyId)) return true;
  const who = event.record['userIdentity'];
  // Whose call it was cannot be told: it counts.
  if (typeof at(who, 'arn') !== 'string' && typeof at(who, 'principalId') !== 'string') return true;
  const isTheirs = (one: unknown): boolean =>
    (userId !== null && at(one, 'principalId') === userId) ||
    (userArn !== null && at(one, 'arn') === userArn);
  // A federated user's principal is another; who issued the session is the user.
  if (isTheirs(who) || isTheirs(within(who, 'sessionContext', 'sessionIssuer'))) return true;
  // Without its unique id the name tells, of users alone.
  return (
    userId === null &&
    at(who, 'type') === 'IAMUser' &&
    at(who, 'userName') === userName &&
    at(who, 'accountId') === accountId
  );
}

/**
 * Who one is may be asked under every deny, and a console sign-in is before every policy: that AWS answers them says
 * nothing of the deny.
 */
function isAccepted({ eventName, record }: TrailEvent): boolean {
  return eventName !== 'GetCallerIdentity' && eventName !== 'ConsoleLogin' && !isRefused(record);
}

function isRefused({ errorCode, errorMessage, eventName, responseElements }: TrailEvent['record']): boolean {
  if (typeof errorCode === 'string' && errorCode !== '') return true;
  // A sign-in that failed has no code.
  if (eventName !== 'ConsoleLogin') return false;
  return typeof errorMessage === 'string' || at(responseElements, 'ConsoleLogin') === 'Failure';
}

function nameOf({ eventName, record, accessKeyId }: TrailEvent): string {
  const source = typeof record['eventSource'] === 'string' ? record['eventSource'] : '';
  const service = source.replace(/\.amazonaws\.com$/, '').slice(0, 60);
  return `${service}:${eventName.slice(0, 80)}${accessKeyId === null ? '' : ` by ${accessKeyId.slice(0, 24)}`}`;
}

/** Why CloudTrail could not be asked, in a few words. */
export function whyUnread({ action, code }: AwsFailure): string {
  return `${action}: ${code.replaceAll('_', ' ')}`;
}
