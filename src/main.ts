import { App } from '@slack/bolt';
import { serve, type Entrance } from '../commands/command.ts';
import type { Ack } from '../commands/ack-once.ts';
import { Background } from '../commands/background.ts';
import { takeMessage } from '../commands/channel-messages.ts';
import { readIncoming, type Incoming } from '../commands/incoming.ts';
import { registry } from '../commands/index.ts';
import { openStores, type OpenStores } from '../db/open.ts';
import { createAws } from './aws/aws.ts';
import { readHostIdentity } from './aws/host-identity.ts';
import { RoleSessions } from './aws/role-sessions.ts';
import { systemClock } from './clock.ts';
import { closeAll, type Closer } from './closers.ts';
import { readConfig, type Config, type Environment } from './config.ts';
import { createAuditSigner } from './crypto/audit-signer.ts';
import { createIds } from './crypto/ids.ts';
import type { MasterKey } from './crypto/master-key.ts';
import { createSealer } from './crypto/sealer.ts';
import { signingKeys } from './handlers/instances.ts';
import { LEASES, type Leases } from './handlers/leases.ts';
import type { Services } from './handlers/services.ts';
import { rewrapSecrets } from './handlers/sweep.ts';
import { keepHolding } from './holding.ts';
import { rememberHostIdentity } from './host-identity-cache.ts';
import { databaseUrl, masterKeysOf, refuseUnknownMasterKeys } from './master-keys.ts';
import { openOperations, type Operations } from './operations.ts';
import { measuredAck, measuredJobs } from './ops/measure.ts';
import { openInstances } from './instances/open.ts';
import { sqliteJobs } from './jobs/sqlite.ts';
import { urgentFirst } from './jobs/urgent-first.ts';
import { openDoor, receiverOf, socketSilence } from './reception.ts';
import { beginJobs, handleJobs, recover } from './recurring-jobs.ts';
import { boltLogger, createLog } from './log.ts';
import { createOutward } from './outward/outward.ts';
import { createPager, type PagerPlaces } from './paging/pager.ts';
import type { Jobs } from './ports/jobs.ts';
import type { Clock, Ids, Log } from './ports/world.ts';
import { CONTAINMENTS_JOB } from './pollers/hold.ts';
import { presenter } from './slack/blocks/outcome.ts';
import { slackDesk } from './slack/desk.ts';
import { slackFiles } from './slack/files.ts';
import { whoAreWe } from './slack/identity.ts';
import { slackPeople } from './slack/people.ts';
import { postBytes, postJson } from './slack/plain-http.ts';
import { slackPoster } from './slack/poster.ts';
import { proxyDispatcher, webClient, webClientOptions } from './slack/web-client.ts';
import { VERSION } from './version.ts';
import { createJudges } from './watch-thread.ts';

/** How long a stopping process waits for the work people are waiting for. */
const GRACE_MS = 25_000;
/** And for people to be answered: Slack waits no longer. */
const ANSWER_GRACE_MS = 3_000;

/** A running Rekey. */
export interface Running {
  readonly log: Log;
  /** Where signed requests arrive; null in Socket Mode. */
  readonly httpUrl: string | null;
  /** Where /healthz, /readyz and /metrics are. */
  readonly opsUrl: string;
  /** Takes nothing new, finishes what runs (within a grace), closes everything. */
  stop(): Promise<void>;
}

/** What a caller may put in the place of the machine's own: the sandbox and tests move the clock and read the log. */
export interface Surroundings {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly leases?: Leases;
  /** Between two heartbeats of an instance; ms. */
  readonly beatMs?: number;
  readonly pagers?: PagerPlaces;
  /** The most background calls to each AWS account: a stand-in need not be spared. */
  readonly awsPerSecond?: number;
}

/** `npm start`: runs until SIGTERM or SIGINT. Throws before anything is opened when the configuration is wrong. */
export async function start(env: Environment): Promise<void> {
  const config = readConfig(env);
  // Before anything is opened, so that a signal during the start closes it all the same. A second one kills.
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  const running = await run(config);
  running.log.info('stopping', { signal: await asked });
  await running.stop();
  // Nothing of ours is open any more; a socket that was left may still hold the process for half a minute.
  setTimeout(() => process.exit(), 1_000).unref();
}

/** Puts Rekey together and starts it. Whatever fails on the way closes what was opened. */
export async function run(config: Config, around: Surroundings = {}): Promise<Running> {
  const clock = around.clock ?? systemClock;
  const log = around.log ?? createLog({ level: config.logLevel });
  const leases = around.leases ?? LEASES;
  const ids = createIds(clock);
  const masterKeys = masterKeysOf(config, log);
  const stores = await openStores({ url: databaseUrl(config), exclusive: true, clock, log });
  const closers: Closer[] = [() => stores.close()];
  try {
    const operations = await openOperations(config, { stores, clock, log });
    closers.push(() => operations.close());
    const base = { clock, log, ids, masterKeys, stores, closers, operations, leases, around };
    return await assemble(config, base);
  } catch (error) {
    await closeAll(closers, log);
    throw error;
  }
}

interface Base {
  readonly clock: Clock;
  readonly log: Log;
  readonly ids: Ids;
  readonly masterKeys: readonly MasterKey[];
  readonly stores: OpenStores;
  /** What must be closed, in the order it was opened. */
  readonly closers: Closer[];
  readonly operations: Operations;
  readonly leases: Leases;
  readonly around: Surroundings;
}

