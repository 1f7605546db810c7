import type { Actor } from '../../domain/actor.ts';
import type { Connection } from '../../domain/connection.ts';
import type { InventoryKey } from '../../domain/inventory.ts';
import type { KeyUse } from '../../domain/key-use.ts';
import type { LastUse } from '../../domain/last-use.ts';
import { OWN_PLACE_ID } from '../../domain/rotation.ts';
import type { Rotation, RotationState, SeenKey, UserSnapshot } from '../../domain/rotation.ts';
import { RekeyError } from '../../errors.ts';
import { pauseOf } from '../pause.ts';
import { boundDestinations } from '../destinations/bound.ts';
import type { BoundDestination } from '../destinations/bound.ts';
import { existingKey } from '../look-key.ts';
import { authoriseForKey } from '../owns-key.ts';
import type { Services } from '../services.ts';
import { rotatedAccount } from './account.ts';
import { Administrators } from './administrator.ts';
import { MIN_QUIET_MS } from '../../rotation/quiet.ts';
import { readOnce } from './dry/read-once.ts';
import { dryRun, type DryRun } from './dry/run.ts';
import { blank, SOAK_MS, waiting } from './drawn-up.ts';
import { planQuiet, type QuietPlan } from './quiet-window.ts';
import { signerOf, trailOf } from './signer.ts';
import type { Signer } from './signer.ts';
import { problemsOf, sparedOf, warningsOf } from './plan-words.ts';

/** One call that a rotation would make, in its order. */
export interface PlannedCall {
  readonly state: RotationState;
  /** As IAM names it: `iam`, `secretsmanager`; `webhook` for what is not AWS. */
  readonly service: string;
  readonly action: string;
  /** What it is about, in words: a user, a key, a place. Never a secret. */
  readonly on: string;
  /** False: it only reads. */
  readonly changes: boolean;
  /** When, in words: “at once”, “when the old key was silent for 2 days”. */
  readonly when: string;
}

export interface PlannedKey extends SeenKey {
  readonly lastUse: LastUse;
}

/** Everything that a confirmation and a dry run show. Holds no secret. */
export interface RotationPlan {
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly snapshot: UserSnapshot;
  readonly keys: readonly PlannedKey[];
  /** Who used the key in the last 90 days; null when nothing may read CloudTrail there. */
  readonly use: KeyUse | null;
  readonly quietMs: number;
  /** Why the quiet window is what it is, in words. */
  readonly quietWhy: string;
  readonly soakMs: number;
  /** The connection that would act, by name. */
  readonly signer: string;
  readonly ownConnection: { readonly id: string; readonly name: string } | null;
  /** All that are bound to the user; those without a refusal are planned with. */
  readonly destinations: readonly BoundDestination[];
  /** Any of these, and it cannot be started. */
  readonly problems: readonly { readonly what: string; readonly next: string }[];
  readonly warnings: readonly string[];
  /** Every call, in order, as far as nothing comes in between; with problems, up to where it would stop. */
  readonly calls: readonly PlannedCall[];
  /** The user's keys that are left alone. */
  readonly spared: readonly { readonly accessKeyId: string; readonly why: string }[];
}

/** Hears of the user's keys as soon as they are known; the event history takes longer. */
export type OnKeys = (keys: readonly PlannedKey[]) => void;

/**
 * Looks at everything a rotation of this key would meet: asks AWS now, and changes nothing. Operators may, and owners
 * of the key.
 * @throws AwsFailure when the user or its keys cannot be read
 */
export async function planRotation(
  services: Services,
  actor: Actor,
  accessKeyId: string,
  signal: AbortSignal,
  onKeys?: OnKeys,
): Promise<RotationPlan> {
  const standing = await services.stores.inventory.standings.byKey(accessKeyId);
  await authoriseForKey(services, actor, standing?.ownership ?? null, 'operator', 'plan rotations');
  const { key } = await existingKey(services, accessKeyId);
  return planFor(services, key, actor.userId, signal, onKeys);
}

/**
 * The same, whoever asks: null for a schedule, whose questions wait behind people's. Questions that need not wait for
 * each other go out together: the event history takes the longest, at AWS's pace.
 */
