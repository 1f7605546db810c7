import { Secret } from '../../../domain/secret.ts';
import type { AccessKeyMetadata, Aws, AwsCredentials, Iam } from '../../../ports/aws.ts';
import type { IamKeys } from '../../../ports/iam-keys.ts';
import type { Trail } from '../../../ports/trail.ts';
import type { Clock } from '../../../ports/world.ts';
import type { PlannedCalls } from './calls.ts';
import { drySecretsManager } from './secrets-manager.ts';
import { dryParameterStore } from './parameter-store.ts';

/** In the place of a new key's id, as long as there is none. */
export const NEW_KEY_ID = 'AKIAOFTHENEWACCESSKEY';

/** What an imagined AWS is made of. */
export interface DryGround {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly calls: PlannedCalls;
  /** What reads are signed with when the imagined key would sign them. */
  readonly realCredentials: AwsCredentials;
}

/** The key set as changed so far. */
interface Imagined {
  readonly added: AccessKeyMetadata[];
  readonly statuses: Map<string, 'Active' | 'Inactive'>;
  readonly deleted: Set<string>;
}

/**
 * An AWS that is read for real and changed in imagination only; each call is written down. `aws` remembers what it was
 * asked, so that a list of keys does not change on the way.
 */
export function dryAws(ground: DryGround): Aws {
  const { aws, calls } = ground;
  const keySet: Imagined = { added: [], statuses: new Map(), deleted: new Set() };
  const real = (credentials: AwsCredentials): AwsCredentials =>
    credentials.kind === 'access_key' && credentials.accessKeyId === NEW_KEY_ID
      ? ground.realCredentials
      : credentials;
  const secretsManager = drySecretsManager(ground, real);
  const parameterStore = dryParameterStore(ground, real);
  return {
    sts: (_, region) => ({
      getCallerIdentity: () => {
        calls.reads('sts:GetCallerIdentity', region);
        const { accountId, snapshot } = calls.rotation;
        return Promise.resolve({ accountId, arn: snapshot.arn, userId: snapshot.userId });
      },
      assumeRole: () => Promise.reject(new Error('A dry run assumes no role by itself.')),
    }),
    iam: (credentials, partition, use) => dryIam(ground, aws.iam(real(credentials), partition, use), keySet),
    iamKeys: () => dryIamKeys(ground, keySet),
    secretsManager,
    parameterStore,
    trail: (credentials, place) => dryTrail(ground, aws.trail(real(credentials), place)),
    iamDeny: () => {
      throw new Error('A dry run denies nobody.');
    },
    iamRoles: () => {
      throw new Error('A dry run revokes no sessions.');
    },
    // A rotation never reads these.
    eventHistory: (credentials, place) => aws.eventHistory(real(credentials), place),
    eventQueue: (credentials, address) => aws.eventQueue(real(credentials), address),
    eventFiles: (credentials) => aws.eventFiles(real(credentials)),
  };
}

function dryIam({ calls }: DryGround, iam: Iam, keySet: Imagined): Iam {
  return {
    ...iam,
    getUser: (userName, signal) => {
      calls.reads('iam:GetUser', userName);
      return iam.getUser(userName, signal);
    },
    listAccessKeys: async (userName, signal) => {
      calls.reads('iam:ListAccessKeys', userName);
      const listed = await iam.listAccessKeys(userName, signal);
      return [...listed, ...keySet.added]
        .filter(({ accessKeyId }) => !keySet.deleted.has(accessKeyId))
        .map((key) => ({ ...key, status: keySet.statuses.get(key.accessKeyId) ?? key.status }));
    },
    listAttachedUserPolicies: (userName, signal) => {
      calls.reads('iam:ListAttachedUserPolicies', userName);
      return iam.listAttachedUserPolicies(userName, signal);
    },
    accessKeyLastUsed: (accessKeyId) => {
      calls.reads('iam:GetAccessKeyLastUsed', accessKeyId);
      return Promise.resolve({ userName: calls.rotation.snapshot.userName, use: null });
    },
    simulate: (question, signal) => {
      const who = question.principalArn.slice(question.principalArn.lastIndexOf('/') + 1);
      calls.reads('iam:SimulatePrincipalPolicy', `rights of ${who}`);
      return iam.simulate(question, signal);
    },
    updateAccessKey: ({ accessKeyId, status }) => {
      calls.changes('iam:UpdateAccessKey', `${accessKeyId}: ${status}`);
      keySet.statuses.set(accessKeyId, status);
      return Promise.resolve();
    },
  };
}

function dryIamKeys({ calls, clock }: DryGround, keySet: Imagined): IamKeys {
  return {
    createAccessKey: ({ userName }) => {
      calls.changes('iam:CreateAccessKey', userName);
      keySet.added.push({ accessKeyId: NEW_KEY_ID, status: 'Active', createdAt: clock.now() });
      return Promise.resolve({ accessKeyId: NEW_KEY_ID, secret: new Secret('imagined') });
    },
    deleteAccessKey: ({ accessKeyId }) => {
      calls.changes('iam:DeleteAccessKey', accessKeyId);
      keySet.deleted.add(accessKeyId);
      return Promise.resolve();
    },
    tagUser: (userName) => {
      calls.changes('iam:TagUser', `description of the new key, on ${userName}`);
      return Promise.resolve();
    },
    untagUser: (userName) => {
      calls.changes('iam:UntagUser', `description of the old key, on ${userName}`);
      return Promise.resolve();
    },
  };
}

/** The regions are asked for; that nobody uses the old key any more is imagined. */
function dryTrail({ calls }: DryGround, trail: Trail): Trail {
  return {
    enabledRegions: (signal) => {
      calls.reads('ec2:DescribeRegions', 'the regions the account has enabled');
      return trail.enabledRegions(signal);
    },
    async *lookUp(region, question) {
      calls.reads('cloudtrail:LookupEvents', `${question?.value ?? 'events'} in ${region}`);
      yield await Promise.resolve([]);
    },
  };
}