async function assemble(config: Config, base: Base): Promise<Running> {
  const { clock, log, ids, masterKeys, stores, closers, operations, leases } = base;
  const { metrics } = operations;
  await refuseUnknownMasterKeys(stores, masterKeys);
  const logger = boltLogger(log);
  const dispatcher = proxyDispatcher(config.passThrough);
  // Closed last, when all that was asked is answered or given up: waiting for a left socket would have no end.
  closers.push(() => dispatcher.destroy());
  const web = { apiUrl: config.slackApiUrl, logger, dispatcher };
  const client = webClient({ ...web, botToken: config.botToken, metrics });
  const us = await whoAreWe(client, log);
  const { pagers, awsPerSecond: mostPerSecond, beatMs } = base.around;
  const onlyInstance = stores.engine === 'sqlite';
  const instanceId = ids.next();
  const instances = openInstances({ stores, clock, log, instanceId, beatMs }, onlyInstance);
  closers.push(() => instances.stop());
  await instances.start();
  const background = new Background(clock);
  const aws = createAws({
    env: config.passThrough,
    version: VERSION,
    log,
    clock,
    metrics,
    mostPerSecond,
    share: instances,
    giveWay: () => background.giveWay(),
  });
  closers.push(() => aws.close());
  const plainJobs = measuredJobs(await jobsOf(config, base), metrics, clock);
  const jobs = urgentFirst(plainJobs, (work) => background.afterUrgent(work), new Set([CONTAINMENTS_JOB]));
  const poster = slackPoster(client, log);
  const judges = createJudges(log);
  closers.push(() => judges.close());
  const pager = createPager({ ...pagers, dispatcher, privateHosts: config.privateWebhooks, clock, log });
  const services: Services = {
    stores,
    sealer: createSealer(masterKeys),
    auditSigner: createAuditSigner(masterKeys),
    clock,
    ids,
    log,
    metrics,
    aws,
    sessions: new RoleSessions(aws, clock),
    people: slackPeople(client, clock),
    poster,
    files: slackFiles(client, poster, postBytes(dispatcher), log),
    pager,
    outward: createOutward({ privateHosts: config.privateWebhooks }),
    presenter,
    jobs,
    instances,
    judges,
    hostIdentity: rememberHostIdentity(() => readHostIdentity(aws, config.passThrough), clock, log),
    instanceId,
    onlyInstance,
    leases,
    teamId: us.teamId,
    workspace: { url: us.url, scopes: us.scopes },
    admins: config.admins,
    defaultAlertChannel: config.alertChannelId,
  };
  instances.signWith(() => signingKeys(services));
  const desk = slackDesk(client, postJson(dispatcher), log);
  const entrance: Entrance = { appId: us.appId, services, desk, registry, background };

  handleJobs(entrance);
  const receiver = receiverOf(config, web, logger);
  const app = new App({
    receiver,
    logger,
    clientOptions: webClientOptions(web),
    tokenVerificationEnabled: false,
    authorize: () =>
      Promise.resolve({ botToken: config.botToken.reveal(), botId: us.botId, botUserId: us.botUserId }),
  });
  listen(app, entrance);
  // Comes only where the app has the overlay of the manifest for it.
  app.event('message', async ({ body }) => takeMessage(entrance, us, body));
  closers.push(() => jobs.stop(5_000));
  await jobs.start();
  await beginJobs(services);
  closers.push(keepHolding(services, () => background.patience()));
  closers.push(async () => {
    const ended = await background.drain(GRACE_MS, clock);
    if (!ended) log.warn('work goes on after the next start');
  });

  const httpUrl = await openDoor(config, { closers, clock, log }, receiver, app);
  // Who came through the socket is answered through it: it is closed after that.
  if (httpUrl === null) closers.push(() => background.answered(ANSWER_GRACE_MS, clock));
  closers.push(() => background.leave());
  operations.started({ jobs, slackTrouble: () => socketSilence(receiver) });
  // What an earlier process left unfinished; people are waiting for it.
  background.run(() => recover(entrance), log);
  background.run(async () => void (await rewrapSecrets(services)), log);
  background.run(async () => void (await services.hostIdentity()), log);
  log.info('Rekey is ready', {
    team: us.teamName,
    transport: config.transport.kind,
    httpUrl,
    opsUrl: operations.url,
    version: VERSION,
    instanceId: services.instanceId,
  });

  return {
    log,
    httpUrl,
    opsUrl: operations.url,
    async stop() {
      operations.stopping();
      await closeAll(closers, log);
      log.info('stopped');
    },
  };
}

/** One place for every kind of payload: Bolt reads the transport, `serve` does the rest. */
function listen(app: App, entrance: Entrance): void {
  const { metrics } = entrance.services;
  const take = (kind: Incoming['kind'], body: unknown, ack: unknown): Promise<void> =>
    serve(entrance, readIncoming(kind, body), measuredAck(ack as Ack, kind, metrics));
  app.command(/^\//, ({ body, ack }) => take('command', body, ack));
  app.view({ callback_id: /^/, type: 'view_submission' }, ({ body, ack }) => take('submission', body, ack));
  app.action(/^/, ({ body, ack }) => take('action', body, ack));
  app.options(/^/, ({ body, ack }) => take('options', body, ack));
  for (const { event } of entrance.registry.events) {
    // Bolt has acknowledged events before we see them.
    app.event(event, ({ body }) => serve(entrance, readIncoming('event', body), () => Promise.resolve()));
  }
  app.error((error) => {
    entrance.services.log.error('Bolt met an error', { error });
    return Promise.resolve();
  });
}

async function jobsOf(config: Config, base: Base): Promise<Jobs> {
  const { stores, clock, ids, log } = base;
  if (stores.engine === 'sqlite') return sqliteJobs({ table: stores.jobs, clock, ids, log, alone: true });
  // pg-boss takes time and memory to load, which SQLite need not pay.
  const { postgresJobs } = await import('./jobs/postgres.ts');
  return postgresJobs({ url: databaseUrl(config), clock, log });
}
