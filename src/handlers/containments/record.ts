import { containmentLines, looksOther } from '../../domain/containment-card.ts';
import { incidentsOf } from '../../domain/containment-reasons.ts';
import {
  denyAllArn,
  isConfirmed,
  partsInPlay,
  type Containment,
  type ContainmentState,
  type PartFailure,
} from '../../domain/containment.ts';
import type { FoundEffect } from '../../domain/containment-begun.ts';
import type { ContainmentEffect } from '../../domain/containment-effect.ts';
import type { AuditEntry } from '../../domain/records.ts';
import type { Write } from '../../ports/stores.ts';
import { wakeOutbox } from '../alert.ts';
import { auditIntent, auditOutcome } from '../audit.ts';
import { aftermathWrites } from './aftermath.ts';
import type { Containing } from './containing.ts';
import { cardEdit, incidentEdits, linesInThread } from './tell.ts';

/** What is written with a change of a containment, and what follows once that was written. */
export interface Records {
  readonly writes: readonly Write[];
  readonly written: () => Promise<void>;
}

/**
 * When its messages show how it stands: `now`, if it looks other than before; `later`, at the next write, which has `due`:
 * what changes AWS does not wait for messages to be drawn.
 */
export type Cards = 'now' | 'later' | 'due';

/**
 * The card as it is now, a line in its thread for each thing that happened, and how a person's act came out. `goesOn`:
 * another row goes on with that act, and says how.
 */
export async function recordsOf(
  services: Containing,
  before: Containment,
  after: Containment,
  cards: Cards = 'now',
  goesOn = false,
): Promise<Records> {
  const lines = containmentLines(before, after);
  const other = cards !== 'later' && (cards === 'due' || looksOther(before, after));
  const moved = cards !== 'later' && (cards === 'due' || before.state !== after.state);
  const writes = [
    ...(goesOn ? [] : outcomesOf(services, before, after)),
    ...holdRows(services, before, after),
    ...(await aftermathWrites(services, before, after)),
    ...(other ? await cardEdit(services, after) : []),
    ...(await linesInThread(services, after, lines)),
    ...(moved ? await incidentEdits(services, after) : []),
  ];
  return {
    writes,
    written: async () => {
      if (!other && lines.length === 0) return;
      try {
        await wakeOutbox(services);
      } catch (error) {
        services.log.warn('the outbox was not woken', { containmentId: after.id, error });
      }
    },
  };
}

/** The row about one change of AWS: before it is sent, with the id `act`, and what came of it. */
export function effectRow(
  services: Containing,
  containment: Containment,
  effect: ContainmentEffect,
  came: 'done' | 'skipped' | PartFailure | null,
  act?: string,
): Write {
  const why =
    came === null || came === 'done'
      ? {}
      : came === 'skipped'
        ? { why: 'it was changed meanwhile' }
        : { action: came.action, code: came.code, said: came.said };
  const about = aboutEffect(containment, effect, why);
  if (came === null) return auditIntent(services, act === undefined ? about : { ...about, id: act });
  return auditOutcome(
    services,
    about,
    came === 'done' ? 'done' : came === 'skipped' ? 'refused' : failedAs(came),
  );
}

/** What was found of a change whose own process did not come to write what came of it. */
export function foundRow(
  services: Containing,
  containment: Containment,
  { effect, outcome, why }: FoundEffect,
): Write {
  return auditOutcome(services, aboutEffect(containment, effect, { why }), outcome);
}

