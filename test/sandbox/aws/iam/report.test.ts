import {
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { failure, iamClient, stsClient } from '../clients.ts';
import { stage } from '../world.ts';
import type { Stage } from '../world.ts';

const hour = 3_600_000;

async function read(set: Stage): Promise<Record<string, Record<string, string>>> {
  const iam = iamClient(set.where, set.admin);
  const { Content, ReportFormat } = await iam.send(new GetCredentialReportCommand({}));
  expect(ReportFormat).toBe('text/csv');
  const [columns = [], ...rows] = Buffer.from(Content ?? [])
    .toString()
    .split('\n')
    .map((line) => line.split(','));
  return Object.fromEntries(
    rows.map((row) => [
      row[0] ?? '',
      Object.fromEntries(columns.map((name, index) => [name, row[index] ?? ''])),
    ]),
  );
}

async function generate(set: Stage): Promise<string | undefined> {
  return (await iamClient(set.where, set.admin).send(new GenerateCredentialReportCommand({}))).State;
}

test('a report is asked for, made, kept four hours, and then expires', async () => {
  await using set = await stage();
  set.standIn.world.credentialReportMs = 2000;
  expect(await failure(read(set))).toMatchObject({
    name: 'CredentialReportNotPresentException',
    status: 410,
  });
  expect(await generate(set)).toBe('STARTED');
  expect(await generate(set)).toBe('INPROGRESS');
  expect(await failure(read(set))).toMatchObject({ name: 'CredentialReportNotReadyException', status: 404 });
  set.time.advance(2000);
  expect(await generate(set)).toBe('COMPLETE');
  expect(Object.keys(await read(set))).toEqual(['<root_account>', 'admin']);
  set.account.addUser('bob');
  set.time.advance(3.9 * hour);
  expect(await generate(set)).toBe('COMPLETE');
  expect(Object.keys(await read(set))).toEqual(['<root_account>', 'admin']);
  set.time.advance(0.1 * hour);
  expect(await failure(read(set))).toMatchObject({ name: 'CredentialReportExpiredException', status: 410 });
  expect(await generate(set)).toBe('STARTED');
  set.time.advance(2000);
  expect(Object.keys(await read(set))).toEqual(['<root_account>', 'admin', 'bob']);
});

test('it tells of passwords, keys and their use, and of root; it names no key', async () => {
  await using set = await stage();
  const createdAt = Date.UTC(2024, 4, 6, 7, 8, 9);
  const bob = set.account.addUser('bob', { createdAt, consolePassword: true });
  const first = bob.addKey({ createdAt });
  const second = bob.addKey({ createdAt });
  set.account.addRootKey({ createdAt });
  await stsClient({ ...set.where, region: 'eu-west-1' }, first).send(new GetCallerIdentityCommand({}));
  const flip = { UserName: 'bob', AccessKeyId: second.accessKeyId, Status: 'Inactive' } as const;
  await iamClient(set.where, set.admin).send(new UpdateAccessKeyCommand(flip));
  await generate(set);
  const report = await read(set);
  const now = `${new Date(set.time.now).toISOString().slice(0, 19)}+00:00`;
  expect(report['bob']).toEqual({
    user: 'bob',
    arn: bob.arn,
    user_creation_time: '2024-05-06T07:08:09+00:00',
    password_enabled: 'true',
    password_last_used: 'no_information',
    password_last_changed: '2024-05-06T07:08:09+00:00',
    password_next_rotation: 'N/A',
    mfa_active: 'false',
    access_key_1_active: 'true',
    access_key_1_last_rotated: '2024-05-06T07:08:09+00:00',
    access_key_1_last_used_date: now,
    access_key_1_last_used_region: 'eu-west-1',
    access_key_1_last_used_service: 'sts',
    access_key_2_active: 'false',
    access_key_2_last_rotated: now,
    access_key_2_last_used_date: 'N/A',
    access_key_2_last_used_region: 'N/A',
    access_key_2_last_used_service: 'N/A',
    cert_1_active: 'false',
    cert_1_last_rotated: 'N/A',
    cert_2_active: 'false',
    cert_2_last_rotated: 'N/A',
    additional_credentials_info: '',
  });
  expect(report['<root_account>']).toMatchObject({
    arn: set.account.arn('root'),
    password_enabled: 'not_supported',
    access_key_1_active: 'true',
    access_key_2_active: 'false',
  });
  expect(JSON.stringify(report)).not.toContain('AKIA');
});

test('a name with a comma stays one cell', async () => {
  await using set = await stage();
  set.account.addUser('last,first');
  await generate(set);
  const { Content } = await iamClient(set.where, set.admin).send(new GetCredentialReportCommand({}));
  const row = Buffer.from(Content ?? [])
    .toString()
    .split('\n')
    .find((line) => line.includes('last,first'));
  expect(row).toMatch(/^"last,first","arn:aws:iam::\d{12}:user\/last,first",/);
});
