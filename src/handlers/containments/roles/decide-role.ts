import { RECOVERY_MARGIN_MS as MARGIN_MS } from '../../../domain/containment.ts';
import {
  isStandingRevocation,
  ROLE_SESSIONS_LIVE_MS,
  type RoleRevocation,
} from '../../../domain/role-revocation.ts';
import { isConflict, RekeyError } from '../../../errors.ts';
import { auditIntent, auditOutcome } from '../../audit.ts';
import { claimAndWrite, refuseClaimed } from '../../claim.ts';
import { recordingRefusals } from '../../refused.ts';
import type { Request } from '../../request.ts';
import type { Services } from '../../services.ts';
import { existingContainment } from '../take-back.ts';
import { keepRevocation, keptRevocation } from './kept.ts';
import {
  authoriseRole,
  refuseRole,
  revocableRole,
  roleAct,
  type RoleAct,
  type RoleSubject,
} from './may-revoke.ts';
import { roleRecords } from './tell-role.ts';
import type { ContainmentLine } from '../../../domain/containment-card.ts';

const TRIES = 5;

/** Which role of which containment. */
export interface RoleInput {
  readonly containmentId: string;
  readonly roleArn: string;
}

/** Asks that all sessions of a role end; a second person decides. Responders may. */
export async function askRevocation(
  services: Services,
  request: Request,
  input: RoleInput & { readonly reason: string },
): Promise<RoleRevocation> {
  return act(services, request, input, 'ask', 'asked', (row, { containment, roleArn }, now) => {
    if (row?.state === 'asked' && !isOutlived(row, now)) {
      throw new RekeyError(
        'conflict',
        `This was asked already by <@${row.asked.by ?? ''}>, and waits for a second person.`,
      );
    }
    if ((row?.state === 'revoking' || row?.state === 'lifting') && row.nextAt !== null) throw underWay();
    const { correlationId, actor } = request;
    return {
      id: row?.id ?? services.ids.next(),
      accountId: containment.accountId,
      roleName: nameIn(roleArn),
      roleArn,
      containmentId: containment.id,
      state: 'asked',
      asked: { by: actor.userId, at: now, reason: input.reason },
      decided: null,
      lifted: null,
      // One that stands goes on standing until this is decided.
      issuedBefore: row?.issuedBefore ?? null,
      until: row?.until ?? null,
      reads: row?.reads ?? 0,
      putBack: row?.putBack ?? 0,
      lastPutBackAt: row?.lastPutBackAt ?? null,
      failure: null,
      sentAt: null,
      confirmedAt: row?.confirmedAt ?? null,
      stateAt: now,
      nextAt: null,
      leaseOwner: null,
      leaseUntil: 0,
      correlationId,
      version: (row?.version ?? 0) + 1,
    };
  });
}

/** Says that the sessions end. Never whoever asked. `askedAt`: of what the person saw. */
export async function approveRevocation(
  services: Services,
  request: Request,
  input: RoleInput & { readonly askedAt: number },
): Promise<RoleRevocation> {
  return act(services, request, input, 'approve', 'approved', (row, _, now) => {
    const seen = asSeen(row, input.askedAt);
    if (isOutlived(seen, now)) throw outlived();
    return {
      ...seen,
      state: 'revoking',
      decided: { by: request.actor.userId, at: now, reason: '' },
      issuedBefore: Math.ceil((now + MARGIN_MS) / 1_000) * 1_000,
      until: Math.ceil((now + MARGIN_MS) / 1_000) * 1_000 + ROLE_SESSIONS_LIVE_MS,
      reads: 0,
      putBack: 0,
      lastPutBackAt: null,
      stateAt: now,
      nextAt: now,
    };
  });
}

/** Says that they do not. */
export async function declineRevocation(
  services: Services,
  request: Request,
  input: RoleInput & { readonly askedAt: number },
): Promise<RoleRevocation> {
  return act(services, request, input, 'decline', 'declined', (row, _, now) => {
    const seen = asSeen(row, input.askedAt);
    // One that nobody could put in force is not called so.
    const stands = seen.issuedBefore !== null && seen.confirmedAt !== null;
    return {
      ...seen,
      state: stands ? 'revoked' : 'declined',
      decided: { by: request.actor.userId, at: now, reason: '' },
      stateAt: now,
      // One that stands is held again, if it is to be.
      nextAt: stands && seen.until !== null ? now : null,
    };
  });
}

