import type { Secret } from '../../../domain/secret.ts';
import type { Aws, AwsCredentials } from '../../../ports/aws.ts';
import type { SecretFacts, SecretsManager, SecretVersion } from '../../../ports/secret-stores.ts';
import type { DryGround } from './aws.ts';

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';

interface Imagined {
  facts: SecretFacts | null;
  versions: SecretVersion[];
  current: { readonly versionId: string; readonly text: Secret | null } | null;
}

/** Secrets that are read for real until they are written in imagination. */
export function drySecretsManager(
  { aws, calls, clock }: DryGround,
  real: (credentials: AwsCredentials) => AwsCredentials,
): Aws['secretsManager'] {
  const secrets = new Map<string, Promise<Imagined>>();
  return (credentials, region): SecretsManager => {
    const store = aws.secretsManager(real(credentials), region);
    const known = (name: string, signal: AbortSignal): Promise<Imagined> => {
      const key = `${region} ${name}`;
      const found = secrets.get(key) ?? read(store, name, signal);
      secrets.set(key, found);
      return found;
    };
    const where = (name: string): string => `${name} in ${region}`;
    return {
      describe: async (name, signal) => {
        calls.reads('secretsmanager:DescribeSecret', where(name));
        return (await known(name, signal)).facts;
      },
      resourcePolicy: (name, signal) => {
        calls.reads('secretsmanager:GetResourcePolicy', where(name));
        return store.resourcePolicy(name, signal);
      },
      versions: async (name, signal) => {
        calls.reads('secretsmanager:ListSecretVersionIds', where(name));
        return (await known(name, signal)).versions;
      },
      current: async (name, signal) => {
        calls.reads('secretsmanager:GetSecretValue', where(name));
        return (await known(name, signal)).current;
      },
      create: async ({ name, value, token, tags, kmsKeyId }, signal) => {
        calls.changes('secretsmanager:CreateSecret', where(name));
        const secret = await known(name, signal);
        const made = { arn: name, tags: new Map(Object.entries(tags)), kmsKeyId };
        secret.facts = { ...made, rotates: false, deletedAt: null };
        written(secret, token, value, [CURRENT], clock.now());
      },
      put: async ({ name, value, token, stages }, signal) => {
        calls.changes('secretsmanager:PutSecretValue', where(name));
        written(await known(name, signal), token, value, stages, clock.now());
      },
      moveStage: ({ name }) => {
        calls.changes('secretsmanager:UpdateSecretVersionStage', where(name));
        return Promise.resolve();
      },
    };
  };
}

/** What is there now; a failure is thrown to whoever asked, as it would be for real. */
async function read(store: SecretsManager, name: string, signal: AbortSignal): Promise<Imagined> {
  const facts = await store.describe(name, signal);
  if (facts === null) return { facts, versions: [], current: null };
  return {
    facts,
    versions: await store.versions(name, signal),
    current: facts.deletedAt === null ? await store.current(name, signal) : null,
  };
}

/** As Secrets Manager does it: what was current is the previous version now. */
function written(
  secret: Imagined,
  token: string,
  value: Secret,
  stages: readonly string[],
  now: number,
): void {
  const moved = new Set([...stages, PREVIOUS]);
  const before = secret.versions.map((version) => ({
    ...version,
    stages: [
      ...version.stages.filter((stage) => !moved.has(stage)),
      ...(version.stages.includes(CURRENT) ? [PREVIOUS] : []),
    ],
  }));
  secret.versions = [...before, { versionId: token, createdAt: now, stages: [...stages] }];
  secret.current = { versionId: token, text: value };
}
