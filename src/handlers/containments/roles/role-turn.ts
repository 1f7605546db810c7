import { LAG_MS, CONFIRM_READS, type Containment, type PartFailure } from '../../../domain/containment.ts';
import {
  isRoleHeld,
  LOOK_AGAIN_MS,
  roleHeld,
  roleRested,
  roleTakenOff,
  roleUnread,
} from '../../../domain/role-hold.ts';
import {
  denyRoleBefore,
  REVOKE_TRIES_MS,
  ROLE_DENY,
  type RoleRevocation,
} from '../../../domain/role-revocation.ts';
import type { ContainmentLine } from '../../../domain/containment-card.ts';
import { incidentsOf } from '../../../domain/containment-reasons.ts';
import { isConflict, RekeyError } from '../../../errors.ts';
import { AwsFailure } from '../../../ports/aws.ts';
import type { Write } from '../../../ports/stores.ts';
import { auditIntent, auditOutcome } from '../../audit.ts';
import type { Calls } from '../calls.ts';
import { TURN_LEASE_MS, type Containing } from '../containing.ts';
import { failureOf } from '../effects.ts';
import { handsFor, type Hands } from '../hands.ts';
import { seenAs } from '../look-user.ts';
import { keepRevocation, keptRevocation, type RoleKey } from './kept.ts';
import { foundRoleRow, roleAct, type RoleVerb } from './role-acts.ts';
import { roleRecords } from './tell-role.ts';

/** One process's turn at the revocation of one role's sessions: nobody else calls AWS about it meanwhile. */
export class RoleTurn {
  readonly #services: Containing;
  readonly #token: string;
  #row: RoleRevocation;
  #text: string | null = null;
  #incidents: readonly string[] = [];

  private constructor(services: Containing, token: string, row: RoleRevocation) {
    this.#services = services;
    this.#token = token;
    this.#row = row;
  }

  /** Null when nothing is due, or it is somebody else's. */
  static async take(services: Containing, key: RoleKey): Promise<RoleTurn | null> {
    const { stores, clock, ids, instanceId, onlyInstance } = services;
    const now = clock.now();
    const { row, text } = await keptRevocation(stores, key);
    if (row === null || row.nextAt === null || row.nextAt > now) return null;
    const { leaseOwner, leaseUntil } = row;
    const isOthers = leaseOwner !== null && leaseUntil > now && leaseUntil <= now + 2 * TURN_LEASE_MS;
    // On SQLite the leases of earlier processes are void.
    if (isOthers && !(onlyInstance && leaseOwner.split('/')[0] !== instanceId)) return null;
    const turn = new RoleTurn(services, `${instanceId}/${ids.next()}`, row);
    turn.#text = text;
    try {
      await turn.#write(row, []);
    } catch (error) {
      if (isConflict(error)) return null;
      throw error;
    }
    return turn;
  }

  get row(): RoleRevocation {
    return this.#row;
  }

