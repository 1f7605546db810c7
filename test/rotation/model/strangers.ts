import { decide, held, hurried, reactivated, undo } from '../../../src/rotation/decide.ts';
import { isConflict } from '../../../src/errors.ts';
import type { BlockChoice, Rotation } from '../../../src/domain/rotation.ts';
import type { Model } from './model.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SOMEBODY = 'arn:aws:sts::123456789012:assumed-role/rekey/rekey';

/** Something happens that Rekey did not do. */
export function meddle(model: Model): void {
  const { chance, truth } = model;
  const act = chance.pick(ACTS);
  act(model);
  truth.changed();
  model.trace.push(`meddled: ${act.name}`);
}

const ACTS = [stranger, stranger, toggle, remove, remade, quarantine, contain, forget, use, pause, jump, see];

/** Somebody makes a key, maybe with the very role that Rekey uses. */
function stranger({ chance, truth, trueNow }: Model): void {
  if (truth.keys.length >= 2) return;
  const key = truth.add('stranger');
  truth.strangersMade += 1;
  truth.record({
    eventTime: trueNow,
    eventName: 'CreateAccessKey',
    accessKeyId: null,
    record: {
      userIdentity: { arn: chance.hits(0.5) ? SOMEBODY : 'arn:aws:iam::123456789012:user/ann' },
      userAgent: 'aws-cli/2.13.5',
      requestParameters: { userName: 'deploy' },
      responseElements: { accessKey: { accessKeyId: key.accessKeyId, userName: 'deploy' } },
    },
  });
}

function toggle({ chance, truth, trueNow }: Model): void {
  if (truth.keys.length === 0) return;
  const key = chance.pick(truth.keys);
  truth.meddledWith.set(key.accessKeyId, trueNow);
  key.status = key.status === 'Active' ? 'Inactive' : 'Active';
  key.inactiveSince = null;
}

function remove({ chance, truth, trueNow }: Model): void {
  if (truth.keys.length === 0) return;
  const key = chance.pick(truth.keys);
  truth.meddledWith.set(key.accessKeyId, trueNow);
  truth.remove(key);
}

function remade({ chance, truth, trueNow }: Model): void {
  if (!chance.hits(0.3)) return;
  truth.userId = 'AIDA2';
  truth.remadeAt = trueNow;
  for (const { accessKeyId } of truth.keys) truth.meddledWith.set(accessKeyId, trueNow);
  truth.keys = [];
}

function quarantine({ truth, trueNow }: Model): void {
  truth.quarantinedAt = truth.quarantinedAt === null ? trueNow : null;
}

/** The old key is contained; or that is undone, which gives it back if it was Active. Some are never undone. */
function contain(model: Model): void {
  const { truth, trueNow, oldKeyId } = model;
  const key = truth.find(oldKeyId);
  if (key === undefined) return;
  truth.meddledWith.set(oldKeyId, trueNow);
  if (model.containedAt === null) {
    model.containedAt = trueNow;
    key.status = 'Inactive';
    key.inactiveSince ??= trueNow;
  } else {
    model.containedAt = null;
    key.status = 'Active';
    key.inactiveSince = null;
  }
}

function forget({ chance, places }: Model): void {
  chance.pick([...places.values()]).forget();
}

/** The consumer still has the old key in memory. */
function use(model: Model): void {
  if (model.truth.find(model.oldKeyId)?.status === 'Active')
    model.lastUsed.set(model.oldKeyId, model.trueNow);
}

function pause(model: Model): void {
  model.pausedWhy = model.pausedWhy === null ? 'an incident' : null;
}

function jump(model: Model): void {
  model.jumped = true;
  model.offset = model.offset === 0 ? (model.chance.next() - 0.5) * 4 * HOUR : 0;
  model.offset = Math.round(model.offset);
}

/** CloudTrail is taken away, or given back. */
function see(model: Model): void {
  model.watched = !model.watched;
}

/** Everything is as it should be again: what follows must come to an end. */
export function calm(model: Model): void {
  const { truth } = model;
  truth.quarantinedAt = null;
  model.pausedWhy = null;
  model.offset = 0;
  model.watched = true;
  truth.changed();
}

/** A person decides what is asked, and knows whose keys are whose. False when nothing truthful is left to choose. */
export async function answer(model: Model): Promise<boolean> {
  const { stores, chance } = model;
  const rotation = stores.only;
  const { block } = rotation;
  if (block === null) return false;
  const truthful = block.choices.flatMap((choice) => decisions(model, rotation, choice));
  if (truthful.length === 0) return false;
  const { choice, accessKeyId } = chance.pick(truthful);
  if (block.code === 'undo_failed' && (choice === 'go_on' || choice === 'leave_place')) {
    for (const place of model.places.values()) {
      place.repair({ id: model.oldKeyId, secret: `secret-of-${model.oldKeyId}` });
    }
  }
  const decision = { by: 'U2', at: model.now(), ...(accessKeyId === undefined ? {} : { accessKeyId }) };
  model.trace.push(`person: ${choice} (${block.code})`);
  for (const id of block.keyIds) model.shown.add(id);
  // No word for what a wait holds up is taken before it is ended.
  const isHeldUp = choice === 'approve' || (choice === 'go_on' && block.code === 'too_long');
  if (isHeldUp && rotation.wait !== null) await stores.put(held(rotation, null, decision.at));
  await stores.put(decide(stores.only, choice, decision));
  return true;
}

function decisions(
  { truth }: Model,
  { block }: Rotation,
  choice: BlockChoice,
): { choice: BlockChoice; accessKeyId?: string }[] {
  const about = block?.keyIds ?? [];
  const ours = about.filter((id) => truth.find(id)?.by === 'rekey');
  if (choice === 'orphan_is_ours') return ours.map((accessKeyId) => ({ choice, accessKeyId }));
  if (choice === 'orphan_is_not_ours') return ours.length === 0 ? [{ choice }] : [];
  if (block?.code === 'not_attributed' && (choice === 'go_on' || choice === 'stop')) {
    return truth.keys.some(({ by }) => by === 'rekey') ? [] : [{ choice }];
  }
  return [{ choice }];
}

/** A person acts on a rotation that goes well. */
export async function interfere(model: Model): Promise<void> {
  const { stores, chance } = model;
  const rotation = stores.only;
  const at = model.now();
  const decision = { by: 'U3', at };
  const acts = [
    () => undo(rotation, decision),
    () => reactivated(rotation, decision),
    () => hurried(rotation, decision),
    () => held(rotation, { by: 'U3', reason: 'not now', at, until: at + chance.below(48) * HOUR }, at),
  ];
  try {
    await stores.put(chance.pick(acts)());
    model.trace.push('person interfered');
  } catch (error) {
    // Not offered now.
    if (!isConflict(error)) throw error;
  }
}
