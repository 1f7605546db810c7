import { CAST, emailOf } from '../../cast.ts';
import type { AccessKey } from '../accounts/access-key.ts';
import type { Account } from '../world.ts';
import type { Habit } from './habits.ts';
import type { Ground } from './kinds.ts';
import { daily, DAY, HOUR, key, robotic, stopped, user, type PlannedUser } from './planned.ts';
import { BOT_PURPOSES } from './words.ts';

/** What others do in the large account while the clock is moved, so that sweeps find something. */

const SAM = 'sam.ito';
const SEARCH = 'ci-deploy-search';
const CRM = 'svc-crm-sync';
const ARCHIVE = 'svc-archive';
const CONTRACTOR = 'contractor.kim';
/** Is made only on the way. */
const NEWCOMER = 'svc-invoice-export';

/** The users it happens to. */
export function storyUsers({ draw, naming }: Ground): PlannedUser[] {
  naming.take(NEWCOMER);
  return [
    user(naming.take(SAM), [key(82, daily(draw))], {
      path: '/people/',
      tags: { email: emailOf(CAST.nils), team: 'platform' },
    }),
    user(naming.take(SEARCH), [key(50, robotic(draw))], { path: '/bots/', tags: { owner: CAST.bo.name } }),
    user(naming.take(CRM), [key(30, robotic(draw))], { tags: { owner: CAST.cleo.name, team: 'data' } }),
    user(naming.take(ARCHIVE), [key(500, stopped(200, draw.one(BOT_PURPOSES)))], {
      tags: { owner: emailOf(CAST.vera) },
    }),
    user(naming.take(CONTRACTOR), [key(64, daily(draw))], { path: '/people/', tags: { team: 'storefront' } }),
  ];
}

/** Where it happens. */
export interface Scenery {
  readonly account: Account;
  /** A key is used like this from now on. */
  readonly uses: (key: AccessKey, habit: Habit) => void;
}

/** Something that happens once. */
export interface Happening {
  /** After the beginning; ms. */
  readonly afterMs: number;
  /** What it is, for the visitor. */
  readonly words: string;
  /** Does it at this time (ms); false when a visitor was there before and it cannot happen any more. */
  readonly happen: (scenery: Scenery, at: number) => boolean;
}

/** In order. */
export const STORY: readonly Happening[] = [
  happening(0.4, `${SAM} made a second access key`, ({ account, uses }, at) =>
    made(account, SAM, at, (key) => uses(key, every(DAY, 20 * HOUR))),
  ),
  happening(1.3, `Somebody deactivated the key of ${SEARCH} in the AWS console`, ({ account }, at) =>
    changed(account, SEARCH, 'Inactive', at),
  ),
  happening(2.2, `The user ${NEWCOMER} was made, with a key`, ({ account, uses }, at) => {
    if (account.users.has(NEWCOMER)) return false;
    account.addUser(NEWCOMER, { createdAt: at, tags: { owner: CAST.deepa.name } });
    return made(account, NEWCOMER, at, (key) => uses(key, every(6 * HOUR, HOUR)));
  }),
  happening(3.1, 'Somebody used the break-glass key of payments', ({ account }, at) =>
    used(account, 'break-glass-payments', at, 'ec2'),
  ),
  happening(4.5, `AWS found the key of ${CRM} in public and quarantined the user`, ({ account }) => {
    const { arn } = account.managedPolicy('AWSCompromisedKeyQuarantineV3');
    account.users.get(CRM)?.policies.attach(arn);
    return account.users.has(CRM);
  }),
  happening(5.4, `${SAM} deactivated their older key`, ({ account }, at) =>
    changed(account, SAM, 'Inactive', at),
  ),
  happening(6.3, `${SAM} deleted their older key`, ({ account }, at) => changed(account, SAM, 'Deleted', at)),
  happening(8.2, `The key of ${ARCHIVE}, silent for months, was used again`, ({ account }, at) =>
    used(account, ARCHIVE, at, 's3', 'N/A'),
  ),
  happening(10.5, 'Somebody tried the decoy backup-admin', ({ account }, at) =>
    used(account, 'backup-admin', at, 'sts'),
  ),
  happening(12.6, `The user ${CONTRACTOR} was deleted, with its key`, ({ account }, at) => {
    if (!changed(account, CONTRACTOR, 'Deleted', at)) return false;
    account.removeUser(CONTRACTOR);
    return true;
  }),
];

function happening(days: number, words: string, happen: Happening['happen']): Happening {
  return { afterMs: Math.round(days * DAY), words, happen };
}

function every(everyMs: number, phaseMs: number): Habit {
  const workdays = everyMs === DAY;
  return { kind: 'rhythm', everyMs, phaseMs, workdays, purpose: { service: 'sts', region: 'us-east-1' } };
}

function oldest(account: Account, name: string): AccessKey | undefined {
  return account.users.get(name)?.keys.existing()[0];
}

function made(account: Account, name: string, at: number, then: (key: AccessKey) => void): boolean {
  const keys = account.users.get(name)?.keys;
  if (keys === undefined || keys.existing().length > 1) return false;
  then(keys.get(keys.seed({ createdAt: at }).accessKeyId));
  return true;
}

function changed(account: Account, name: string, status: 'Inactive' | 'Deleted', at: number): boolean {
  const key = oldest(account, name);
  key?.change(status, at);
  return key !== undefined;
}

function used(account: Account, name: string, at: number, service: string, region = 'us-east-1'): boolean {
  const key = oldest(account, name);
  if (key?.currentStatus !== 'Active') return false;
  key.recordUse({ at, service, region });
  return true;
}