function aboutEffect(
  containment: Containment,
  effect: ContainmentEffect,
  more: Readonly<Record<string, string>>,
) {
  const { accountId, userName, state } = containment;
  return {
    doer: { kind: 'rekey' },
    verb: `containment.${effect.what}`,
    entityKind: 'containment',
    entityId: containment.id,
    correlationId: containment.correlationId,
    detail: {
      accountId,
      user: userName,
      state,
      incidents: incidentsOf(containment),
      ...(effect.what === 'set_key' ? { accessKeyId: effect.accessKeyId, status: effect.status } : {}),
      ...(effect.what === 'attach_deny' || effect.what === 'detach_deny'
        ? { policyArn: denyAllArn(containment.partition) }
        : {}),
      ...(effect.what === 'put_date' ? { issuedBefore: effect.issuedBefore } : {}),
      ...more,
    },
  } as const;
}

function failedAs({ code }: PartFailure): 'failed' | 'unknown' {
  return code === 'timeout' || code === 'aws_down' || code === 'not_aws' ? 'unknown' : 'failed';
}

const BEGAN: Partial<Record<ContainmentState, string>> = {
  finding: 'containment.contain',
  acting: 'containment.contain',
  undoing: 'containment.undo',
  recovering: 'containment.recover',
};

/** How what a person began came out, when its state is left, or when somebody else's act goes on with it. */
function outcomesOf(services: Containing, before: Containment, after: Containment): Write[] {
  const verb = BEGAN[before.state];
  const goesOn = before.state === after.state || (after.state === 'acting' && before.state === 'finding');
  const isHandedOn = goesOn && before.correlationId !== after.correlationId;
  if (verb === undefined || (goesOn && !isHandedOn)) return [];
  const act = {
    doer: { kind: 'rekey' },
    verb,
    entityKind: 'containment',
    entityId: after.id,
    // Of who began it: somebody else's act may be what ends it.
    correlationId: before.correlationId,
    why: isHandedOn
      ? 'another act about the user goes on with it'
      : isWithdrawn(before, after)
        ? 'it was taken back before anything was changed'
        : (after.refusal?.why ?? ''),
    detail: {
      accountId: after.accountId,
      user: after.userName,
      accessKeyId: after.accessKeyId,
      incidents: incidentsOf(after),
      from: before.state,
      to: after.state,
    },
  } as const;
  return [auditOutcome(services, act, isHandedOn ? 'done' : outcomeOf(before, after))];
}

/** That the hold of a user begins, and how it ended: both its own, whatever it was part of. */
function holdRows(services: Containing, before: Containment, after: Containment): Write[] {
  const [was, is] = [before.state === 'holding', after.state === 'holding'];
  if (was === is) return [];
  const about = {
    doer: { kind: 'rekey' },
    verb: 'containment.hold',
    entityKind: 'containment',
    entityId: after.id,
    // Somebody else's act may be what ends it.
    correlationId: (is ? after : before).correlationId,
  } as const;
  const detail = { accountId: after.accountId, user: after.userName, incidents: incidentsOf(after) };
  if (is) {
    return [auditIntent(services, { ...about, detail: { ...detail, until: after.heldUntil } })];
  }
  const why =
    after.holdStoppedBy !== null ? 'it was stopped' : after.state === 'standing' ? 'its time is over' : '';
  const ended = { ...detail, to: after.state, putBack: after.putBack, stoppedBy: after.holdStoppedBy };
  return [auditOutcome(services, { ...about, why, detail: ended }, 'done')];
}

/** Taken back while its user was still being found: nothing was sent. */
function isWithdrawn(before: Containment, after: Containment): boolean {
  return before.state === 'finding' && after.state === 'undone';
}

function outcomeOf(before: Containment, after: Containment): NonNullable<AuditEntry['outcome']> {
  if (after.state === 'refused' || isWithdrawn(before, after)) return 'refused';
  const isOvertaken = before.state !== 'finding' && ['undoing', 'recovering', 'acting'].includes(after.state);
  if (after.state === 'merged' || isOvertaken) return 'done';
  if (isConfirmed(after, after.updatedAt)) return 'done';
  const isFailed = partsInPlay(after, after.updatedAt).some((part) => after.parts[part].failure !== null);
  return isFailed ? 'failed' : 'unknown';
}
