import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { UsageError } from '../src/cli/usage-error.ts';
import { systemClock } from '../src/clock.ts';
import { readConfig } from '../src/config.ts';
import { RekeyError } from '../src/errors.ts';
import { createLog } from '../src/log.ts';
import { run } from '../src/main.ts';
import { Crowd } from './aws/crowd/crowd.ts';
import { seedSampleWorld } from './aws/fixtures.ts';
import { Shop } from './aws/shop/shop.ts';
import { AwsStandIn } from './aws/stand-in.ts';
import { MovableClock } from './clock.ts';
import { replaceAwsSettings, sandboxEnvironment } from './environment.ts';
import { Meanwhile } from './meanwhile.ts';
import { listenLocally, servePage } from './page/server.ts';
import { readManifest } from './page/snapshot.ts';
import { seedBilling } from './places.ts';
import { SlackStandIn } from './slack/stand-in.ts';
import { TeamAnswers } from './team-answers.ts';
import { giveStartingRoles, seedTeam } from './team.ts';

const USUAL_PORT = 3000;
const GOODBYE_MS = 2_000;
/** Calls of one sweep a second: at the rate that is safe with the real AWS, a visitor would wait for minutes. */
const AWS_PER_SECOND = 100;
/** How often the make-believe world lives on when nobody moves the clock. */
const LIVES_EVERY_MS = 60_000;

/** A sandbox that runs. */
export interface Sandbox {
  readonly url: string;
  readonly folder: string;
  readonly logPath: string;
  readonly slack: SlackStandIn;
  readonly aws: AwsStandIn;
  /** By which everything in it lives. */
  readonly clock: MovableClock;
  /** Stops Rekey and the stand-ins and removes the folder. */
  stop(): Promise<void>;
}

/**
 * `rekey sandbox [--port N]`: Rekey between local stand-ins for AWS and Slack, with a page to try it. Prints one line
 * when it is ready and runs until SIGINT or SIGTERM.
 */
export async function sandbox(args: readonly string[]): Promise<void> {
  const port = readPort(args);
  const signalled = firstSignal();
  const running = await startSandbox(port);
  process.stderr.write(`Rekey's log: ${running.logPath} (gone when the sandbox stops; Ctrl-C stops it)\n`);
  process.stdout.write(`Sandbox ready: ${running.url}\n`);
  await signalled;
  await running.stop();
}

/** Starts everything. `port` null: the usual one when it is free, else any. */
export async function startSandbox(port: number | null): Promise<Sandbox> {
  const server = await listenOn(port);
  const folder = mkdtempSync(join(tmpdir(), 'rekey-sandbox-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  // Runs whatever ends the process, an uncaught error included.
  process.once('exit', removeFolder);
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.toReversed()) await close();
    removeFolder();
    process.off('exit', removeFolder);
  };
  try {
    opened.push(() => closeServer(server));
    const logPath = join(folder, 'rekey.log');
    const logFile = openSync(logPath, 'a', 0o600);
    const clock = new MovableClock();
    const aws = await AwsStandIn.start({ clock: () => clock.now(), wireClock: () => systemClock.now() });
    opened.push(() => aws.stop());
    const slack = await SlackStandIn.start({ manifest: readManifest(), clock, wireClock: systemClock });
    opened.push(() => slack.stop());
    const samples = seedSampleWorld(aws);
    const crowd = new Crowd(aws);
    const billing = seedBilling(aws);
    const shop = new Shop(aws);
    const meanwhile = new Meanwhile();
    const live = (): void => {
      shop.advance(clock.now());
      meanwhile.add('AWS', crowd.advance(clock.now()));
    };
    clock.onMove(live);
    const living = setInterval(live, LIVES_EVERY_MS).unref();
    opened.push(() => Promise.resolve(clearInterval(living)));
    const team = seedTeam(slack);
    const environment = sandboxEnvironment({
      folder,
      awsUrl: aws.url,
      slackUrl: slack.url,
      botToken: slack.botToken,
      appToken: slack.appToken,
      host: samples.host,
      admins: [team.adminId],
    });
    replaceAwsSettings(environment);
    const log = createLog({
      level: 'info',
      // By its descriptor: a late line must not fail when the folder is gone.
      destination: { write: (line: string) => void writeSync(logFile, line) },
    });
    opened.push(() => hungUp(slack));
    const rekey = await run(readConfig(environment), { log, clock, awsPerSecond: AWS_PER_SECOND });
    opened.push(() => rekey.stop());
    await giveStartingRoles(slack, team);
    const answers = new TeamAnswers({ slack, clock, meanwhile });
    opened.push(() => Promise.resolve(answers.stop()));
    const page = servePage(server, {
      slack,
      aws,
      samples,
      team,
      clock,
      crowd,
      shop,
      meanwhile,
      answers,
      billing,
    });
    opened.push(() => page.stop());
    return { url: page.url, folder, logPath, slack, aws, clock, stop: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function readPort(args: readonly string[]): number | null {
  const { values } = parseArgs({ args: [...args], options: { port: { type: 'string' } } });
  if (values.port === undefined) return null;
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
    throw new UsageError(`--port takes a number from 0 to 65535, not “${values.port}”`);
  }
  return port;
}

async function listenOn(port: number | null): Promise<Server> {
  try {
    return await listenLocally(port ?? USUAL_PORT);
  } catch (error) {
    if (port === null) return listenLocally(0);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    const why = code === 'EADDRINUSE' ? `Port ${port} is taken.` : `Cannot listen on port ${port} (${code}).`;
    const next = 'Choose another with --port N, or leave --port out.';
    throw new RekeyError('unreachable', why, { next, cause: error });
  }
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Waits for the goodbye of Rekey's socket; cut off before it, Rekey's client waits half a minute for an answer. */
async function hungUp(slack: SlackStandIn): Promise<void> {
  const deadline = performance.now() + GOODBYE_MS;
  while (slack.sockets.connections > 0 && performance.now() < deadline) await sleep(5);
}

/** Resolves at the first signal to stop; a second one ends the process at once. */
function firstSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let signalled = false;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // `exit` still removes the temporary folder.
      if (signalled) process.exit(130);
      signalled = true;
      resolve();
    });
  }
  return promise;
}
