import { join } from 'node:path';
import type { Environment } from '../src/config.ts';
import type { SampleKey } from './aws/fixtures.ts';

/** Where the parts of a sandbox are. */
export interface SandboxPlaces {
  /** The temporary folder: the database, its key file and the log. */
  readonly folder: string;
  readonly awsUrl: string;
  readonly slackUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  /** Rekey's own AWS identity. */
  readonly host: SampleKey;
  readonly admins: readonly string[];
}

/** The settings with which Rekey runs between the stand-ins. */
export function sandboxEnvironment(places: SandboxPlaces): Record<string, string> {
  return {
    SLACK_BOT_TOKEN: places.botToken,
    SLACK_APP_TOKEN: places.appToken,
    SLACK_API_URL: places.slackUrl,
    DATABASE_URL: `file:${join(places.folder, 'rekey.db')}`,
    REKEY_ADMINS: places.admins.join(','),
    REKEY_OPS_PORT: '0',
    AWS_ENDPOINT_URL: places.awsUrl,
    AWS_ACCESS_KEY_ID: places.host.accessKeyId,
    AWS_SECRET_ACCESS_KEY: places.host.secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    // Files that do not exist: the visitor's own profiles are never read.
    AWS_CONFIG_FILE: join(places.folder, 'no-aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(places.folder, 'no-aws-credentials'),
  };
}

/**
 * Puts the AWS settings into this process and takes the visitor's own, and any proxy, out of it: the AWS SDK reads
 * the environment of the process by itself, whatever configuration it is given.
 */
export function replaceAwsSettings(settings: Environment): void {
  for (const name of Object.keys(process.env)) {
    if (/^(?:AWS_|https?_proxy$|no_proxy$|all_proxy$)/i.test(name)) delete process.env[name];
  }
  for (const [name, value] of Object.entries(settings)) {
    if (name.startsWith('AWS_') && value !== undefined) process.env[name] = value;
  }
}