export async function planFor(
  given: Services,
  key: InventoryKey,
  requestedBy: string | null,
  signal: AbortSignal,
  onKeys?: OnKeys,
): Promise<RotationPlan> {
  const services = { ...given, aws: readOnce(given.aws, requestedBy === null ? 'background' : 'person') };
  const { stores } = services;
  const { accessKeyId } = key;
  const standing = await stores.inventory.standings.byKey(accessKeyId);
  const own = await stores.connections.byAccessKeyId(accessKeyId);
  const drawn = await drawnUp(services, requestedBy, key, own);
  const signer = await signerOf(services, drawn, []);
  if (signer === null) throw nobodyActs();
  const { rotation, keys } = await asSeen(services, drawn, signer, signal);
  onKeys?.(keys);
  const [quiet, imagined] = await Promise.all([
    quietOf(services, rotation, keys, signal),
    imaginedFor(services, rotation, signer, signal),
  ]);
  const { destinations, dry } = imagined;
  const planned = { ...imagined.planned, quietMs: quiet.quietMs };
  const found = { rotation: planned, keys, standing, destinations, dry, paused: await pauseOf(services) };
  return {
    accessKeyId,
    accountId: rotation.accountId,
    snapshot: rotation.snapshot,
    keys,
    ...quiet,
    soakMs: SOAK_MS,
    signer: signer.connection.name,
    ownConnection: own === null ? null : { id: own.id, name: own.name },
    destinations,
    problems: problemsOf(found),
    warnings: warningsOf(found),
    calls: dry.calls(quiet.quietMs),
    spared: sparedOf(found),
  };
}

/** Who uses the key, and how long it must be silent for that. */
async function quietOf(
  services: Services,
  rotation: Rotation,
  keys: readonly PlannedKey[],
  signal: AbortSignal,
): Promise<QuietPlan> {
  const now = services.clock.now();
  const accessKeyId = rotation.oldKeyId;
  const trail = await trailOf(services, rotation);
  const lastUse = keys.find((each) => each.accessKeyId === accessKeyId)?.lastUse ?? notListed(now);
  const ownKey = rotation.ownConnectionId !== null;
  return planQuiet(trail, { accessKeyId, ownKey, lastUse }, now, signal);
}

/** Where it would be delivered, and how it would go; whatever its quiet window. */
async function imaginedFor(
  services: Services,
  rotation: Rotation,
  signer: Signer,
  signal: AbortSignal,
): Promise<{
  readonly destinations: readonly BoundDestination[];
  readonly planned: Rotation;
  readonly dry: DryRun;
}> {
  const user = { accountId: rotation.accountId, userId: rotation.snapshot.userId };
  const administrator = await new Administrators(services).isAdministrator(rotation, signal);
  const destinations = await boundDestinations(services, user, administrator);
  const chosen = destinations.filter(({ refusal }) => refusal === null);
  const planned: Rotation = {
    ...rotation,
    quietMs: MIN_QUIET_MS,
    deliveries: [
      ...rotation.deliveries,
      ...chosen.map(({ destination: { id, redeployHook } }) =>
        waiting(id, redeployHook === null ? 'none' : 'waiting'),
      ),
    ],
  };
  return { destinations, planned, dry: await dryRun(services, planned, signer.credentials, signal) };
}

/** The rotation as the inventory knows the user; AWS is asked next. */
async function drawnUp(
  services: Services,
  requestedBy: string | null,
  key: InventoryKey,
  own: Connection | null,
): Promise<Rotation> {
  const { stores, clock } = services;
  const { accountId, userId, userName, accessKeyId } = key;
  const partition = (await stores.inventory.accounts.byId(accountId))?.partition ?? own?.partition;
  if (partition === undefined) throw nobodyActs();
  const kept = await stores.inventory.users.byId(accountId, userId);
  const arn = kept?.arn ?? `arn:${partition}:iam::${accountId}:user/${userName}`;
  return blank(services, {
    accountId,
    partition,
    snapshot: { userId, userName, arn, keys: [], takenAt: clock.now() },
    oldKeyId: accessKeyId,
    ownConnectionId: own?.id ?? null,
    deliveries: own === null ? [] : [waiting(OWN_PLACE_ID, 'none')],
    requestedBy,
    trigger: requestedBy === null ? 'policy' : 'person',
  });
}

/** The same with the user and its keys as AWS shows them now. */
async function asSeen(
  services: Services,
  rotation: Rotation,
  signer: Signer,
  signal: AbortSignal,
): Promise<{ readonly rotation: Rotation; readonly keys: readonly PlannedKey[] }> {
  const account = rotatedAccount(services, signer);
  const { userId, keys } = await account.look(rotation.snapshot.userName, signal);
  const seen = keys.map(({ accessKeyId, status, createdAt }) => ({ accessKeyId, status, createdAt }));
  const snapshot: UserSnapshot = { ...rotation.snapshot, userId, keys: seen, takenAt: services.clock.now() };
  const used = seen.map(async (key) => ({ ...key, lastUse: await account.lastUse(key.accessKeyId, signal) }));
  return { rotation: { ...rotation, snapshot }, keys: await Promise.all(used) };
}

function notListed(now: number): LastUse {
  return { kind: 'unknown', why: 'AWS does not list this key', since: now, last: null };
}

function nobodyActs(): RekeyError {
  return new RekeyError('needs_person', 'No connection may rotate keys in the account of this key.', {
    next: 'An admin gives a connection the capability “rotate”: /aws-test shows the policy.',
  });
}
