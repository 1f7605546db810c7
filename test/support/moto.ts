import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { iamClient } from '../sandbox/aws/clients.ts';
import type { Keys } from '../sandbox/aws/clients.ts';
import { freePort } from './free-port.ts';

const server = process.env['MOTO_SERVER'] ?? 'moto_server';

// The calls moto lets pass before it asks for signatures: user, policy and key of the administrator.
const unauthenticatedCalls = 3;

/** A moto of its own in authorisation mode, with an administrator. */
export interface Moto {
  readonly endpoint: string;
  readonly admin: Keys;
  stop(): Promise<void>;
}

export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const moto = await started(port);
  const endpoint = `http://127.0.0.1:${port}`;
  const admin = await makeAdministrator(endpoint);
  return {
    endpoint,
    admin,
    stop: async () => {
      const ended = once(moto, 'exit');
      moto.kill();
      await ended;
    },
  };
}

async function started(port: number): Promise<ChildProcess> {
  const moto = spawn(server, ['-H', '127.0.0.1', '-p', String(port)], {
    env: { ...process.env, INITIAL_NO_AUTH_ACTION_COUNT: String(unauthenticatedCalls) },
    stdio: 'ignore',
  });
  const failed = once(moto, 'error').then(([error]) => {
    const reason = (error as Error).message;
    throw new Error(
      `This test needs moto (pip install 'moto[server]'), its server on PATH or named by MOTO_SERVER: ${reason}`,
    );
  });
  await Promise.race([failed, answers(moto, `http://127.0.0.1:${port}/moto-api/`)]);
  return moto;
}

async function answers(moto: ChildProcess, url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (moto.exitCode !== null) throw new Error(`moto ended with code ${moto.exitCode} before it was ready.`);
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await sleep(100);
  }
  throw new Error('moto did not answer within 30 seconds.');
}

async function makeAdministrator(endpoint: string): Promise<Keys> {
  const client = iamClient({ endpoint }, { accessKeyId: 'nobody', secretAccessKey: 'nothing' });
  const UserName = 'admin';
  await client.send(new CreateUserCommand({ UserName }));
  const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await client.send(new PutUserPolicyCommand({ UserName, PolicyName: 'everything', PolicyDocument }));
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = AccessKey ?? {};
  if (accessKeyId === undefined || secretAccessKey === undefined) throw new Error('moto made no key.');
  return { accessKeyId, secretAccessKey };
}
