import { beganHow, isSecondPerson, mayReactivate, mayUndo } from '../domain/rotation-acts.ts';
import type { BlockChoice, Delivery, Rotation, RotationState, Wait } from '../domain/rotation.ts';
import { isFinal, mayMove } from '../domain/rotation.ts';
import { RekeyError } from '../errors.ts';
import type { Stores, Write } from '../ports/stores.ts';
import { withDelivery } from './deliveries.ts';
import { openIntent, withOutcome } from './intents.ts';

/**
 * What a decision is written with, beside its audit row: a rotation that ends keeps no secret. The batch is a
 * `conflict` when the rotation was changed since it was read.
 */
export function writesOf(stores: Pick<Stores, 'rotation' | 'secrets'>, decided: Rotation): Write[] {
  const erased = isFinal(decided.state) ? [stores.secrets.erase('rotation', decided.id)] : [];
  return [stores.rotation.rotations.update(decided), ...erased];
}

/** Who decided, when, and about which key where there are several. */
export interface Decision {
  readonly by: string;
  readonly at: number;
  readonly accessKeyId?: string;
}

/**
 * A blocked rotation after a person chose, to be written with its audit row: version and state are the next ones.
 * Throws RekeyError `conflict` for a choice that is not, or no longer, offered.
 */
export function decide(rotation: Rotation, choice: BlockChoice, decision: Decision): Rotation {
  const { block } = rotation;
  if (block === null || !block.choices.includes(choice)) {
    throw new RekeyError('conflict', 'That is no longer to be decided.', {
      next: 'Look at the rotation again.',
    });
  }
  switch (choice) {
    case 'retry':
      return resumed(rotation, block.from, decision);
    case 'go_on':
      return wentOn(rotation, decision);
    case 'undo':
      return resumed(rotation, 'undoing', decision);
    case 'stop':
      return resumed(rotation, 'undone', decision);
    case 'orphan_is_ours':
      return ours(rotation, decision);
    case 'orphan_is_not_ours':
      return notOurs(rotation, decision);
    case 'leave_place':
      return withoutPlace(rotation, decision);
    case 'keep_new':
      return forward(rotation, decision);
    case 'approve':
      return approved(rotation, decision);
    case 'reactivate':
      return reactivated(rotation, decision);
  }
}

/** Takes a rotation back that goes well; as long as there is Undo. */
export function undo(rotation: Rotation, decision: Decision): Rotation {
  if (!mayUndo(rotation)) throw tooLate('Undo exists until the old key is deactivated.');
  return resumed(rotation, 'undoing', decision);
}

/** The old key Active again; as long as the soak lasts. */
export function reactivated(rotation: Rotation, decision: Decision): Rotation {
  if (!mayReactivate(rotation)) throw tooLate('Reactivate exists as long as the soak lasts.');
  const { oldKeyId: accessKeyId } = rotation;
  return {
    ...resumed(rotation, 'quiet', decision),
    change: { accessKeyId, change: 'activate', at: decision.at },
    deactivatedAt: null,
    // It must fall silent again, and be approved again.
    cutoverAt: decision.at,
    approvals: [],
  };
}

/** Holds the next irreversible step up; `null` ends it. */
export function held(rotation: Rotation, wait: Wait | null, at: number): Rotation {
  if (isFinal(rotation.state)) throw tooLate('It has ended.');
  if (wait !== null && rotation.change?.accessKeyId === rotation.oldKeyId) {
    throw tooLate('The old key is being changed at this moment.');
  }
  const nextAt = rotation.nextAt === null ? null : at;
  return { ...rotation, wait, nextAt, version: rotation.version + 1 };
}

/** A person's word that the old key may be made Inactive before its quiet window is over. */
export function hurried(rotation: Rotation, { by, at }: Decision): Rotation {
  if (rotation.state !== 'quiet') throw tooLate('It does not wait for the old key to fall silent.');
  refuseWhileHeld(rotation, at);
  const approvals = [...rotation.approvals, { what: 'deactivate', by, at } as const];
  return { ...rotation, approvals, nextAt: at, version: rotation.version + 1 };
}

/** Kept until a wait ends, such a word would be carried out days later, whoever uses the old key by then. */
function refuseWhileHeld({ wait }: Rotation, now: number): void {
  if (wait === null || wait.until <= now) return;
  throw new RekeyError('conflict', `<@${wait.by}> holds it up: “${wait.reason}”.`, {
    next: 'Ask them, or end the wait first.',
  });
}

function resumed(rotation: Rotation, to: RotationState, { at }: Decision): Rotation {
  if (!mayMove(rotation.state, to)) throw tooLate('It has moved on.');
  const ended = isFinal(to);
  return {
    ...rotation,
    state: to,
    stateAt: at,
    block: null,
    trouble: null,
    nextAt: ended ? null : at,
    endedAt: ended ? at : null,
    version: rotation.version + 1,
  };
}

