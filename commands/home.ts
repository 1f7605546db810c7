import type { HomeView, KnownBlock } from '@slack/types';
import { holds } from '../src/domain/actor.ts';
import type { Connection } from '../src/domain/connection.ts';
import { CAPABILITIES } from '../src/domain/verification.ts';
import type { HomeLook } from '../src/handlers/look-home.ts';
import {
  actions,
  button,
  context,
  divider,
  header,
  option,
  overflow,
  section,
} from '../src/slack/blocks/elements.ts';
import { bold, channel, code, cut, moment, person, span, words } from '../src/slack/blocks/mrkdwn.ts';
import type { AccountLook } from '../src/handlers/look-keys.ts';
import { incidentNeeds, watchOfCard } from './home-watch.ts';
import { keyNeeds, keysOfCard } from './home-keys.ts';
import { scheduleHome } from './home-schedules.ts';
import { rotationNeeds, rotationsText } from './home-rotations.ts';
import { needsYou } from './needs-you.ts';

export const HOME_CONNECT = 'home.connect';
export const HOME_SETTINGS = 'home.settings';
export const CONNECTION_MENU = 'connection.menu';
export const HOME_PAGE = 'home.page';

/** A card takes at most three blocks; with the rest of the page that stays below Slack's hundred. */
const CARDS_PER_PAGE = 15;

/** The Connections page: what needs you first, then a card per connection, then the way to add one. */
export function homeView(look: HomeLook, page: number): HomeView {
  if (!holds(look.actor.roles, 'viewer')) return strangersHome(look);
  const admin = holds(look.actor.roles, 'admin');
  const pages = Math.max(1, Math.ceil(look.connections.length / CARDS_PER_PAGE));
  const shown = Math.min(Math.max(0, page), pages - 1);
  const cards = look.connections.slice(shown * CARDS_PER_PAGE, (shown + 1) * CARDS_PER_PAGE);
  const needs = needsYou(look);
  const keys = [...incidentNeeds(look.watch), ...rotationNeeds(look), ...keyNeeds(look.keys, look.now)];
  const accounts = new Map(look.keys.accounts.map((account) => [account.accountId, account]));
  return {
    type: 'home',
    blocks: [
      header('Needs you'),
      ...(needs.length === 0 && keys.length === 0
        ? [section('Nothing needs you right now.')]
        : needs.slice(0, 12).map((need) => section(`• ${need}`))),
      ...(needs.length > 12 ? [context(`${needs.length - 12} more below, at their connections.`)] : []),
      ...keys,
      ...scheduleHome(look),
      ...rotationsText(look.rotations),
      divider(),
      header('Connections'),
      ...(cards.length === 0 ? [section('No AWS account is connected yet.')] : []),
      ...cards.flatMap((connection, index) => [
        ...(index === 0 ? [] : [divider()]),
        ...card(look, connection, accounts.get(connection.accountId), admin),
      ]),
      ...paging(shown, pages),
      divider(),
      ...awsCard(admin),
      context(`As of ${moment(look.now)}. Open this tab again to refresh it.`),
    ],
  };
}

function strangersHome(look: HomeLook): HomeView {
  return {
    type: 'home',
    blocks: [
      header('Rekey'),
      section('Rekey looks after the AWS access keys of this workspace. You have no role here yet.'),
      ...keyNeeds(look.keys, look.now),
      section(
        `Ask an admin to give you one: ${look.admins.map(person).join(', ')}. \`/aws-help\` says what there is.`,
      ),
    ],
  };
}

/** Shown to a person whom Rekey refuses altogether. */
export function refusedHome(why: string): HomeView {
  return { type: 'home', blocks: [header('Rekey'), section(why)] };
}

function card(
  { watch, now }: Pick<HomeLook, 'watch' | 'now'>,
  connection: Connection,
  account: AccountLook | undefined,
  admin: boolean,
): KnownBlock[] {
  const alias = connection.accountAlias === null ? '' : ` (${words(connection.accountAlias)})`;
  const way =
    connection.accessKeyId === null
      ? `role ${code(connection.roleArn ?? '')}`
      : `access key ${code(connection.accessKeyId)}${ageText(connection, now)}`;
  const lines = [
    `${bold(connection.name)} · ${statusWords(connection)}`,
    ...(connection.description === '' ? [] : [words(cut(connection.description, 300))]),
    `Account ${code(connection.accountId)}${alias} by ${way}`,
    `Access keys: ${keysOfCard(account, now)}`,
    `Watched: ${watchOfCard(connection, watch.accounts.get(connection.accountId), now)}`,
  ];
  const menu = [
    option('Test', `test:${connection.id}`),
    ...(admin
      ? [
          option('Edit', `edit:${connection.id}`),
          option('Key policy', `policy:${connection.id}`),
          option('Replace credentials', `replace:${connection.id}`),
          option('Disconnect', `disconnect:${connection.id}`),
        ]
      : []),
  ];
  const owners = connection.owners.length === 0 ? 'nobody yet' : connection.owners.map(person).join(', ');
  const alerts =
    connection.alertChannel === null ? 'the workspace’s channel' : channel(connection.alertChannel);
  return [
    // Nothing can be done with a connection that is on its way out.
    section(
      lines.join('\n'),
      connection.state === 'disconnecting' ? undefined : overflow(CONNECTION_MENU, menu),
    ),
    context(`Owners: ${owners} · Alerts: ${alerts} · ${checkText(connection, now)}`),
  ];
}

/** In words, never by colour alone. */
function statusWords(connection: Connection): string {
  if (connection.state === 'disconnecting') return 'Disconnecting';
  switch (connection.lastCheck?.status) {
    case 'verified':
      return 'Working';
    case 'rejected':
      return `Not working: ${words(connection.lastCheck.diagnosis.what)}`;
    case 'unknown':
      return `Unknown: ${words(connection.lastCheck.diagnosis.what)}`;
    case undefined:
      return 'Not checked yet';
  }
}

function ageText(connection: Connection, now: number): string {
  return connection.keyCreatedAt === null
    ? ', age unknown'
    : `, ${span(Math.max(0, now - connection.keyCreatedAt))} old`;
}

function checkText(connection: Connection, now: number): string {
  const check = connection.lastCheck;
  if (check === null) return 'not checked yet';
  const at = check.status === 'verified' ? check.report.checkedAt : check.checkedAt;
  const ago = `checked ${span(Math.max(0, now - at))} ago`;
  if (check.status !== 'verified') return ago;
  const can = CAPABILITIES.filter((name) => check.report.capabilities[name].answer === 'yes');
  return `${ago} · can ${can.map((name) => name.replace('_', ' ')).join(', ') || 'do nothing yet'}`;
}

function paging(page: number, pages: number): KnownBlock[] {
  if (pages === 1) return [];
  return [
    context(`Page ${page + 1} of ${pages}`),
    actions('home.paging', [
      ...(page > 0 ? [button('Previous', `${HOME_PAGE}.previous`, { value: String(page - 1) })] : []),
      ...(page < pages - 1 ? [button('Next', `${HOME_PAGE}.next`, { value: String(page + 1) })] : []),
    ]),
  ];
}

function awsCard(admin: boolean): KnownBlock[] {
  return [
    header('AWS'),
    section(
      'Connect an AWS account by a role or an access key. Rekey verifies it first, and keeps any secret sealed.',
    ),
    admin
      ? actions('home.aws', [
          button('Connect', HOME_CONNECT, { style: 'primary', about: 'Connect an AWS account' }),
          button('Settings', HOME_SETTINGS),
        ])
      : context('Connecting takes the role admin.'),
  ];
}
