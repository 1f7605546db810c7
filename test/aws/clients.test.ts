import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { iamClient, stsClient } from '../../src/aws/clients.ts';
import { openTransport } from '../../src/aws/transport.ts';
import { Secret } from '../../src/domain/secret.ts';
import { PARTITIONS, iamRegion } from '../../src/domain/partition.ts';
import type { AwsCredentials } from '../../src/ports/aws.ts';

const CANARY = 'CanarySecret/CanarySecret+CanarySecret01';
const TOKEN = 'session-token-of-the-canary';

const transport = openTransport({});
const ground = { env: {}, version: '1.0.0', transport };

const key: AwsCredentials = {
  kind: 'access_key',
  accessKeyId: 'AKIARZPUZDIKDUIDT77F',
  secret: new Secret(CANARY),
};
const session: AwsCredentials = {
  kind: 'session',
  accessKeyId: 'ASIAQNZGKIQY56JQ7WML',
  secret: new Secret(CANARY),
  sessionToken: new Secret(TOKEN),
  expiresAt: Date.now() + 3_600_000,
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('credentials inside the SDK', () => {
  it.each([key, session])('of kind $kind sign, but neither print nor serialise', async (credentials) => {
    const client = stsClient(ground, credentials, 'us-east-1', 1);
    const resolved = await client.config.credentials();
    expect(resolved.secretAccessKey).toBe(CANARY);
    for (const shown of [
      inspect(resolved, { depth: 9 }),
      JSON.stringify(resolved),
      inspect(client, { depth: 12 }),
    ]) {
      expect(shown).not.toContain(CANARY);
      expect(shown).not.toContain(TOKEN);
    }
  });

  it('of the host come from the environment handed in before any other place', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIAHOSTHOSTHOSTHOST', AWS_SECRET_ACCESS_KEY: CANARY };
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAPROCESSPROCESSPR');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of the process');
    const handed = stsClient({ ...ground, env }, { kind: 'host' }, 'us-east-1', 1);
    expect((await handed.config.credentials()).accessKeyId).toBe('AKIAHOSTHOSTHOSTHOST');
    const chain = stsClient(ground, { kind: 'host' }, 'us-east-1', 1);
    expect((await chain.config.credentials()).accessKeyId).toBe('AKIAPROCESSPROCESSPR');
  });
});

describe('regions and attempts', () => {
  it.each(PARTITIONS)('IAM of %s is called in the region it is signed for', async (partition) => {
    const client = iamClient(ground, key, partition, 2);
    expect(await client.config.region()).toBe(iamRegion(partition));
    expect(await client.config.maxAttempts()).toBe(2);
  });

  it('STS is called in the region asked for', async () => {
    const client = stsClient(ground, key, 'ap-east-1', 1);
    expect(await client.config.region()).toBe('ap-east-1');
    expect(await client.config.maxAttempts()).toBe(1);
  });
});

describe('the proxies of the environment', () => {
  it('are known by host and port, and nothing else of them', () => {
    const opened = openTransport({
      HTTPS_PROXY: 'http://user:pw@proxy.corp:3128',
      http_proxy: 'https://other.corp',
      NO_PROXY: '*',
    });
    opened.close();
    expect(opened.proxies).toEqual([
      { host: 'proxy.corp', port: 3128 },
      { host: 'other.corp', port: 443 },
    ]);
    expect(openTransport({ HTTPS_PROXY: '' }).proxies).toEqual([]);
  });
});
