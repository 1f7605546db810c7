import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The tests' PostgreSQL, which may still be starting; use `freshDatabase()`. */
    readonly postgres: { readonly url: string; readonly failureFile: string };
  }
}

let server: ChildProcess | null = null;
const failureFile = join(tmpdir(), `rekey-postgres-${randomBytes(8).toString('hex')}.failure`);

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1.');
  return address.port;
}

/** One PostgreSQL a run. It starts beside the tests, so that those that need none do not wait for it. */
export async function setup(project: TestProject): Promise<void> {
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const script = fileURLToPath(new URL('./postgres-server.ts', import.meta.url));
  server = spawn(process.execPath, [script, String(port), password, failureFile], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  project.provide('postgres', {
    url: `postgres://rekey:${password}@127.0.0.1:${port}/postgres`,
    failureFile,
  });
}

export async function teardown(): Promise<void> {
  if (server?.exitCode === null && server.signalCode === null) {
    server.stdin?.end();
    await once(server, 'exit');
  }
  rmSync(failureFile, { force: true });
}