/** Takes it off: sessions from before that still live work again. One responder may. */
export async function liftRevocation(
  services: Services,
  request: Request,
  input: RoleInput & { readonly reason: string },
): Promise<RoleRevocation> {
  return act(services, request, input, 'lift', 'lifting', (row, _, now) => {
    const isLifting = row?.state === 'lifting' && row.nextAt !== null;
    if (row === null || isLifting || !isStandingRevocation(row)) {
      throw new RekeyError('conflict', 'No revocation of Rekey’s stands on this role any more.');
    }
    return {
      ...row,
      state: 'lifting',
      lifted: { by: request.actor.userId, at: now, reason: input.reason },
      reads: 0,
      failure: null,
      stateAt: now,
      nextAt: now,
    };
  });
}

/** Reads, decides and writes; again when the machine wrote in between. */
async function act(
  services: Services,
  request: Request,
  { containmentId, roleArn }: RoleInput,
  what: RoleAct,
  line: Extract<ContainmentLine, { kind: 'revocation' }>['what'],
  change: (row: RoleRevocation | null, subject: RoleSubject, now: number) => RoleRevocation,
): Promise<RoleRevocation> {
  const containment = await existingContainment(services, containmentId);
  const subject = { containment, roleArn };
  return recordingRefusals(
    services,
    () => roleAct(request, what, subject),
    () => acted(services, request, what, line, subject, change),
  );
}

async function acted(
  services: Services,
  request: Request,
  what: RoleAct,
  line: Extract<ContainmentLine, { kind: 'revocation' }>['what'],
  subject: RoleSubject,
  change: (row: RoleRevocation | null, subject: RoleSubject, now: number) => RoleRevocation,
): Promise<RoleRevocation> {
  const { stores, clock } = services;
  const { containment, roleArn } = subject;
  await authoriseRole(services, request, what, subject);
  await refuseClaimed(services, request);
  // To decline and to take off needs nothing of the role but its name.
  if (what === 'ask' || what === 'approve') await revocableRole(services, request, what, subject);
  for (let tries = 1; ; tries += 1) {
    const { row: before, text } = await keptRevocation(stores, {
      accountId: containment.accountId,
      roleName: nameIn(roleArn),
    });
    if (what === 'approve' || what === 'decline') await refuseFirst(services, request, what, subject, before);
    const now = clock.now();
    const after = { ...change(before, subject, now), version: (before?.version ?? 0) + 1 };
    const records = await roleRecords(services, after, line);
    const about = {
      ...roleAct(request, what, subject),
      why: what === 'lift' ? (after.lifted?.reason ?? '') : after.asked.reason,
    };
    // AWS is told after an approval and a lifting.
    const audit = after.nextAt === now ? auditIntent(services, about) : auditOutcome(services, about, 'done');
    try {
      await claimAndWrite(services, request, [
        keepRevocation(stores, text, after, now),
        audit,
        ...records.writes,
      ]);
    } catch (error) {
      const overtaken = isConflict(error) && (await stores.interactions.byId(request.claimId)) === null;
      if (!overtaken || tries === TRIES) throw error;
      continue;
    }
    await records.written();
    return after;
  }
}

/** Whoever asked does not approve; to decline one's own wish is to take it back. */
async function refuseFirst(
  services: Services,
  request: Request,
  what: 'approve' | 'decline',
  subject: RoleSubject,
  row: RoleRevocation | null,
): Promise<void> {
  if (what === 'decline' || row?.state !== 'asked' || row.asked.by !== request.actor.userId) return;
  await refuseRole(
    services,
    request,
    what,
    subject,
    new RekeyError('forbidden', 'You may not approve this: you asked for it, and a second person decides.', {
      next: 'Any other responder or admin may. If there is nobody, `/aws-settings` gives roles; until then revoke the sessions in the IAM console.',
    }),
  );
}

/** What was asked is still what the person saw. */
function asSeen(row: RoleRevocation | null, askedAt: number): RoleRevocation {
  if (row !== null && row.state === 'asked' && row.asked.at === askedAt) return row;
  const who = row?.decided?.by ?? null;
  const by = who === null ? '' : ` by <@${who}>`;
  throw new RekeyError(
    'conflict',
    `This does not wait any more: it was decided already${by}, or asked anew.`,
    {
      next: 'Look at the message of the containment.',
    },
  );
}

/** No session from when it was asked lives any more: to revoke those of now is another wish. */
function isOutlived({ asked }: RoleRevocation, now: number): boolean {
  return now - asked.at > ROLE_SESSIONS_LIVE_MS;
}

function outlived(): RekeyError {
  return new RekeyError('conflict', 'No session from when this was asked lives any more.', {
    next: 'If sessions of now are in wrong hands, ask anew on the message of the containment.',
  });
}

function underWay(): RekeyError {
  return new RekeyError('conflict', 'The sessions of this role are being worked on at this moment.', {
    next: 'The message of the containment says how that comes out.',
  });
}

function nameIn(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf('/') + 1);
}
