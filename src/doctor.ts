import { parseArgs } from 'node:util';
import type { WebClient } from '@slack/web-api';
import type { OpenStores } from '../db/open.ts';
import { createAws } from './aws/aws.ts';
import { RoleSessions } from './aws/role-sessions.ts';
import { systemClock } from './clock.ts';
import { ConfigError, readConfig, type Config, type Environment } from './config.ts';
import { checkConnections, checkHostIdentity } from './doctor/aws.ts';
import { checkClocks } from './doctor/clocks.ts';
import { createSealer } from './crypto/sealer.ts';
import { checkRotations } from './doctor/rotations.ts';
import { checkTrailQueues } from './doctor/trail-queues.ts';
import { checkContainments } from './doctor/containments.ts';
import { checkAuditLog, checkOutbox } from './doctor/records.ts';
import { checkWatch } from './doctor/watch.ts';
import { checkDatabase, checkSealedSecrets, findMasterKeys } from './doctor/database.ts';
import { failed, failure, ok, shown, warning, type Finding } from './doctor/finding.ts';
import { checkAdmins, checkBotToken, checkTransport } from './doctor/slack.ts';
import { RekeyError } from './errors.ts';
import { pauseOf } from './handlers/pause.ts';
import { alertChannel, channelTrouble } from './handlers/settings.ts';
import { boltLogger, createLog } from './log.ts';
import type { Clock } from './ports/world.ts';
import { proxyDispatcher, webClient } from './slack/web-client.ts';
import { VERSION } from './version.ts';

export interface DoctorSurroundings {
  readonly env: Environment;
  readonly out: (text: string) => void;
  readonly clock?: Clock;
}

/**
 * `rekey doctor`: looks at everything Rekey stands on, and changes nothing. Prints a finding as it comes.
 * @throws RekeyError `invalid` when something failed.
 */
export async function doctor(
  args: readonly string[],
  { env, out, clock = systemClock }: DoctorSurroundings,
): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { connections: { type: 'boolean', default: true } },
    allowNegative: true,
  });
  const counts = { ok: 0, warning: 0, failed: 0 };
  for await (const finding of findings(env, clock, values.connections)) {
    counts[finding.verdict] += 1;
    out(shown(finding));
  }
  out(`\n${counts.ok} ok, ${counts.warning} warnings, ${counts.failed} failed\n`);
  if (counts.failed > 0) {
    throw new RekeyError('invalid', `${counts.failed} checks failed.`, {
      next: 'Mend what is marked “failed”, then run the doctor again.',
    });
  }
}

async function* findings(env: Environment, clock: Clock, connections: boolean): AsyncGenerator<Finding> {
  let config: Config;
  try {
    config = readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { name, problem, expected } of error.problems) {
      yield failed('Configuration', `${name} ${problem}.`, `Set it to ${expected}.`);
    }
    return;
  }
  yield ok('Configuration', `Rekey ${VERSION}, Node.js ${process.versions.node}, every setting can be read.`);
  yield* examine(config, clock, connections);
}

async function* examine(config: Config, clock: Clock, connections: boolean): AsyncGenerator<Finding> {
  // What goes wrong is in the findings; the log of a tool would only stand between them.
  const log = createLog({ level: 'silent' });
  const dispatcher = proxyDispatcher(config.passThrough);
  const web = { apiUrl: config.slackApiUrl, logger: boltLogger(log), dispatcher };
  const aws = createAws({ env: config.passThrough, version: VERSION, log, clock });
  const uid = process.getuid?.() ?? null;
  const { findings: database, stores } = await checkDatabase(config, { clock, log, uid });
  try {
    yield* database;
    const { finding, keys } = findMasterKeys(config);
    yield finding;
    if (stores !== null) yield* await attempted('Sealed secrets', () => checkSealedSecrets(stores, keys));

    yield* checkSlack(config, clock, log, {
      bot: webClient({ ...web, botToken: config.botToken }),
      app:
        config.transport.kind === 'socket'
          ? webClient({ ...web, botToken: config.transport.appToken })
          : null,
    });
    if (stores !== null) {
      yield* await attempted('Pause', () => checkPause(stores));
      yield* await attempted('Rotations', () => checkRotations(stores, clock.now()));
      yield* await attempted('Containments', () => checkContainments(stores, clock.now()));
      yield* await attempted('Watch', () => checkWatch(stores, clock.now()));
      yield* await attempted('Audit log', () => checkAuditLog(stores, clock.now()));
      yield* await attempted('Outbox', async () => {
        const { channelId } = await alertChannel({ stores, defaultAlertChannel: config.alertChannelId });
        return checkOutbox(stores, channelId, clock.now());
      });
    }
    yield* await attempted('Alert channel', async () => [await checkAlertChannel(config, stores)]);
    yield* await checkClocks(config, dispatcher, clock);
    const { finding: identity, host } = await checkHostIdentity(aws, config, stores);
    yield identity;
    if (connections && stores !== null) {
      yield* checkConnections(stores, keys, { aws, clock, log, host });
      if (keys.length > 0) {
        const sessions = new RoleSessions(aws, clock);
        yield* checkTrailQueues({ aws, sessions, stores, sealer: createSealer(keys) }, clock.now());
      }
    }
  } finally {
    aws.close();
    await dispatcher.close();
    await stores?.close();
  }
}

async function* checkSlack(
  config: Config,
  clock: Clock,
  log: ReturnType<typeof createLog>,
  clients: { readonly bot: WebClient; readonly app: WebClient | null },
): AsyncGenerator<Finding> {
  const { findings: token, us } = await checkBotToken(clients.bot, log);
  yield* token;
  yield await checkTransport(config, us, clients.app);
  if (us !== null) yield* await checkAdmins(clients.bot, config, clock);
}

async function checkAlertChannel(config: Config, stores: OpenStores | null): Promise<Finding> {
  const what = 'Alert channel';
  const set =
    stores === null
      ? { channelId: config.alertChannelId, from: 'environment' as const }
      : await alertChannel({ stores, defaultAlertChannel: config.alertChannelId });
  if (set.channelId === null) {
    return warning(
      what,
      'None is set: alerts without a channel of their own go to each admin, and the daily audit head nowhere.',
      'Choose one in /aws-settings, or set REKEY_ALERT_CHANNEL.',
    );
  }
  const trouble = (await stores?.outlets.byId(set.channelId))?.trouble ?? null;
  if (trouble !== null) {
    const { message, next } = channelTrouble(trouble, true);
    return failed(what, `Messages to ${set.channelId} do not get through: ${message}`, next ?? '');
  }
  return ok(
    what,
    `${set.channelId}, from ${set.from === 'settings' ? '/aws-settings' : 'REKEY_ALERT_CHANNEL'}.`,
  );
}

async function checkPause(stores: OpenStores): Promise<Finding[]> {
  const pause = await pauseOf({ stores });
  if (pause === null) return [];
  const found = `Rekey is paused by ${pause.by} since ${new Date(pause.at).toISOString()}: ${pause.why}`;
  return [warning('Pause', found, 'When the reason is gone, resume it under /aws-settings.')];
}

/** The findings of a check, or one that says that it broke. */
async function attempted(what: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [failure(what, error)];
  }
}
