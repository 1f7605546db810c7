import type { Rotation } from '../../../src/domain/rotation.ts';
import { isFinal } from '../../../src/domain/rotation.ts';
import { ORPHAN_MS } from '../../../src/rotation/proof.ts';
import type { Model } from './model.ts';

/** A broken promise: the test prints the seed and the trace with it. */
export class Broken extends Error {}

/** The promises, asked at every effect and at the end. */
export class Check {
  readonly #model: Model;
  readonly #tried = new Map<string, number>();
  /** Somebody changed a destination behind Rekey's back. */
  forgottenAt: number | null = null;
  /** The first broken promise: what Rekey does with an error must not hide it. */
  broken: Broken | null = null;

  constructor(model: Model) {
    this.#model = model;
  }

  #must(holds: boolean, promise: string): void {
    if (holds) return;
    this.broken ??= new Broken(promise);
    throw this.broken;
  }

  /** `askedBy`: the instance that changes something. */
  mutation(askedBy: { asked: boolean }): void {
    this.#must(askedBy.asked, 'the pause is asked for right before each change');
    askedBy.asked = false;
  }

  tried(accessKeyId: string): void {
    this.#tried.set(accessKeyId, (this.#tried.get(accessKeyId) ?? 0) + 1);
  }

  created(): void {
    const { truth } = this.#model;
    this.#seen(this.#model.stores.only);
    truth.createdByRekey += 1;
    const ours = truth.keys.filter(({ by }) => by === 'rekey');
    this.#must(ours.length <= 1, 'no more keys than before plus one');
  }

  mayDeliver(accessKeyId: string, secret: string): void {
    this.#must((this.#tried.get(accessKeyId) ?? 0) >= 3, 'a key is delivered only after it was seen to work');
    this.#must(secret === `secret-of-${accessKeyId}`, 'the secret belongs to its key');
  }

  mayRestore(accessKeyId: string): void {
    const { truth } = this.#model;
    const meddled = truth.meddledLately(accessKeyId);
    this.#must(
      meddled || truth.find(accessKeyId)?.status === 'Active',
      'a restore goes back to a working key',
    );
  }

  /** Asked before a key is made Active or Inactive, or is deleted. */
  mayMutate(what: string, accessKeyId: string, signerKeyId: string): void {
    const model = this.#model;
    const { truth, oldKeyId } = model;
    const key = truth.find(accessKeyId);
    const rotation = model.stores.only;
    this.#seen(rotation);
    this.#must(accessKeyId === oldKeyId || key?.by !== 'stranger', `nobody else's key is touched: ${what}`);
    this.#must(
      accessKeyId !== signerKeyId || what === 'Active',
      'no destructive step is signed with its own key',
    );
    if (key === undefined) return;
    if (accessKeyId !== oldKeyId) this.#must(isOurs(rotation, accessKeyId), `only attributed keys: ${what}`);
    if (what === 'Active') {
      const { containedAt, trueNow } = model;
      const long = containedAt !== null && trueNow - containedAt > 10 * 60_000;
      this.#must(!long || accessKeyId !== oldKeyId, 'what is contained is not made Active');
      return;
    }
    for (const place of model.places.values()) {
      const excused = this.forgottenAt !== null && model.trueNow - this.forgottenAt < 15 * 60_000;
      this.#must(
        place.held.id !== accessKeyId || excused,
        `no consumer loses its key: ${what} of ${accessKeyId}`,
      );
    }
    if (accessKeyId === oldKeyId) this.#oldKey(what, rotation);
    if (what === 'delete') this.#deletes(accessKeyId, rotation);
  }

  /** What every list has shown for minutes is known before a change: another user, a quarantine, a stranger's key. */
  #seen({ snapshot }: Rotation): void {
    const { truth, trueNow } = this.#model;
    const long = (at: number | null) => at !== null && trueNow - at > 10 * 60_000;
    this.#must(!long(truth.remadeAt), 'nothing is changed at another user by the same name');
    this.#must(!long(truth.quarantinedAt), 'nothing is changed under quarantine');
    const strange = truth.keys.find(
      ({ by, accessKeyId, createdAt }) =>
        by === 'stranger' && long(createdAt) && !snapshot.keys.some((key) => key.accessKeyId === accessKeyId),
    );
    this.#must(strange === undefined, "nothing is changed while a stranger's key is not accepted");
  }

  #oldKey(what: string, rotation: Rotation): void {
    const { truth } = this.#model;
    const fresh = truth.find(rotation.newKeyId);
    const id = rotation.newKeyId ?? '';
    const meddled = truth.meddledLately(id);
    this.#must(meddled || fresh?.status === 'Active', 'the old key is touched only when the new one works');
    this.#must((this.#tried.get(id) ?? 0) >= 3, 'and was seen to work several times');
    const { wait, change } = rotation;
    const held =
      wait !== null && wait.until > this.#model.now() + this.#slack() && (change?.at ?? Infinity) >= wait.at;
    this.#must(!held, `an owner's wait holds: ${what}`);
    if (what === 'Inactive') this.#silent(rotation);
  }

  #silent(rotation: Rotation): void {
    const { cutoverAt, quietMs, approvals, change } = rotation;
    if (approvals.some(({ what }) => what === 'deactivate')) return;
    const decidedAt = (change?.at ?? this.#model.now()) + this.#slack();
    this.#must(
      decidedAt >= (cutoverAt ?? Infinity) + quietMs,
      'the old key is deactivated after its quiet window',
    );
    const used = this.#model.lastUsed.get(rotation.oldKeyId);
    const late = used !== undefined && used + quietMs > decidedAt && used < decidedAt - 30 * 60_000;
    this.#must(!late || this.#model.jumped, 'and only when it was silent');
  }

  /** A clock that was set between two looks makes times differ by so much. */
  #slack(): number {
    return this.#model.jumped ? 4 * 60 * 60_000 : 0;
  }

  #deletes(accessKeyId: string, rotation: Rotation): void {
    const { truth } = this.#model;
    const key = truth.find(accessKeyId);
    if (truth.meddledWith.has(accessKeyId)) return;
    this.#must(key?.status === 'Inactive', 'nothing Active is deleted');
    const least = accessKeyId === rotation.oldKeyId ? rotation.soakMs : ORPHAN_MS;
    const since = key?.inactiveSince ?? Infinity;
    this.#must(
      this.#model.now() + this.#slack() - since >= least,
      `nothing is deleted before its time Inactive: ${accessKeyId}`,
    );
    if (accessKeyId !== rotation.oldKeyId) return;
    const second = rotation.approvals.some(
      ({ what, by }) => what === 'delete' && by !== rotation.requestedBy,
    );
    this.#must(second, 'a second person confirmed the deletion');
  }

  /** What must hold when nothing moves any more. */
  end(): void {
    const { stores, truth, places } = this.#model;
    const rotation = stores.only;
    this.#must(
      isFinal(rotation.state) || rotation.state === 'blocked',
      `it ends, or asks: ${rotation.state}`,
    );
    this.#must((rotation.state === 'blocked') === (rotation.block !== null), 'a block says why');
    for (const step of ['destination.write', 'destination.restore', 'hook.call']) {
      const of = (phase: string) =>
        stores.journal.filter((entry) => entry.step === step && entry.phase === phase).length;
      this.#must(of('before') <= of('after'), `what came of each ${step} is on record`);
    }
    for (const { accessKeyId, by } of truth.keys) {
      if (by !== 'rekey' || truth.meddledWith.has(accessKeyId)) continue;
      const told = this.#model.shown.has(accessKeyId) || isShown(rotation, accessKeyId);
      this.#must(told, `no key of ours is forgotten: ${accessKeyId}`);
    }
    if (isFinal(rotation.state)) this.#must(stores.secrets.size === 0, 'no secret stays behind');
    if (rotation.cutoverAt !== null) this.#must(stores.secrets.size === 0, 'no secret stays after delivery');
    if (truth.meddledWith.size > 0 || truth.userId !== 'AIDA1' || this.forgottenAt !== null) return;
    for (const { held } of places.values()) {
      this.#must(truth.find(held.id)?.status === 'Active', `the consumer holds a working key: ${held.id}`);
    }
    if (rotation.state === 'done')
      this.#must(truth.find(rotation.oldKeyId) === undefined, 'done: the old key is gone');
    if (rotation.state === 'undone') {
      this.#must(truth.find(rotation.oldKeyId)?.status === 'Active', 'undone: the old key works');
    }
  }
}

function isOurs(rotation: Rotation, accessKeyId: string): boolean {
  return rotation.orphans.some((orphan) => orphan.accessKeyId === accessKeyId);
}

/** Part of a rotation that goes on, or shown to the person who is asked. */
function isShown(rotation: Rotation, accessKeyId: string): boolean {
  if (rotation.state === 'done') return rotation.newKeyId === accessKeyId;
  if (rotation.state !== 'blocked') return false;
  return (
    rotation.newKeyId === accessKeyId ||
    isOurs(rotation, accessKeyId) ||
    rotation.block?.keyIds.includes(accessKeyId) === true ||
    rotation.intents.some(({ outcome }) => outcome === 'open')
  );
}
