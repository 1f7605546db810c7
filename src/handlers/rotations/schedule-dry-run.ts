import { personOf, type Actor } from '../../domain/actor.ts';
import type { Connection } from '../../domain/connection.ts';
import type { RotationSchedule } from '../../domain/rotation-schedule.ts';
import { dayWords } from '../../domain/time-words.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Message } from '../../ports/slack.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite } from '../claim.ts';
import { ownIntent, recordOwnOutcome } from '../own-outcome.ts';
import type { Request } from '../request.ts';
import { sendPages } from '../send-pages.ts';
import type { Services } from '../services.ts';
import { planFor } from './plan.ts';
import { scheduledKeys, type ScheduledKey } from './schedule-look.ts';

/** So many keys' calls are worked out; each takes some ten calls of AWS. */
export const MOST_PLANNED = 50;
/** Lines that pages of messages hold at the most. */
const IN_MESSAGES = 1_000;

/** A dry run that was asked for and recorded. */
export interface DryRun {
  readonly actor: Actor;
  readonly connection: Pick<Connection, 'id' | 'name' | 'accountId'>;
  readonly schedule: RotationSchedule;
  readonly correlationId: string;
}

/** What stands over it. */
export interface DryRunHead {
  readonly connectionName: string;
  readonly hit: number;
  readonly spared: number;
  /** For how many of those hit the calls were worked out. */
  readonly asked: number;
  readonly at: number;
}

/** Makes the messages; implemented beside the blocks. */
export interface DryRunWords {
  head(head: DryRunHead): Message;
  pages(lines: readonly string[]): readonly Message[];
  failed(connectionName: string): Message;
}

/** Records that somebody wants a dry run of a schedule; {@link sendDryRun} makes it. Admins may. */
export async function beginDryRun(
  services: Services,
  request: Request,
  connection: Connection,
  schedule: RotationSchedule,
): Promise<DryRun> {
  const { actor, correlationId } = request;
  authorise(actor, 'admin', 'change rotation schedules', services.admins);
  const asked: DryRun = { actor, connection, schedule, correlationId };
  await claimAndWrite(services, request, ownIntent(services, actOf(asked, {})));
  return asked;
}

/**
 * Sends every key the schedule would replace, with each call that would make, and every key it spares, with why: as a
 * file in the direct message, or, where the app may send no files, as pages. AWS is only read.
 */
export async function sendDryRun(
  services: Services,
  asked: DryRun,
  words: DryRunWords,
  signal: AbortSignal,
): Promise<void> {
  const { files, clock } = services;
  const { hits, spared } = await answers(services, asked);
  const lines: string[] = [];
  for (const [at, hit] of hits.entries()) {
    lines.push(...(await linesOf(services, hit, at < MOST_PLANNED, signal)));
  }
  lines.push(...spared.map(spareLine));
  const head: DryRunHead = {
    connectionName: asked.connection.name,
    hit: hits.length,
    spared: spared.length,
    asked: Math.min(hits.length, MOST_PLANNED),
    at: clock.now(),
  };
  const file = {
    name: `rotation-dry-run-${new Date(head.at).toISOString().slice(0, 10)}.txt`,
    title: `Dry run, ${hits.length} replaced, ${spared.length} spared`,
    text: `${lines.join('\n')}\n`,
  };
  const sent = await files.sendText(asked.actor.userId, file, words.head(head));
  if (!sent.ok) {
    await sendPages(services, to(asked), [words.head(head), ...words.pages(lines.slice(0, IN_MESSAGES))]);
  }
  const detail = { hit: hits.length, spared: spared.length, how: sent.ok ? 'file' : 'messages' };
  await recordOwnOutcome(services, actOf(asked, detail), 'done');
}

/** Tells whoever asked that it did not get through. */
export async function dryRunFailed(services: Services, asked: DryRun, words: DryRunWords): Promise<void> {
  await recordOwnOutcome(services, actOf(asked, {}), 'failed');
  await sendPages(services, to(asked), [words.failed(asked.connection.name)]);
}

type Hit = ScheduledKey & { readonly verdict: { readonly hit: true } };

async function answers(
  services: Services,
  { connection, schedule }: DryRun,
): Promise<{ readonly hits: readonly Hit[]; readonly spared: readonly ScheduledKey[] }> {
  const all: ScheduledKey[] = [];
  for await (const keys of scheduledKeys(services, connection.accountId, schedule)) all.push(...keys);
  const hits = all.filter((each): each is Hit => each.verdict.hit);
  return {
    hits: hits.toSorted((a, b) => a.verdict.dueAt - b.verdict.dueAt),
    spared: all.filter(({ verdict }) => !verdict.hit),
  };
}

async function linesOf(
  services: Services,
  { key, verdict }: Hit,
  plans: boolean,
  signal: AbortSignal,
): Promise<string[]> {
  const head = `REPLACE ${key.accessKeyId} of ${flat(key.userName)}: of age ${dayWords(verdict.dueAt)}`;
  if (!plans) return [head];
  try {
    const plan = await planFor(services, key, null, signal);
    return [
      head,
      ...plan.problems.map(({ what, next }) => `  NOT AS IT IS: ${flat(what)} ${flat(next)}`),
      ...plan.warnings.map((warning) => `  note: ${flat(warning)}`),
      ...plan.calls.map(
        ({ state, service, action, on, changes, when }) =>
          `  ${changes ? 'CHANGE' : 'read  '} ${state}: ${service}:${action} on ${flat(on)}, ${when}`,
      ),
    ];
  } catch (error) {
    if (!(error instanceof AwsFailure || error instanceof RekeyError)) throw error;
    const why = error instanceof AwsFailure ? `${error.action}: ${error.code}` : error.message;
    return [head, `  NOT KNOWN: its calls could not be worked out (${flat(why)})`];
  }
}

function spareLine({ key, verdict }: ScheduledKey): string {
  const why = verdict.hit ? '' : verdict.why;
  return `SPARE   ${key.accessKeyId} of ${flat(key.userName)}: ${flat(why)}`;
}

/** One line, whatever a name holds. */
function flat(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function to({ actor, correlationId }: DryRun) {
  return { userId: actor.userId, correlationId };
}

function actOf({ actor, connection, correlationId }: DryRun, detail: Readonly<Record<string, unknown>>) {
  return {
    doer: personOf(actor),
    verb: 'rotation.dry_run',
    entityKind: 'connection',
    entityId: connection.id,
    correlationId,
    detail: { name: connection.name, accountId: connection.accountId, ...detail },
  };
}
