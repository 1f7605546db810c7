import type { Partition } from './partition.ts';
import type { Verification } from './verification.ts';

export type Method = 'access_key' | 'role';

/** `disconnecting`: a person asked for it and the work is under way; nothing else may use the connection. */
export type ConnectionState = 'connected' | 'disconnecting';

/** How Rekey reaches one AWS account. Holds no secret: that is sealed in its own row. Times are ms. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly accountId: string;
  readonly accountAlias: string | null;
  readonly partition: Partition;
  /** Default region, or null for the partition's own. */
  readonly region: string | null;
  readonly method: Method;
  readonly accessKeyId: string | null;
  readonly roleArn: string | null;
  /** Not a secret (AWS), but unique to this connection. */
  readonly externalId: string | null;
  readonly arn: string;
  /** IAM unique id: pins the user or role, so that a namesake made later is not taken for it. */
  readonly uniqueId: string;
  readonly userName: string | null;
  readonly keyCreatedAt: number | null;
  /** Slack channel id, or null for the workspace's default. */
  readonly alertChannel: string | null;
  /** Slack user ids. */
  readonly owners: readonly string[];
  readonly state: ConnectionState;
  readonly lastCheck: Verification | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Counts up with each change; the compare-and-swap of every write. */
  readonly version: number;
}

/** A connection's name inside a sentence: what would be markup in Slack is only looks there. */
export function quotedName(name: string): string {
  return `“${name.replaceAll('<', '‹').replaceAll('>', '›')}”`;
}

/** The form two names are compared in: Unicode compatibility form, no outer space, one case. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}
