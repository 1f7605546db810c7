import { AwsError } from '../aws-error.ts';

export const current = 'AWSCURRENT';
export const previous = 'AWSPREVIOUS';

/** One version of a secret; the one without stages is deprecated. */
export interface SecretVersion {
  readonly id: string;
  readonly value: string;
  readonly createdAt: number;
  readonly stages: Set<string>;
}

const mostVersions = 100;
const dayMs = 24 * 60 * 60_000;

/** A secret of Secrets Manager: versions by id, and the stages that point at them. */
export class StoredSecret {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly kmsKeyId: string | null;
  readonly tags = new Map<string, string>();
  rotates = false;
  deletedAt: number | null = null;
  /** The policy on the secret itself, as it was written. */
  resourcePolicy: string | null = null;
  lastChangedAt: number;
  private held: SecretVersion[] = [];

  constructor(from: { name: string; arn: string; createdAt: number; kmsKeyId: string | null }) {
    this.name = from.name;
    this.arn = from.arn;
    this.createdAt = from.createdAt;
    this.lastChangedAt = from.createdAt;
    this.kmsKeyId = from.kmsKeyId;
  }

  /** Newest last. */
  get versions(): readonly SecretVersion[] {
    return this.held;
  }

  version(id: string): SecretVersion | null {
    return this.held.find((version) => version.id === id) ?? null;
  }

  at(stage: string): SecretVersion | null {
    return this.held.find((version) => version.stages.has(stage)) ?? null;
  }

  /** What PutSecretValue does; a repetition changes nothing. Answers the version. */
  put(input: { id: string; value: string; stages: readonly string[]; at: number }): SecretVersion {
    const known = this.version(input.id);
    if (known !== null) {
      if (known.value === input.value) return known;
      throw new AwsError(
        'ResourceExistsException',
        400,
        `You can't use ClientRequestToken ${input.id} because that value is already in use for a version of secret ${this.arn}.`,
      );
    }
    this.forgetDeprecated(input.at);
    if (this.held.length >= mostVersions) {
      throw new AwsError('LimitExceededException', 400, 'You have exceeded the maximum number of versions.');
    }
    const version = { id: input.id, value: input.value, createdAt: input.at, stages: new Set<string>() };
    this.held.push(version);
    for (const stage of input.stages) this.move(stage, version);
    this.lastChangedAt = input.at;
    return version;
  }

  /** Puts a stage on one version; AWSPREVIOUS follows AWSCURRENT by itself. */
  move(stage: string, to: SecretVersion): void {
    const from = this.at(stage);
    if (from === to) return;
    from?.stages.delete(stage);
    to.stages.add(stage);
    if (stage !== current || from === null) return;
    this.at(previous)?.stages.delete(previous);
    from.stages.add(previous);
  }

  private forgetDeprecated(now: number): void {
    if (this.held.length < mostVersions) return;
    const old = this.held.find(({ stages, createdAt }) => stages.size === 0 && createdAt < now - dayMs);
    this.held = this.held.filter((version) => version !== old);
  }
}
