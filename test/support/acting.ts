import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { NewKey, User } from '../../sandbox/aws/world.ts';
import type { Attempt } from '../../src/domain/attempt.ts';
import type { Connection } from '../../src/domain/connection.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import type { AuditEntry } from '../../src/domain/records.ts';
import type { Role } from '../../src/domain/actor.ts';
import type { Capability } from '../../src/domain/verification.ts';
import type { Entry } from '../../sandbox/slack/driver/form.ts';
import { PEOPLE, type Scene } from './rekey.ts';

/** What people do with connections, in the words they see; and what is kept of it. */

const BUSY_TITLES = new Set(['Verifying…', 'Testing…', 'Disconnecting…', 'One moment…', 'Rekey']);

/** A wrong secret, an inactive key or a hanging AWS take their time. */
const OUTCOME_MS = 60_000;

/** Makes more admins, each with a client of their own, so that many can act at once. Before `scene.start()`. */
export function addAdmins(scene: Scene, count: number): PersonDriver[] {
  const ids = Array.from({ length: count }, (_, index) => `U0ADMIN${index + 1}`);
  for (const id of ids) scene.slack.addPerson({ id, name: id.toLowerCase() });
  scene.environment['REKEY_ADMINS'] = [scene.environment['REKEY_ADMINS'] ?? '', ...ids].join(',');
  return ids.map((id) => scene.slack.as(id));
}

/** A user of the main sample account with a key of its own, allowed what these capabilities take. */
export function freshUser(
  scene: Scene,
  name: string,
  capabilities: readonly Capability[] = ['verify', 'inventory'],
): { readonly user: User; readonly key: NewKey } {
  const account = accountOf(scene);
  const target = { partition: account.partition, accountId: account.id } as const;
  const documents = policiesFor(capabilities, { ...target, principal: { kind: 'user', arn: null } });
  const attached = documents.map((document, at) => account.addPolicy(`${name}-${at}`, document).arn);
  const user = account.addUser(name, { attached });
  return { user, key: user.addKey({ createdAt: Date.now() - 86_400_000 }) };
}

/** The main sample account. */
export function accountOf(scene: Scene): NonNullable<ReturnType<Scene['aws']['world']['account']>> {
  const account = scene.aws.world.account(scene.samples.keys.good.accountId);
  if (account === null) throw new Error('The sample account is gone');
  return account;
}

/** Gives a person a role, as an admin did. */
export async function grantRole(scene: Scene, userId: string, role: Role): Promise<void> {
  const stores = await scene.stores();
  const subject = { subjectKind: 'user', subjectId: userId } as const;
  await stores.atomically([
    stores.roleGrants.insert({
      id: `g-${userId}-${role}`,
      ...subject,
      role,
      grantedBy: PEOPLE.admin,
      grantedAt: 1,
    }),
  ]);
  await stores.close();
}

/** A user of the main sample account whose key somebody stole. */
export function victimOf(scene: Scene, name: string): { readonly user: User; readonly key: NewKey } {
  const user = accountOf(scene).addUser(name, { attached: ['ReadOnlyAccess'] });
  return { user, key: user.addKey() };
}

/** What IAM has of a user: the status of each key, and whether everything is denied. */
export function standingInIam(user: User): { readonly keys: readonly string[]; readonly denied: boolean } {
  return {
    keys: user.keys.existing().map((key) => key.currentStatus),
    denied: user.policies.attachedArns().some((arn) => arn.endsWith('/AWSDenyAll')),
  };
}

/** Sends the form of *Undo*, which was just opened. */
export async function sendUndo(person: PersonDriver, reason: string): Promise<void> {
  const undo = await person.waitForModal((modal) => modal.title === 'Undo');
  await undo.fill({ Reason: reason });
  await undo.submit();
}

/** Opens the form of `/aws-connect` and fills it for an access key. */
export async function keyForm(
  person: PersonDriver,
  name: string,
  key: { readonly accessKeyId: string; readonly secretAccessKey: string },
  more: Readonly<Record<string, Entry>> = {},
): Promise<ModalDriver> {
  await person.slash('/aws-connect');
  const form = await person.waitForModal((modal) => modal.title === 'Connect AWS', 10_000);
  const typed = {
    'Connection name': name,
    Method: 'Access key',
    'Access key ID': key.accessKeyId,
    'Secret access key': key.secretAccessKey,
    ...more,
  };
  await form.fill(typed);
  return form;
}

/** The window of an outcome, once the work is over. */
export async function outcome(person: PersonDriver, timeoutMs: number = OUTCOME_MS): Promise<ModalDriver> {
  return person.waitForModal(
    (modal) => !BUSY_TITLES.has(modal.title) && modal.submitLabel === undefined,
    timeoutMs,
  );
}

/** Connects by an access key as a person does; the window of the outcome. */
export async function connectKey(
  person: PersonDriver,
  name: string,
  key: { readonly accessKeyId: string; readonly secretAccessKey: string },
  more: Readonly<Record<string, Entry>> = {},
): Promise<ModalDriver> {
  const form = await keyForm(person, name, key, more);
  const sent = await form.submit();
  if (sent.result !== 'updated') throw new Error(`Not accepted: ${JSON.stringify(sent)}`);
  return outcome(person);
}

/** Opens Home and chooses from the menu of a connection's card. */
export async function chooseFor(person: PersonDriver, name: string, choice: string): Promise<void> {
  await person.openHome({ timeoutMs: 10_000 });
  const home = await person.waitForHome((view) => view.words.includes(name), 10_000);
  await home.choose(choice, { in: name });
}

/** All that is kept of connections and of work on them. */
export interface Kept {
  readonly connections: readonly Connection[];
  readonly attempts: readonly Attempt[];
  /** How many sealed secrets there are. */
  readonly sealed: number;
  /** Sealed secrets of nobody. */
  readonly orphans: number;
  readonly audit: readonly AuditEntry[];
}

/** Reads the database beside the running Rekey. */
export async function kept(scene: Scene): Promise<Kept> {
  const stores = await scene.stores();
  try {
    const byMaster = await stores.secrets.countByMasterKey();
    return {
      connections: await stores.connections.list(),
      attempts: await stores.attempts.abandoned(0, { anyLeaseBut: '' }),
      sealed: [...byMaster.values()].reduce((sum, count) => sum + count, 0),
      orphans: (await stores.secrets.orphans()).length,
      audit: await stores.audit.newest(1_000),
    };
  } finally {
    await stores.close();
  }
}

/** Waits until what is kept passes the test. */
export async function keptWhen(
  scene: Scene,
  test: (now: Kept) => boolean,
  timeoutMs = 10_000,
): Promise<Kept> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const now = await kept(scene);
    if (test(now)) return now;
    if (Date.now() > until) throw new Error(`Waited ${timeoutMs} ms; kept: ${JSON.stringify(summary(now))}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function summary(now: Kept): unknown {
  const connections = now.connections.map(({ name, state }) => `${name} ${state}`);
  const attempts = now.attempts.map(({ kind, leaseOwner }) => `${kind} of ${leaseOwner}`);
  return { connections, attempts, sealed: now.sealed, orphans: now.orphans };
}
