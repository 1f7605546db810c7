import { holds, personOf } from '../../domain/actor.ts';
import { incidentsOf } from '../../domain/containment-reasons.ts';
import { isOff } from '../../domain/aftermath.ts';
import type { Containment } from '../../domain/containment.ts';
import { ownersBefore } from '../../domain/owner-change.ts';
import { RekeyError } from '../../errors.ts';
import type { BrokenLine } from '../../ports/people-presenter.ts';
import { editWrites, threadWrites, wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import { ownsKey } from '../owns-key.ts';
import { recordingRefusals, type Attempted } from '../refused.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { aftermathOf } from './aftermath.ts';
import { existingContainment } from './take-back.ts';
import { cardOf } from './tell.ts';

/** An answer to “Anything broken?”: what broke (empty: not said), or null where all is well. */
export interface BrokenInput {
  readonly containmentId: string;
  readonly broken: { readonly what: string } | null;
}

/**
 * Somebody's word on what the containment broke: told in its thread, where whoever contained it is mentioned, and kept in
 * the audit log. It changes nothing in AWS. Who was asked, owners of its keys, whoever contained it and responders may.
 */
export async function sayWhatBroke(
  services: Services,
  request: Request,
  input: BrokenInput,
): Promise<Containment> {
  return recordingRefusals(
    services,
    () => attempted(services, request, input),
    async () => {
      const row = await answerable(services, request, input.containmentId);
      await refuseClaimed(services, request);
      const { clock, presenter, admins } = services;
      const line: BrokenLine = { by: request.actor.userId, at: clock.now(), broken: input.broken, admins };
      const card = await cardOf(services, row);
      const asked = (await aftermathOf(services, row.id))?.row.asked ?? [];
      const own = asked.find(({ userId }) => userId === request.actor.userId)?.noticeId ?? null;
      await claimAndWrite(services, request, [
        ...(await threadWrites(services, row, [presenter.brokenLine(card, line)])),
        ...(await editWrites(services, { noticeId: own, correlationId: row.correlationId }, () =>
          presenter.brokenAnswered(card, line),
        )),
        auditOutcome(
          services,
          { ...(await attempted(services, request, input)), why: input.broken?.what ?? '' },
          'done',
        ),
      ]);
      await wakeOutbox(services);
      return row;
    },
  );
}

/** The containment, for somebody who may say what it broke; throws else, and that is recorded. */
export async function lookToSayWhatBroke(
  services: Services,
  request: Request,
  containmentId: string,
): Promise<Containment> {
  return recordingRefusals(
    services,
    () => attempted(services, request, { containmentId, broken: { what: '' } }),
    () => answerable(services, request, containmentId),
  );
}

async function answerable(
  services: Services,
  { actor }: Request,
  containmentId: string,
): Promise<Containment> {
  const row = await existingContainment(services, containmentId);
  if (!(await mayAnswer(services, actor, row))) {
    throw new RekeyError(
      'forbidden',
      'Only owners of its keys, whoever contained it and responders can say what a containment broke.',
      { next: `Tell an admin: ${services.admins.map((userId) => `<@${userId}>`).join(', ')}.` },
    );
  }
  if (!isOff(row)) {
    const taken = row.holders.findLast((holder) => holder.taken !== null)?.taken ?? null;
    const by = taken === null ? '' : ` by <@${taken.by}>`;
    throw new RekeyError('conflict', `This was taken back already${by}: nobody is asked now.`);
  }
  return row;
}

async function mayAnswer(services: Services, actor: Request['actor'], row: Containment): Promise<boolean> {
  const { userId, roles } = actor;
  if (holds(roles, 'responder') || row.holders.some(({ by }) => by === userId)) return true;
  const asked = (await aftermathOf(services, row.id))?.row.asked ?? [];
  if (asked.some((each) => each.userId === userId)) return true;
  for (const accessKeyId of new Set(row.holders.map((holder) => holder.accessKeyId))) {
    const standing = await services.stores.inventory.standings.byKey(accessKeyId);
    if (await ownsKey(services, actor, ownersBefore(standing?.ownership ?? null, row.createdAt))) return true;
  }
  return false;
}

async function attempted(
  { stores }: Services,
  { actor, correlationId }: Request,
  { containmentId, broken }: BrokenInput,
): Promise<Attempted> {
  const row = await stores.containments.byId(containmentId);
  return {
    doer: personOf(actor),
    verb: broken === null ? 'containment.well' : 'containment.broke',
    entityKind: 'containment',
    entityId: containmentId.slice(0, 64),
    correlationId,
    detail: { user: row?.userName ?? null, incidents: row === null ? [] : incidentsOf(row) },
  };
}
