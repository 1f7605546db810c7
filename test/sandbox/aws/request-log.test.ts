import { sign } from 'aws4';
import { CreateAccessKeyCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { RequestLog } from '../../../sandbox/aws/request-log.ts';
import { failure, iamClient, stsClient } from './clients.ts';
import type { Keys } from './clients.ts';
import { stage } from './world.ts';
import type { Stage } from './world.ts';

test('each request is remembered: who, what, where, how it ended', async () => {
  await using set = await stage();
  const { requests } = set.standIn;
  const bob = set.account.addUser('bob', { path: '/ci/' });
  const keys = bob.addKey();
  await failure(iamClient(set.where, keys).send(new ListUsersCommand({})));
  expect([...requests]).toEqual([
    {
      at: set.time.now,
      service: 'iam',
      action: 'ListUsers',
      region: 'us-east-1',
      accountId: set.account.id,
      accessKeyId: keys.accessKeyId,
      principalArn: bob.arn,
      userAgent: expect.stringContaining('aws-sdk-js/') as string,
      status: 403,
      errorCode: 'AccessDenied',
    },
  ]);
  const unknown = { accessKeyId: 'AKIAQNZGKIQY56JQ7WML', secretAccessKey: 'x'.repeat(40) };
  await failure(
    stsClient({ ...set.where, region: 'eu-west-3' }, unknown).send(new GetCallerIdentityCommand({})),
  );
  expect(requests.at(-1)).toMatchObject({
    service: 'sts',
    region: 'eu-west-3',
    accountId: null,
    accessKeyId: unknown.accessKeyId,
    principalArn: null,
    errorCode: 'InvalidClientTokenId',
  });
  expect(requests.of('GetCallerIdentity')).toHaveLength(1);
  requests.clear();
  expect(requests).toHaveLength(0);
});

test('no secret, signature or parameter is in it', async () => {
  await using set = await stage();
  set.account.addUser('bob');
  const iam = iamClient(set.where, set.admin);
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
  const kept = JSON.stringify([...set.standIn.requests]);
  expect(AccessKey?.SecretAccessKey).toMatch(/^.{40}$/);
  for (const secret of [AccessKey?.SecretAccessKey ?? '', set.admin.secretAccessKey, 'Signature', 'bob']) {
    expect(kept).not.toContain(secret);
  }
});

test('it keeps the latest ten thousand', () => {
  const log = new RequestLog();
  const entry = {
    service: null,
    action: null,
    region: null,
    accountId: null,
    accessKeyId: null,
    principalArn: null,
  };
  for (let at = 0; at < 10_005; at += 1)
    log.add({ at, ...entry, userAgent: '', status: 200, errorCode: null });
  expect(log).toHaveLength(10_000);
  expect(log.at(0)?.at).toBe(5);
  expect(log.at(-1)?.at).toBe(10_004);
});

describe('a service that is not here yet', () => {
  async function listKeys(
    set: Stage,
    keys: Keys,
  ): Promise<{ status: number; name: string; message: string }> {
    const { url } = set.standIn;
    const { headers, body = '' } = sign(
      {
        host: new URL(url).host,
        service: 'kms',
        region: 'us-east-1',
        method: 'POST',
        headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'TrentService.ListKeys' },
        body: '{}',
      },
      keys,
    );
    const answer = await fetch(url, { method: 'POST', headers, body });
    const { __type: name, message } = (await answer.json()) as { __type: string; message: string };
    return { status: answer.status, name, message };
  }

  test('checks keys, and answers in the protocol it was asked in', async () => {
    await using set = await stage();
    const unknown = { accessKeyId: 'AKIAQNZGKIQY56JQ7WML', secretAccessKey: 'x'.repeat(40) };
    expect(await listKeys(set, unknown)).toEqual({
      name: 'UnrecognizedClientException',
      status: 400,
      message: 'The security token included in the request is invalid.',
    });
    const wrong = { ...set.account.addUser('bob').addKey(), secretAccessKey: 'x'.repeat(40) };
    expect(await listKeys(set, wrong)).toMatchObject({ name: 'InvalidSignatureException', status: 400 });
    expect(await listKeys(set, set.admin)).toMatchObject({ name: 'UnknownOperationException', status: 400 });
    expect(set.standIn.requests.at(-1)).toMatchObject({ service: 'kms', action: 'ListKeys' });
  });

  test('takes faults like any other', async () => {
    await using set = await stage();
    set.standIn.faults.add({ service: 'kms', effect: { kind: 'throttle' } });
    expect(await listKeys(set, set.admin)).toMatchObject({ name: 'ThrottlingException', status: 400 });
  });
});