  /** One look, and what follows from it. False when nothing is left to do now. */
  async step(calls: Calls): Promise<boolean> {
    const { clock } = this.#services;
    const before = this.#row;
    const now = clock.now();
    if (before.state !== 'revoking' && before.state !== 'lifting' && before.state !== 'revoked') return false;
    const containment = await this.#containment();
    if (before.state === 'revoked' && before.until !== null && before.until <= now) return this.#expire(now);
    if (before.state === 'revoked' && !isRoleHeld(containment, now)) {
      return this.#keeps(roleRested(before, before.reads));
    }
    // Whoever stopped the hold meanwhile wants nothing put back.
    const isOver = before.state === 'revoking' && before.putBack > 0 && !isRoleHeld(containment, now);
    try {
      const hands = await this.#hands(containment, calls.changes);
      const { roleName, issuedBefore } = before;
      const text = await hands(({ roles }) => roles.rolePolicy(roleName, ROLE_DENY, calls.reads));
      if (before.begun !== undefined) {
        const found = foundRoleRow(this.#services, before, this.#incidents, text);
        await this.#write({ ...before, begun: undefined }, [found]);
        return true;
      }
      const isAsWanted =
        before.state === 'lifting'
          ? text === null
          : issuedBefore !== null && seenAs(text, denyRoleBefore(issuedBefore)) === 'ours';
      if (before.state === 'revoked') {
        if (isAsWanted) return await this.#keeps(roleHeld(before, clock.now()));
        const { row, isSaid } = roleTakenOff(before, clock.now());
        await this.#keeps(row, isSaid ? null : 'put_back');
        return true;
      }
      if (isOver && !isAsWanted) return await this.#keeps(roleRested(before, 0));
      return isAsWanted ? await this.#seen() : await this.#change(hands, calls.changes);
    } catch (error) {
      if (isConflict(error) || !(error instanceof AwsFailure || error instanceof RekeyError)) throw error;
      if (calls.isLeaving()) return false;
      const failure = failureOf(error, clock.now(), null);
      if (isOver) return this.#keeps(roleRested(before, 0));
      if (before.state === 'revoked') return this.#keeps(roleUnread(before, failure));
      await this.#failed(failure, []);
      return false;
    }
  }

  /** Lets others have it. */
  async release(): Promise<void> {
    const { stores, clock } = this.#services;
    for (let tries = 1; ; tries += 1) {
      const { row, text } = await keptRevocation(stores, this.#row);
      if (row === null || row.leaseOwner !== this.#token) return;
      const free = { ...row, leaseOwner: null, leaseUntil: 0, version: row.version + 1 };
      try {
        return await stores.atomically([keepRevocation(stores, text, free, clock.now())]);
      } catch (error) {
        if (!isConflict(error) || tries === 5) throw error;
      }
    }
  }

  /** Of whose key it is known that its sessions assumed the role; null when it is gone. */
  async #containment(): Promise<Containment | null> {
    const { containments } = this.#services.stores;
    const row = await containments.byId(this.#row.containmentId);
    const found = row === null || row.mergedInto === null ? row : await containments.byId(row.mergedInto);
    this.#incidents = found === null ? [] : incidentsOf(found);
    return found;
  }

  /** Writes what follows from a look while it is held. */
  async #keeps(next: RoleRevocation, line: 'put_back' | null = null): Promise<false> {
    await this.#save(next, line, []);
    return false;
  }

  /** No session from before lives any more: what denies them has done its work. */
  async #expire(now: number): Promise<boolean> {
    const before = this.#row;
    const lifted = { by: null, at: now, reason: 'no session from before lives any more' };
    const next = { ...before, state: 'lifting', lifted, reads: 0, failure: null } as const;
    await this.#save({ ...next, stateAt: now, nextAt: now }, 'lifting', [
      auditIntent(this.#services, this.#act('role.lift')),
    ]);
    return true;
  }

  async #hands(containment: Containment | null, signal: AbortSignal): Promise<Hands> {
    const { accountId } = this.#row;
    const nobody = { accountId, userName: null, userId: null, userArn: null, holders: [], keys: [] };
    return handsFor(this.#services, containment ?? nobody, signal);
  }

  async #seen(): Promise<boolean> {
    const before = this.#row;
    const now = this.#services.clock.now();
    const reads = before.reads + 1;
    const isSettled = before.sentAt === null || now - before.sentAt > LAG_MS;
    const isOn = before.state === 'revoking';
    if (reads < CONFIRM_READS || (!isOn && !isSettled)) {
      await this.#save({ ...before, reads, failure: null, nextAt: now + LOOK_AGAIN_MS }, null, []);
      return true;
    }
    const done = { ...before, reads, failure: null, stateAt: now };
    const row: RoleRevocation = isOn
      ? { ...done, state: 'revoked', confirmedAt: now, nextAt: now + LOOK_AGAIN_MS }
      : { ...done, state: 'lifted', issuedBefore: null, until: null, nextAt: null };
    // What was put back came of nobody's approval a second time.
    const isAgain = isOn && before.putBack > 0;
    await this.#save(
      row,
      isAgain ? null : isOn ? 'revoked' : 'lifted',
      isAgain ? [] : [auditOutcome(this.#services, this.#act(isOn ? 'role.approve' : 'role.lift'), 'done')],
    );
    return false;
  }

