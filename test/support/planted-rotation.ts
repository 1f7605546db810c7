import type { NewKey, User } from '../../sandbox/aws/world.ts';
import type { Account } from '../../sandbox/aws/accounts/account.ts';
import type { OpenStores } from '../../db/open.ts';
import { createIds } from '../../src/crypto/ids.ts';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import { ROTATE_TAG } from '../../src/domain/capability.ts';
import { sealedIdentity } from '../../src/domain/records.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import { blank, waiting } from '../../src/handlers/rotations/drawn-up.ts';
import type { Clock, Ids, Sealer } from '../../src/ports/world.ts';
import { MIN_QUIET_MS } from '../../src/rotation/quiet.ts';
import { connection as sampleConnection } from '../db/samples.ts';
import { binding, destination } from '../db/rotation-samples.ts';
import { userWith } from '../verification/bench.ts';
import { FIELDS, REGION, secretTarget } from './rotated-places.ts';
import type { Scene } from './rekey.ts';
import { ROTATES, verifiedFor } from './rotating.ts';

const SECRET = 'rekey/deploy';

/** A rotation in the database of a scene, beside the processes that work on it. */
export class Planted {
  readonly user: User;
  readonly key: NewKey;
  readonly stores: OpenStores;
  readonly keeping: {
    readonly stores: OpenStores;
    readonly sealer: Sealer;
    readonly clock: Clock;
    readonly ids: Ids;
  };
  readonly #scene: Scene;
  readonly #account: Account;
  readonly #holdsOldKey: boolean;
  #id = '';

  private constructor(
    scene: Scene,
    parts: {
      account: Account;
      user: User;
      key: NewKey;
      keeping: Planted['keeping'];
      holdsOldKey: boolean;
    },
  ) {
    this.#scene = scene;
    this.#account = parts.account;
    this.user = parts.user;
    this.key = parts.key;
    this.keeping = parts.keeping;
    this.stores = parts.keeping.stores;
    this.#holdsOldKey = parts.holdsOldKey;
  }

  /** An account with a connection, and a user whose key is rotated; its consumer reads a secret. */
  static async set(
    scene: Scene,
    clock: Clock,
    { holdsOldKey = false }: { readonly holdsOldKey?: boolean },
  ): Promise<Planted> {
    const account = scene.aws.world.addAccount({ id: '222233334444', alias: 'shop' });
    const stores = await scene.stores();
    const sealer = createSealer(parseMasterKeys(scene.environment['REKEY_MASTER_KEY'] ?? ''));
    const keeping = { stores, sealer, clock, ids: createIds(clock) };
    const robot = userWith(account, ROTATES, 'rekey');
    const { accessKeyId, secretAccessKey } = robot.addKey();
    const row = { id: 's1', holderKind: 'connection', holderId: 'c1', version: 1 } as const;
    const about = { accountId: account.id, arn: robot.arn, uniqueId: robot.userId, userName: robot.name };
    // Nothing but the rotation is to ask AWS: no sweep.
    const lastCheck = verifiedFor(['rotate_others', 'watch', 'deliver'], about);
    await stores.atomically([
      stores.connections.insert(sampleConnection({ id: 'c1', ...about, accessKeyId, lastCheck })),
      stores.secrets.insert({
        ...row,
        box: sealer.seal(new Secret(secretAccessKey), sealedIdentity(row)),
        createdAt: clock.now(),
      }),
    ]);
    const user = account.addUser('deploy', { tags: { [ROTATE_TAG.key]: ROTATE_TAG.value } });
    const key = user.addKey();
    return new Planted(scene, { account, user, key, keeping, holdsOldKey });
  }

  /** Begins it; what was there before the secret was made holds the old key. */
  async begin(redeployHook: string | null): Promise<void> {
    const { stores, clock } = this.keeping;
    const { userId, name: userName, arn } = this.user;
    const { accessKeyId } = this.key;
    if (this.#holdsOldKey) {
      const secret = this.#account.in(REGION).addSecret(SECRET, { suffix: 'AbCdEf', at: 1 });
      const old = {
        [FIELDS.accessKeyId]: accessKeyId,
        [FIELDS.secretAccessKey]: this.key.secretAccessKey,
      };
      secret.put({ id: 'v1', value: JSON.stringify(old), stages: ['AWSCURRENT'], at: 1 });
    }
    const mode = this.#holdsOldKey ? 'merge' : 'replace';
    const rotation = blank(this.keeping, {
      accountId: this.#account.id,
      partition: 'aws',
      snapshot: {
        userId,
        userName,
        arn,
        keys: [{ accessKeyId, status: 'Active', createdAt: null }],
        takenAt: clock.now(),
      },
      oldKeyId: accessKeyId,
      ownConnectionId: null,
      deliveries: [waiting('d1', redeployHook === null ? 'none' : 'waiting')],
      requestedBy: 'U1',
      quietMs: MIN_QUIET_MS,
    });
    this.#id = rotation.id;
    const target = { ...secretTarget('deploy'), mode };
    await stores.atomically([
      stores.rotation.destinations.insert(
        destination({ id: 'd1', kind: 'secrets-manager', connectionId: 'c1', target, redeployHook }),
      ),
      stores.rotation.bindings.insert(
        binding({ id: 'b1', destinationId: 'd1', accountId: this.#account.id, userId, userName }),
      ),
      stores.rotation.rotations.insert(rotation),
    ]);
  }

  async now(): Promise<Rotation> {
    const found = await this.stores.rotation.rotations.byId(this.#id);
    if (found === null) throw new Error('The rotation is gone.');
    return found;
  }

  /** Which calls of this kind are those of the rotation in a state. */
  strikesIn(state: string, action: string): { readonly skip?: number; readonly principal?: string } {
    // Rekey asks who it is itself, too.
    if (action === 'GetCallerIdentity') return { principal: this.user.arn };
    // The look right before the old key is made Inactive comes first.
    return state === 'deactivated' && action === 'ListAccessKeys' ? { skip: 1 } : {};
  }

  /** The current version of the consumer's secret; empty when there is none. */
  held(): Record<string, string> {
    const current = this.#account.in(REGION).secret(SECRET)?.at('AWSCURRENT');
    return JSON.parse(current?.value ?? '{}') as Record<string, string>;
  }

  /** The key the consumer works with: that of its secret, or the old one as long as nothing was delivered. */
  consumerKey(): { readonly accessKeyId: string; readonly secret: string } {
    const { [FIELDS.accessKeyId]: id, [FIELDS.secretAccessKey]: secret } = this.held();
    return id === undefined || secret === undefined
      ? { accessKeyId: this.key.accessKeyId, secret: this.key.secretAccessKey }
      : { accessKeyId: id, secret };
  }

  /** Everything about it, for a test that fails. */
  async told(): Promise<string> {
    const journal = await this.stores.rotation.journal.ofRotation(this.#id, 200);
    const lines = journal.map(
      ({ state, phase, step, outcome }) => `${state} ${phase} ${step} ${outcome ?? ''}`,
    );
    const calls = [...this.#scene.aws.requests]
      .slice(-30)
      .map(({ action, errorCode }) => `${action} ${errorCode ?? ''}`);
    return [JSON.stringify(await this.now()), ...lines, ...calls].join('\n');
  }
}
