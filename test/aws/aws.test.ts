import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAws } from '../../src/aws/aws.ts';
import { readHostIdentity } from '../../src/aws/host-identity.ts';
import { RoleSessions } from '../../src/aws/role-sessions.ts';
import { Secret } from '../../src/domain/secret.ts';
import { AwsFailure } from '../../src/ports/aws.ts';
import type { AwsCredentials } from '../../src/ports/aws.ts';
import { LeapingClock, openBench } from '../verification/bench.ts';
import { recordingLog } from '../support/system-world.ts';

const CANARY = 'CanarySecret/CanarySecret+CanarySecret01';

function signedBy(key: { accessKeyId: string; secretAccessKey: string }): AwsCredentials {
  return { kind: 'access_key', accessKeyId: key.accessKeyId, secret: new Secret(key.secretAccessKey) };
}

/** By a person, of whichever account: the budget is not what these tests are about. */
const ASKED = { accountId: '111122223333', urgency: 'person' } as const;

function plainAws(env: Record<string, string>) {
  return createAws({ env, version: '9.9.9', log: recordingLog(), clock: new LeapingClock() });
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('calls', () => {
  it('carry our name, and IAM is signed for the region of its partition', async () => {
    await using bench = await openBench();
    const key = bench.standIn.world
      .addAccount({ partition: 'aws-us-gov' })
      .addUser('ann', { attached: ['AdministratorAccess'] })
      .addKey();
    await bench.aws.sts(signedBy(key), 'us-gov-east-1').getCallerIdentity();
    await bench.aws.iam(signedBy(key), 'aws-us-gov', ASKED).accountAlias();
    const [first, second] = [...bench.standIn.requests];
    expect(first).toMatchObject({
      service: 'sts',
      region: 'us-gov-east-1',
      errorCode: null,
      userAgent: expect.stringContaining('rekey/0.0.0'),
    });
    expect(second).toMatchObject({ service: 'iam', region: 'us-gov-west-1', errorCode: null });
  });

  it('go where AWS_ENDPOINT_URL of the process says, through the SDK itself', async () => {
    await using bench = await openBench();
    const key = bench.standIn.world
      .addAccount()
      .addUser('ann', { attached: ['AdministratorAccess'] })
      .addKey();
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_ENDPOINT_URL_STS', bench.standIn.url);
    vi.stubEnv('AWS_ENDPOINT_URL_IAM', bench.standIn.url);
    const aws = plainAws({});
    expect(await aws.sts(signedBy(key), 'eu-west-1').getCallerIdentity()).toMatchObject({
      arn: expect.stringContaining('user/ann'),
    });
    expect(await aws.iam(signedBy(key), 'aws', ASKED).listAccessKeys('ann')).toHaveLength(1);
    aws.close();
  });

  it('let the endpoint of one service win over that of all, and can be told to ignore both', async () => {
    await using bench = await openBench();
    const key = bench.standIn.world.addAccount().addUser('ann').addKey();
    const aws = plainAws({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_STS: bench.standIn.url });
    expect(await aws.sts(signedBy(key), 'eu-west-1').getCallerIdentity()).toMatchObject({
      accountId: expect.any(String),
    });
    await expect(aws.iam(signedBy(key), 'aws', ASKED).accountAlias()).rejects.toMatchObject({
      code: 'no_route',
    });
  });

  it('never fall back to the host identity', async () => {
    await using bench = await openBench();
    const host = bench.standIn.world.addAccount().addUser('host').addKey();
    vi.stubEnv('AWS_ACCESS_KEY_ID', host.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', host.secretAccessKey);
    const sts = bench.aws.sts(
      signedBy({ accessKeyId: 'AKIARZPUZDIKDUIDT77F', secretAccessKey: CANARY }),
      'us-east-1',
    );
    await expect(sts.getCallerIdentity()).rejects.toMatchObject({ code: 'key_not_active' });
  });

  it('try a read twice and a mutation once', async () => {
    await using bench = await openBench();
    const key = bench.standIn.world
      .addAccount()
      .addUser('ann', { attached: ['AdministratorAccess'] })
      .addKey();
    const iam = bench.aws.iam(signedBy(key), 'aws', ASKED);
    bench.standIn.faults.add({ effect: { kind: 'drop-after' } });
    await expect(iam.listAccessKeys('ann')).rejects.toMatchObject({ code: 'timeout' });
    await expect(
      iam.updateAccessKey({ userName: 'ann', accessKeyId: key.accessKeyId, status: 'Inactive', act: null }),
    ).rejects.toMatchObject({ code: 'timeout', action: 'iam:UpdateAccessKey' });
    expect(bench.standIn.requests.of('ListAccessKeys')).toHaveLength(2);
    expect(bench.standIn.requests.of('UpdateAccessKey')).toHaveLength(1);
  });

  it('read every page', async () => {
    await using bench = await openBench({ pageSize: 1 });
    const user = bench.standIn.world.addAccount().addUser('ann', { attached: ['AdministratorAccess'] });
    const key = user.addKey();
    user.addKey({ status: 'Inactive' });
    const iam = bench.aws.iam(signedBy(key), 'aws', ASKED);
    expect((await iam.listAccessKeys('ann')).map(({ status }) => status).sort()).toEqual([
      'Active',
      'Inactive',
    ]);
    const decisions = await iam.simulate({
      principalArn: user.arn,
      actions: ['iam:GetUser', 's3:GetObject', 'sts:AssumeRole'],
      resource: '*',
    });
    expect(decisions.size).toBe(3);
    expect(await iam.getUser('ann')).toEqual({
      userName: 'ann',
      userId: user.userId,
      arn: user.arn,
      createdAt: expect.any(Number) as number,
      tags: {},
    });
    await expect(iam.getUser('nobody')).rejects.toMatchObject({ code: 'no_such_entity' });
  });

  it('leave one line each, without parameters or secrets', async () => {
    await using bench = await openBench();
    const key = bench.standIn.world
      .addAccount()
      .addUser('ann', { attached: ['AdministratorAccess'] })
      .addKey();
    await bench.aws.iam(signedBy(key), 'aws', ASKED).hasLoginProfile('ann');
    expect(bench.log.lines).toHaveLength(1);
    expect(bench.log.lines[0]).toMatch(
      new RegExp(`^debug AWS call .*iam:GetLoginProfile.*${key.accessKeyId}.*no_such_entity.*requestId`),
    );
    expect(bench.log.lines[0]).not.toContain(key.secretAccessKey);
  });
});

describe('secrets in failures', () => {
  it('an answer that echoes the secret or a canonical request is cut', async () => {
    await using bench = await openBench();
    const credentials = signedBy({ accessKeyId: 'AKIARZPUZDIKDUIDT77F', secretAccessKey: CANARY });
    for (const message of [
      `The signature does not match. You sent ${CANARY}.`,
      `The signature does not match.\n\nThe Canonical String for this request should have been\n'POST\n/\nx-amz-security-token:TOKEN-VALUE'`,
      `Bad header. Authorization=AWS4-HMAC-SHA256 TOKEN-VALUE`,
    ]) {
      for (const code of [
        'SignatureDoesNotMatch',
        'IncompleteSignature',
        'AccessDenied',
        'ValidationError',
      ]) {
        bench.standIn.faults.clear();
        bench.standIn.faults.add({ effect: { kind: 'error', code, status: 403, message } });
        const failure: unknown = await bench.aws
          .sts(credentials, 'us-east-1')
          .getCallerIdentity()
          .catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(AwsFailure);
        const everything = [
          inspect(failure, { depth: 9, showHidden: true }),
          JSON.stringify(failure),
          ...bench.log.lines,
        ].join('\n');
        expect(everything).not.toContain(CANARY);
        expect(everything).not.toContain('TOKEN-VALUE');
      }
    }
  });
});

describe('the host identity', () => {
  it('is the one of the environment', async () => {
    await using bench = await openBench();
    const user = bench.standIn.world.addAccount({ partition: 'aws-cn' }).addUser('host');
    const key = user.addKey();
    const env = {
      AWS_ENDPOINT_URL: bench.standIn.url,
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      AWS_REGION: 'cn-north-1',
    };
    expect(await readHostIdentity(plainAws(env), env)).toEqual({
      available: true,
      arn: user.arn,
      accountId: user.account.id,
      partition: 'aws-cn',
    });
    const lost = await readHostIdentity(plainAws({ ...env, AWS_REGION: '' }), {});
    expect(lost).toMatchObject({
      available: false,
      mend: expect.stringContaining('set AWS_REGION (now us-east-1)'),
    });
  });

  it('is told as its role when it is a session', async () => {
    await using bench = await openBench();
    const account = bench.standIn.world.addAccount();
    const user = account.addUser('starter', { attached: ['AdministratorAccess'] });
    const role = account.addRole('bot', {
      trust: {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole' },
      },
    });
    const session = await bench.aws
      .sts(signedBy(user.addKey()), 'us-east-1')
      .assumeRole({ roleArn: role.arn, sessionName: 'i-0123', externalId: null, durationSeconds: 900 });
    const env = {
      AWS_ENDPOINT_URL: bench.standIn.url,
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secret.reveal(),
      AWS_SESSION_TOKEN: session.sessionToken.reveal(),
    };
    expect(await readHostIdentity(plainAws(env), env)).toMatchObject({ available: true, arn: role.arn });
  });

  it('may be missing, or root, or unreachable; each is said', async () => {
    await using bench = await openBench();
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent/config');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent/credentials');
    for (const name of [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_PROFILE',
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_WEB_IDENTITY_TOKEN_FILE',
    ])
      vi.stubEnv(name, undefined);
    const none = await readHostIdentity(plainAws({ AWS_ENDPOINT_URL: bench.standIn.url }), {});
    expect(none).toMatchObject({
      available: false,
      why: 'The host has no AWS credentials of its own.',
      mend: expect.stringContaining('sts:AssumeRole'),
    });

    const key = bench.standIn.world.addAccount().addRootKey();
    const env = {
      AWS_ENDPOINT_URL: bench.standIn.url,
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    };
    expect(await readHostIdentity(plainAws(env), env)).toMatchObject({
      available: false,
      why: expect.stringContaining('root'),
    });
    const dark = { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    expect(await readHostIdentity(plainAws(dark), dark)).toMatchObject({
      available: false,
      why: expect.stringContaining('could not reach AWS'),
    });
  });
});

describe('RoleSessions', () => {
  it('shares, renews before the end, and does not keep a failure', async () => {
    await using bench = await openBench();
    const account = bench.standIn.world.addAccount();
    const user = account.addUser('host', { attached: ['AdministratorAccess'] });
    const { accessKeyId, secretAccessKey } = user.addKey();
    const role = account.addRole('r', {
      trust: {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole' },
      },
    });
    const aws = plainAws({
      AWS_ENDPOINT_URL: bench.standIn.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    });
    let ahead = 0;
    const sessions = new RoleSessions(aws, { now: () => Date.now() + ahead, sleep: async () => {} });
    const which = { roleArn: role.arn, externalId: 'x-1', region: 'us-east-1' };

    bench.standIn.faults.add({ times: 1, effect: { kind: 'service-failure' } });
    await expect(sessions.of(which)).rejects.toMatchObject({ code: 'aws_down' });
    const [one, two] = await Promise.all([sessions.of(which), sessions.of(which)]);
    expect(one).toBe(two);
    ahead = 54 * 60_000;
    expect(await sessions.of(which)).toBe(one);
    ahead = 56 * 60_000;
    const renewed = await sessions.of(which);
    expect(renewed).not.toBe(one);
    sessions.forget(role.arn);
    ahead = 0;
    expect(await sessions.of(which)).not.toBe(renewed);
    expect(bench.standIn.requests.of('AssumeRole')).toHaveLength(4);
    aws.close();
  });
});