  /** What is wanted is on record before AWS hears of it, and asked once more right before. */
  async #change(hands: Hands, signal: AbortSignal): Promise<boolean> {
    const { stores, clock, ids } = this.#services;
    const before = this.#row;
    const now = clock.now();
    if (before.failure === null && before.sentAt !== null && now - before.sentAt < LOOK_AGAIN_MS) {
      await this.#save({ ...before, reads: 0, nextAt: now + LOOK_AGAIN_MS }, null, []);
      return true;
    }
    const { roleName, issuedBefore, state } = before;
    const act = this.#act(state === 'revoking' ? 'role.put_deny' : 'role.delete_deny');
    const actId = ids.next();
    const intent = auditIntent(this.#services, { ...act, id: actId });
    const begun = state === 'revoking' ? 'put' : 'delete';
    await this.#save({ ...before, reads: 0, sentAt: now, begun, nextAt: now }, null, [intent]);
    // Whoever stopped the hold since the look wants nothing put back.
    const isOver =
      state === 'revoking' && before.putBack > 0 && !isRoleHeld(await this.#containment(), clock.now());
    const { text } = await keptRevocation(stores, before);
    // A process that stood still since it asked may be overtaken: what it asked is no answer any more.
    const isMine = text === this.#text && clock.now() < this.#row.leaseUntil;
    if (isOver || !isMine) {
      const refused = auditOutcome(this.#services, { ...act, why: 'it was changed meanwhile' }, 'refused');
      if (!isMine) await stores.atomically([refused]);
      else await this.#write({ ...this.#row, begun: undefined }, [refused]);
      return isMine;
    }
    try {
      await hands(({ roles }) =>
        state === 'revoking' && issuedBefore !== null
          ? roles.putPolicy(roleName, ROLE_DENY, denyRoleBefore(issuedBefore), actId, signal)
          : roles.deletePolicy(roleName, ROLE_DENY, actId, signal),
      );
    } catch (error) {
      if (!(error instanceof AwsFailure || error instanceof RekeyError)) throw error;
      const failure = failureOf(error, clock.now(), null);
      const isUnknown = ['timeout', 'aws_down', 'not_aws'].includes(failure.code);
      const detail = { ...act.detail, action: failure.action, code: failure.code, said: failure.said };
      const row = auditOutcome(this.#services, { ...act, detail }, isUnknown ? 'unknown' : 'failed');
      this.#row = { ...this.#row, begun: undefined };
      if (failure.code === 'no_such_entity') {
        const gone = { ...this.#row, state: 'gone', issuedBefore: null, until: null, failure: null } as const;
        await this.#save({ ...gone, stateAt: clock.now(), nextAt: null }, 'gone', [row]);
        return false;
      }
      await this.#failed(failure, [row]);
      return failure.code === 'timeout';
    }
    await this.#save({ ...this.#row, failure: null, begun: undefined, nextAt: clock.now() }, null, [
      auditOutcome(this.#services, act, 'done'),
    ]);
    return true;
  }

  async #failed(failure: PartFailure, writes: readonly Write[]): Promise<void> {
    const before = this.#row;
    // It is said since when it fails: a process that was away for long has not tried for long.
    const since = before.failure?.at ?? failure.at;
    const isOver = failure.at - since > REVOKE_TRIES_MS;
    // The first refusal is told, and that nobody tries any more; that it lasts shows on the card.
    const isKnown = before.failure?.code === failure.code || failure.retryAt <= failure.at;
    const line = isOver || !isKnown ? 'failed' : null;
    await this.#save(
      {
        ...before,
        reads: 0,
        failure: { ...failure, at: since },
        nextAt: isOver ? null : Math.max(failure.retryAt, failure.at + LOOK_AGAIN_MS),
      },
      line,
      isOver
        ? [
            ...writes,
            auditOutcome(
              this.#services,
              this.#act(before.state === 'revoking' ? 'role.approve' : 'role.lift'),
              'failed',
            ),
          ]
        : writes,
    );
  }

  /** For the audit log, with the incidents of the containment as it was read last. */
  #act(verb: RoleVerb) {
    return roleAct(this.#row, this.#incidents, verb);
  }

  async #save(
    next: RoleRevocation,
    line: Extract<ContainmentLine, { kind: 'revocation' }>['what'] | null,
    writes: readonly Write[],
  ): Promise<void> {
    const before = this.#row;
    const isShown =
      line !== null || next.failure?.code !== before.failure?.code || next.state !== before.state;
    const records = isShown ? await roleRecords(this.#services, next, line) : null;
    await this.#write(next, [...writes, ...(records?.writes ?? [])]);
    await records?.written();
  }

  async #write(next: RoleRevocation, writes: readonly Write[]): Promise<void> {
    const { stores, clock } = this.#services;
    const now = clock.now();
    const row: RoleRevocation = {
      ...next,
      leaseOwner: this.#token,
      leaseUntil: now + TURN_LEASE_MS,
      version: this.#row.version + 1,
    };
    await stores.atomically([keepRevocation(stores, this.#text, row, now), ...writes]);
    this.#row = row;
    this.#text = JSON.stringify(row);
  }
}