function wentOn(rotation: Rotation, decision: Decision): Rotation {
  const from = rotation.block?.from ?? rotation.state;
  const next = resumed(rotation, from, decision);
  const code = rotation.block?.code;
  if (code === 'keys_changed') {
    return { ...next, snapshot: { ...next.snapshot, keys: acceptedKeys(rotation) } };
  }
  if (code === 'not_attributed') return withoutIntent(next);
  if (code === 'quarantined') return leftInactive(next, decision);
  if (code === 'hook_failed') {
    return { ...next, deliveries: next.deliveries.map((each) => ({ ...each, hook: 'done' })) };
  }
  if (code === 'undo_failed') {
    const back = (each: Delivery): Delivery =>
      each.attempts > 0 && each.state !== 'left' ? { ...each, state: 'restored' } : each;
    return { ...next, deliveries: next.deliveries.map(back) };
  }
  if (code === 'too_long') {
    const { by, at } = decision;
    refuseWhileHeld(rotation, at);
    return { ...next, approvals: [...next.approvals, { what: 'deactivate', by, at }] };
  }
  throw tooLate('There is nothing to go on with.');
}

/** The old key is not given back after all: it is Inactive, so that nothing is to be waited for before the soak. */
function leftInactive(rotation: Rotation, { by, at }: Decision): Rotation {
  const { snapshot, oldKeyId, approvals } = rotation;
  const keys = snapshot.keys.map((key) =>
    key.accessKeyId === oldKeyId ? ({ ...key, status: 'Inactive' } as const) : key,
  );
  return {
    ...rotation,
    change: null,
    snapshot: { ...snapshot, keys },
    approvals: [...approvals, { what: 'deactivate', by, at }],
  };
}

/** The keys as the person saw them, without those of Rekey itself. */
function acceptedKeys({ block, newKeyId, orphans, snapshot }: Rotation): Rotation['snapshot']['keys'] {
  const mine = new Set([newKeyId, ...orphans.map(({ accessKeyId }) => accessKeyId)]);
  return (block?.seen ?? snapshot.keys).filter(({ accessKeyId }) => !mine.has(accessKeyId));
}

function withoutIntent(rotation: Rotation): Rotation {
  const intent = openIntent(rotation);
  return intent === null
    ? rotation
    : { ...rotation, intents: withOutcome(rotation, intent.nonce, 'refused') };
}

/** The key with the lost secret is Rekey's, says a person: Inactive now, deleted an hour later. */
function ours(rotation: Rotation, decision: Decision): Rotation {
  const { block, orphans } = rotation;
  const [only] = block?.keyIds ?? [];
  const accessKeyId = decision.accessKeyId ?? (block?.keyIds.length === 1 ? only : undefined);
  if (accessKeyId === undefined || block?.keyIds.includes(accessKeyId) !== true) {
    throw new RekeyError('invalid', 'Say which of the keys it is.');
  }
  const next = resumed(rotation, block.from, decision);
  const orphan = { accessKeyId, knownBy: 'person', inactiveAt: null, deletedAt: null } as const;
  const intent = openIntent(rotation);
  return {
    ...next,
    orphans: [...orphans.filter((each) => each.accessKeyId !== accessKeyId), orphan],
    intents: intent === null ? next.intents : withOutcome(next, intent.nonce, 'unknown'),
  };
}

/** It is somebody else's: it is left alone, and the rotation ends, or goes on being taken back. */
function notOurs(rotation: Rotation, decision: Decision): Rotation {
  const keyIds = new Set(rotation.block?.keyIds ?? []);
  const orphans = rotation.orphans.filter(({ accessKeyId }) => !keyIds.has(accessKeyId));
  const rest = orphans.some(({ deletedAt }) => deletedAt === null);
  const next = withoutIntent(resumed(rotation, rest ? 'undoing' : 'undone', decision));
  return { ...next, orphans };
}

/** A place that cannot be asked whether it went back: it hears nothing more, and nothing waits for it. */
function withoutPlace(rotation: Rotation, decision: Decision): Rotation {
  const { destinationId } = rotation.block ?? {};
  const next = resumed(rotation, 'undoing', decision);
  const left = { state: 'left', at: decision.at } as const;
  return { ...next, deliveries: withDelivery(next, destinationId ?? '', left) };
}

/**
 * Whether a rotation that is taken back could still go forward: the new key is not being removed, and each destination
 * holds it, or its secret is still kept.
 */
export function mayKeepNew({ newKeyId, orphans, deliveries, cutoverAt }: Rotation): boolean {
  if (newKeyId === null || orphans.some(({ accessKeyId }) => accessKeyId === newKeyId)) return false;
  if (cutoverAt !== null) return deliveries.every(({ state }) => state === 'held');
  return deliveries.every(({ state }) => state !== 'restored' && state !== 'left');
}

/** Each destination is asked again, and written where it must be; then the old key must fall silent. */
function forward(rotation: Rotation, decision: Decision): Rotation {
  if (!mayKeepNew(rotation)) throw tooLate('The new key is being removed, or no longer in its places.');
  return resumed(rotation, 'delivering', decision);
}

function approved(rotation: Rotation, decision: Decision): Rotation {
  const { by, at } = decision;
  if (!isSecondPerson(rotation, by)) {
    throw new RekeyError('forbidden', `Whoever ${beganHow(rotation, by)} is not the second person.`);
  }
  refuseWhileHeld(rotation, at);
  const next = resumed(rotation, rotation.block?.from ?? rotation.state, decision);
  const earlier = next.approvals.filter(({ what }) => what !== 'delete');
  return { ...next, approvals: [...earlier, { what: 'delete', by, at }] };
}

function tooLate(why: string): RekeyError {
  return new RekeyError('conflict', `It is too late for that. ${why}`, {
    next: 'Look at the rotation again.',
  });
}
