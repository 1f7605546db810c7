import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { keyIn, type TypedKey } from '../commands/deactivate.ts';
import { lockHolder } from '../db/lock.ts';
import type { OpenStores } from '../db/open.ts';
import { keysOf, openBeside } from './audit-command.ts';
import { createAws } from './aws/aws.ts';
import { readHostIdentity } from './aws/host-identity.ts';
import { RoleSessions } from './aws/role-sessions.ts';
import { UsageError } from './cli/usage-error.ts';
import { systemClock } from './clock.ts';
import { readHostTools, type Database, type Environment } from './config.ts';
import { createIds } from './crypto/ids.ts';
import { createSealer } from './crypto/sealer.ts';
import { confirmedWords, failuresOf, NOT_STOPPED, standingWords } from './domain/containment-words.ts';
import { isAtRest, isConfirmed, isDenied, isOver, type Containment } from './domain/containment.ts';
import { isShutOff } from './domain/containment-unread.ts';
import { isDrilled } from './domain/drill.ts';
import { holdsSecret } from './domain/pasted-text.ts';
import { isConflict, RekeyError } from './errors.ts';
import { beginFromHost, type ContainInput } from './handlers/containments/begin.ts';
import { HOST_TURN, type Containing } from './handlers/containments/containing.ts';
import { openContainmentOf } from './handlers/containments/look.ts';
import { pursue, takeTurn } from './handlers/containments/pursue.ts';
import { rememberHostIdentity } from './host-identity-cache.ts';
import { HEARTBEATS } from './instances/heartbeat.ts';
import { createLog } from './log.ts';
import type { Jobs } from './ports/jobs.ts';
import { lastUsedLine, updateLine } from './slack/blocks/key-by-hand.ts';
import { presenter } from './slack/blocks/outcome.ts';
import { VERSION } from './version.ts';

const EXAMPLE = 'rekey contain AKIA… --reason "seen on a paste site"';
const LONGEST_REASON = 500;
/** How long what is held may take to be confirmed again; ms. */
const READ_BACK_MS = 30_000;
/** How long whoever types waits for IAM to confirm. */
const WAIT_MS = 60_000;
/** How often bots on PostgreSQL say that they live, at the least; ms. */
const BEATS_WITHIN_MS = 15_000;
const LOOK_MS = 500;
const IDLE_MS = 2_000;

const SECRET_SEEN =
  'What was typed looks like a secret access key: it is neither kept nor tried, but the shell may keep it.\n';

interface Terminal {
  readonly env: Environment;
  readonly out: (text: string) => void;
}

/** `rekey contain KEY --reason TEXT`: containment without Slack, also beside a running Rekey, which then holds it. */
export async function contain(args: readonly string[], { env, out }: Terminal): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { reason: { type: 'string' }, planned: { type: 'boolean' }, hold: { type: 'boolean' } },
    allowPositionals: true,
  });
  const { accessKeyId, secretSeen } = typedKey(positionals);
  if (secretSeen) out(SECRET_SEEN);
  const reason = (values.reason ?? '').replace(/\s+/g, ' ').trim();
  if (reason === '') throw new UsageError('contain takes a reason', EXAMPLE);
  if (holdsSecret(reason)) throw new UsageError('the reason looks like a secret access key', EXAMPLE);
  const kind = values.planned === true ? 'planned' : 'stolen';
  const input = { accessKeyId, incidentId: null, kind, reason: reason.slice(0, LONGEST_REASON) } as const;
  try {
    await containFrom(env, input, values.hold === true, out);
  } catch (error) {
    // Whoever types this has no Slack, and perhaps no database either: the key is to be shut off all the same.
    const isTold = error instanceof RekeyError && error.code === 'needs_person';
    if (!isTold) out(byHand(input));
    throw error;
  }
}

/** What a person does where this can do nothing. */
function byHand({ accessKeyId, kind }: ContainInput): string {
  const key = { accessKeyId, userName: 'USER' };
  return [
    'By hand, with rights of your own in the account of the key:',
    `  ${lastUsedLine(key)}   # tells USER`,
    `  ${updateLine(key, 'Inactive')}`,
    ...(kind === 'stolen'
      ? [
          '  aws iam attach-user-policy --user-name=USER --policy-arn arn:aws:iam::aws:policy/AWSDenyAll   # arn:aws-cn: in China, arn:aws-us-gov: in GovCloud',
        ]
      : []),
    '',
  ].join('\n');
}

async function containFrom(
  env: Environment,
  input: ContainInput,
  hold: boolean,
  out: Terminal['out'],
): Promise<void> {
  const { database, masterKeys, alertChannelId, passThrough } = readHostTools(env);
  const stores = await openBeside(database);
  const log = createLog({ level: 'silent' });
  const aws = createAws({ env: passThrough, version: VERSION, log, clock: systemClock });
  try {
    const ids = createIds(systemClock);
    const services: Containing = {
      stores,
      sealer: createSealer(keysOf(database, masterKeys)),
      sessions: new RoleSessions(aws, systemClock),
      aws,
      clock: systemClock,
      ids,
      log,
      // Whichever Rekey runs looks for itself what is to be told.
      jobs: { enqueue: () => Promise.resolve() } as Partial<Jobs> as Jobs,
      presenter,
      hostIdentity: rememberHostIdentity(() => readHostIdentity(aws, passThrough), systemClock, log),
      instanceId: `${HOST_TURN}${ids.next()}`,
      // A running bot may share the database: its leases hold.
      onlyInstance: false,
      defaultAlertChannel: alertChannelId,
    };
    const begun = await beginOrJoin(services, input, out);
    if (isDrilled(begun)) out('DRILL: a rehearsal with this key is running, and this takes part in it.\n');
    const row = await pursue(services, begun.id, WAIT_MS, new AbortController().signal);
    if (row === null) throw new RekeyError('internal', 'The containment is gone from the database.');
    await report(services, await readBack(services, row), { database, hold }, out);
  } finally {
    aws.close();
    await stores.close();
  }
}

