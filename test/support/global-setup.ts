import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { build } from '../../scripts/build.ts';
import { LocalPostgres } from './local-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Who connects to this port of 127.0.0.1 is told where the tests' PostgreSQL is; use `freshDatabase()`. */
    readonly postgresPort: number;
    /** Who connects to this one is told where Rekey's bundle is; use `bundled()`. */
    readonly bundlePort: number;
  }
}

/** What a test is told: where the server is, or why there is none. */
export type PostgresAnswer = { readonly url: string } | { readonly failure: string };

/** Where the bundle lies, or why there is none. */
export type BundleAnswer = { readonly folder: string } | { readonly failure: string };

/** Inside of the checkout, where the native packages are found. */
const BUNDLES = fileURLToPath(new URL('../artifacts/', import.meta.url));

let server: LocalPostgres | null = null;
let bundle: string | null = null;
const doors: Server[] = [];

/** A server on a free port. */
async function listening(): Promise<{ made: Server; port: number }> {
  const made = createServer().listen(0, '127.0.0.1');
  await once(made, 'listening');
  return { made, port: (made.address() as AddressInfo).port };
}

async function start(): Promise<PostgresAnswer> {
  try {
    server = await LocalPostgres.start();
    return { url: server.url };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

async function bundleNow(): Promise<BundleAnswer> {
  mkdirSync(BUNDLES, { recursive: true });
  bundle = mkdtempSync(join(BUNDLES, 'bundle-'));
  const folder = join(bundle, 'dist');
  try {
    await build(folder, { 'hurried-rekey': fileURLToPath(new URL('./hurried-rekey.ts', import.meta.url)) });
    return { folder };
  } catch (error) {
    return { failure: `The bundle could not be built: ${String(error)}` };
  }
}

/** Opens a door behind which something is made when the first test asks, so that others do not pay for it. */
async function openDoor(make: () => Promise<object>): Promise<number> {
  let answer: Promise<object> | null = null;
  const { made, port } = await listening();
  made.on('connection', (socket) => {
    socket.on('error', () => undefined); // who asked is gone
    answer ??= make();
    void answer.then((told) => socket.end(JSON.stringify(told)));
  });
  made.unref();
  doors.push(made);
  return port;
}

/** Opens the doors to one PostgreSQL and one bundle a run. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('postgresPort', await openDoor(start));
  project.provide('bundlePort', await openDoor(bundleNow));
}

export async function teardown(): Promise<void> {
  for (const door of doors) door.close();
  if (bundle !== null) rmSync(bundle, { recursive: true, force: true });
  await server?.stop();
}