/** What is under way for this key already is pursued from here, too: whoever began it may be dead. */
async function beginOrJoin(
  services: Containing,
  input: ContainInput,
  out: Terminal['out'],
): Promise<Containment> {
  try {
    return await beginFromHost(services, hostUser(), input);
  } catch (error) {
    const open = isConflict(error) ? await openContainmentOf(services, input.accessKeyId) : null;
    if (!(error instanceof RekeyError) || open === null) throw error;
    out(`${error.message} This command goes on with it.\n`);
    return open;
  }
}

/** One that is held and was just put back is read a few times more before it is said how it stands. */
async function readBack(services: Containing, row: Containment): Promise<Containment> {
  const until = systemClock.now() + READ_BACK_MS;
  let last = row;
  for (let now = systemClock.now(); now < until; now = systemClock.now()) {
    if (last.state !== 'holding' || isConfirmed(last, now) || failuresOf(last, now).length > 0) break;
    await systemClock.sleep(LOOK_MS);
    if ((last.nextAt ?? Infinity) <= now) await takeTurn(services, last.id, new AbortController().signal);
    last = (await services.stores.containments.byId(last.mergedInto ?? last.id)) ?? last;
  }
  return last;
}

function typedKey(positionals: readonly string[]): TypedKey {
  const text = positionals.join(' ');
  if (text === '') throw new UsageError('contain takes an access key ID', EXAMPLE);
  try {
    return keyIn(text);
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    throw new UsageError(error.message, error.next ?? EXAMPLE);
  }
}

function hostUser(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container the user may have no name.
    return 'somebody';
  }
}

/** What was reached: what failed first. Throws when the key is not shut off as was asked. */
async function report(
  services: Containing,
  row: Containment,
  { database, hold }: { readonly database: Database; readonly hold: boolean },
  out: Terminal['out'],
): Promise<void> {
  const now = systemClock.now();
  const { refusal } = row;
  if (row.state === 'refused' && refusal !== null) {
    throw new RekeyError('needs_person', `not contained: ${refusal.why}`, { next: refusal.next });
  }
  const failures = failuresOf(row, now);
  for (const { what, why, next } of failures) out(`NOT DONE: ${what}. ${why} ${next}\n`);
  out(`${standingWords(row, now)}: ${row.userName ?? '?'}, account ${row.accountId}\n`);
  for (const line of confirmedWords(row, now)) out(`${line}\n`);
  if (isDenied(row)) out(`${NOT_STOPPED}\n`);
  const runs = await isRunning(services.stores as OpenStores, database);
  if (row.nextAt !== null) {
    out(
      runs
        ? 'The Rekey that runs on this database holds it, and tells Slack.\n'
        : hold
          ? 'No Rekey runs on this database: this one holds it. Slack is told by the next that starts.\n'
          : 'No Rekey runs on this database: nobody puts back what is undone. Start it, or hold from here with --hold.\n',
    );
  }
  const last = hold && !runs ? await holdHere(services, row, out) : row;
  const left = failuresOf(last, systemClock.now());
  if (left.length > 0 || !isShutOff(last, systemClock.now())) {
    throw new RekeyError('needs_person', 'IAM does not confirm all of it', {
      next: left[0]?.next ?? 'Rekey goes on trying while it runs; look into the IAM console.',
    });
  }
}

/** Whether a bot runs: on SQLite it has the lock of the file; on PostgreSQL its heartbeat changes. */
async function isRunning(stores: OpenStores, database: Database): Promise<boolean> {
  if (database.engine === 'sqlite') return lockHolder(database.path)?.purpose === 'bot';
  const beats = async (): Promise<string> =>
    JSON.stringify((await stores.settings.startingWith(HEARTBEATS)).map(({ value }) => value));
  const first = await beats();
  if (first === '[]') return false;
  for (let waited = 0; waited < BEATS_WITHIN_MS; waited += LOOK_MS) {
    await systemClock.sleep(LOOK_MS);
    if ((await beats()) !== first) return true;
  }
  return false;
}

/** Until the hold is over, or somebody ends it. Answers how it stands then. */
async function holdHere(
  services: Containing,
  begun: Containment,
  out: Terminal['out'],
): Promise<Containment> {
  let last = begun;
  let said = '';
  for (;;) {
    const row = await services.stores.containments.byId(last.mergedInto ?? last.id);
    const now = systemClock.now();
    if (row === null) return last;
    last = row;
    if (row.mergedInto !== null) continue;
    if (isOver(row.state) || isAtRest(row.state) || row.nextAt === null) return row;
    if (row.nextAt <= now) await takeTurn(services, row.id, new AbortController().signal);
    const words = `${standingWords(row, now)}; put back ${row.putBack} times`;
    if (words !== said) out(`${words}\n`);
    said = words;
    await systemClock.sleep(Math.min(IDLE_MS, Math.max(200, row.nextAt - now)));
  }
}
