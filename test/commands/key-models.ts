import type { ModalView } from '@slack/types';
import { printState } from '../../commands/key-state.ts';
import { hoursForm } from '../../commands/modals/hours-form.ts';
import { keyChoicesForm } from '../../commands/modals/key-choices-form.ts';
import { keyView } from '../../commands/modals/key-view.ts';
import { MOST_OWNER_RULES } from '../../src/handlers/owner-rules.ts';
import { ownerRuleForm, ownersView } from '../../commands/modals/owner-rules-view.ts';
import { policyForm } from '../../commands/modals/policy-form.ts';
import { rotateByHand } from '../../commands/modals/rotate-by-hand.ts';
import type { KeySettingsLook } from '../../commands/modals/settings-view.ts';
import { snoozeForm } from '../../commands/modals/snooze-form.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { Finding, FindingCode } from '../../src/domain/finding.ts';
import type { AccountInventory, IamUser, InventoryKey, KeyEvent } from '../../src/domain/inventory.ts';
import { EVERY_KEY, FINDING_WORDS } from '../../src/domain/key-query.ts';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';
import type { KeyStanding } from '../../src/domain/key-standing.ts';
import type { LastUse } from '../../src/domain/last-use.ts';
import { DEFAULT_WORKING_HOURS } from '../../src/domain/working-hours.ts';
import type { HomeKeys } from '../../src/handlers/look-home-keys.ts';
import type { KeyLook } from '../../src/handlers/look-key.ts';
import { FIRST_PAGE, KEYS_PAGE, type AccountLook, type KeysLook } from '../../src/handlers/look-keys.ts';
import type { KeyRow } from '../../src/ports/inventory.ts';
import type { Message } from '../../src/ports/slack.ts';
import { exportWords } from '../../commands/messages/key-export.ts';
import { keyList } from '../../commands/messages/key-list.ts';
import { keyRow } from '../../src/slack/blocks/keys.ts';
import * as samples from '../db/key-samples.ts';
import { NOW, type Outside } from './outside.ts';

const DAY = 86_400_000;
const ID = 'AKIAIOSFODNN7EXAMPLE';
const OTHER = 'AKIAI44QH8DHBEXAMPLE';
const ACCOUNT = '123456789012';

const CODES: readonly FindingCode[] = Object.values(FINDING_WORDS);

function findings(): Finding[] {
  return CODES.map((code, at) => ({
    code,
    severity: at % 2 === 0 ? 'high' : 'low',
    at: code === 'due_soon' ? NOW + 3 * DAY : NOW - 3 * DAY,
    propose: code === 'unused' ? 'deactivate' : code === 'inactive_long' ? 'delete' : null,
  }));
}

function keyOf(outside: Outside, over: Partial<InventoryKey> = {}): InventoryKey {
  return samples.key({
    accessKeyId: ID,
    userName: outside.path,
    createdAt: NOW - 200 * DAY,
    description: outside.description,
    lastUse: { kind: 'used', at: NOW - DAY, service: outside.alias, region: outside.alias, asOf: NOW },
    firstSeenAt: NOW - 100 * DAY,
    statusSince: NOW - 100 * DAY,
    ...over,
  });
}

const OWNERS = [
  { kind: 'user', userId: 'U0ADMIN' },
  { kind: 'group', groupId: 'S0GROUP' },
  { kind: 'user', userId: 'U0VIEWER' },
  { kind: 'user', userId: 'U0OTHER' },
] as const;

function standingOf(outside: Outside, over: Partial<KeyStanding> = {}): KeyStanding {
  return samples.standing(ID, 10, [], [...OWNERS], {
    findings: findings(),
    kind: { kind: 'managed_elsewhere', from: 'guess', managedBy: outside.alias },
    snoozedUntil: NOW + DAY,
    assessedAt: NOW,
    ...over,
  });
}

function lastUses(outside: Outside): LastUse[] {
  return [
    { kind: 'not_seen', asOf: NOW },
    { kind: 'unknown', why: outside.description, since: NOW - DAY, last: null },
  ];
}

function rowsOf(outside: Outside): KeyRow[] {
  const nobody = { known: false, why: outside.description } as const;
  const odd = lastUses(outside).map((lastUse) => ({
    key: keyOf(outside, { lastUse, status: 'Inactive' }),
    standing: standingOf(outside, { ownership: nobody }),
  }));
  const plain = { key: keyOf(outside), standing: standingOf(outside) };
  return [
    ...odd,
    { key: keyOf(outside), standing: null },
    ...Array.from({ length: KEYS_PAGE - 3 }, () => plain),
  ];
}

function inventoryOf(outside: Outside): AccountInventory {
  const gap = {
    what: 'last_use',
    subject: outside.path,
    why: outside.description,
    since: NOW - DAY,
  } as const;
  return samples.account({
    users: 300,
    keys: 320,
    sweptAt: NOW - DAY,
    gaps: [gap, { ...gap, what: 'tags' }, { ...gap, what: 'report', subject: null }],
    running: {
      id: 's',
      kind: 'full',
      startedAt: NOW - DAY,
      listedAt: NOW - DAY,
      cursor: null,
      planned: 300,
      done: 40,
      gaps: [],
      heldBy: null,
      heldUntil: NOW,
    },
    trouble: { why: outside.description, since: NOW - DAY },
  });
}

function accountsOf(outside: Outside, count = 1): AccountLook[] {
  return Array.from({ length: count }, (_, at) => ({
    accountId: at === 0 ? ACCOUNT : `${100_000_000_000 + at}`,
    name: outside.name,
    connected: at !== 3,
    inventory: at === 2 ? null : inventoryOf(outside),
  }));
}

function listOf(outside: Outside, over: Partial<KeysLook> = {}): KeysLook {
  return {
    query: EVERY_KEY,
    rows: rowsOf(outside),
    place: FIRST_PAGE,
    hasPrevious: true,
    hasNext: true,
    total: 40,
    all: 320,
    accounts: accountsOf(outside, 7),
    names: new Map([[ACCOUNT, outside.name]]),
    roles: ['admin'],
    now: NOW,
    ...over,
  };
}

function listMessage(look: KeysLook, said: string | null = null): Message {
  const state = printState(
    { ...look.query, userName: 'x'.repeat(80), findings: CODES },
    { after: { urgency: 1e15, accessKeyId: 'A'.repeat(128) } },
    99,
    NOW,
  );
  return keyList(look, { here: state, previous: state, next: state }, said);
}

/** The lists, the reasons for empty ones, rows with buttons, and the heads of exports, by name. */
export function keyMessagesOf(outside: Outside): [name: string, message: Message][] {
  const query = {
    ...EVERY_KEY,
    accountId: ACCOUNT,
    userName: outside.alias,
    owner: OWNERS[1],
    status: 'Inactive',
    olderDays: 90,
    findings: CODES,
    snoozed: true,
    accessKeyId: 'AKIA',
  } as const;
  const none = { rows: [], total: 0, hasPrevious: false, hasNext: false };
  const head = {
    query,
    accounts: accountsOf(outside, 7),
    names: new Map([[ACCOUNT, outside.name]]),
    total: 2_000,
    sent: 1_000,
    now: NOW,
  };
  const [account] = accountsOf(outside);
  const empty = (inventory: AccountInventory | null): KeysLook =>
    listOf(outside, {
      ...none,
      all: 0,
      accounts: account === undefined ? [] : [{ ...account, inventory }],
    });
  return [
    ['keys', listMessage(listOf(outside, { accounts: accountsOf(outside, 2) }))],
    ['keys, filtered', listMessage(listOf(outside, { query }), `*${outside.name.slice(0, 0)}Done.*`)],
    ['keys, none matches', listMessage(listOf(outside, { ...none, query }))],
    ['keys, nothing connected', listMessage(listOf(outside, { ...none, all: 0, accounts: [] }))],
    [
      'keys, that account is not connected',
      listMessage(listOf(outside, { ...none, all: 0, accounts: [], query, roles: ['viewer'] })),
    ],
    ['keys, never swept', listMessage(empty(null))],
    ['keys, being swept', listMessage(empty({ ...inventoryOf(outside), trouble: null, sweptAt: null }))],
    ['keys, sweep failed', listMessage(empty({ ...inventoryOf(outside), running: null }))],
    ['keys, no key there', listMessage(empty(samples.account({ users: 1, keys: 0, sweptAt: NOW - DAY })))],
    [
      'key row with buttons',
      {
        text: 'A row',
        blocks: rowsOf(outside)
          .slice(0, 1)
          .flatMap((row) => keyRow(row, NOW, { names: new Map(), actions: 'buttons' })),
      },
    ],
    [
      'key row without',
      {
        text: 'A row',
        blocks: keyRow(rowsOf(outside)[0] ?? never(), NOW, { names: new Map(), actions: 'none' }),
      },
    ],
    ['export as a file', exportWords.fileMessage(head)],
    ...exportWords
      .pages(head, ['a,b', `${outside.path},${outside.description}`])
      .map((message, at): [string, Message] => [`export, page ${at}`, message]),
  ];
}

function never(): never {
  throw new Error('There are rows.');
}

function userOf(outside: Outside): IamUser {
  return samples.user({
    userId: 'AIDA1',
    userName: outside.path,
    arn: `arn:aws:iam::${ACCOUNT}:user/${outside.path}`,
    tags: {
      known: true,
      value: Object.fromEntries(
        Array.from({ length: 50 }, (_, at) => [`${outside.alias}${at}`, outside.description]),
      ),
      asOf: NOW,
    },
    console: { known: false, why: outside.description, since: NOW - DAY },
    quarantine: { known: true, value: [outside.alias], asOf: NOW },
  });
}

const EVENTS: readonly KeyEvent['what'][] = [
  'first_seen',
  'status',
  'used',
  'gone',
  'kind',
  'owners',
  'policy',
  'snoozed',
  'snooze_ended',
  'reminded',
  'deleted',
];

function historyOf(outside: Outside): KeyEvent[] {
  return EVENTS.map((what, at) =>
    samples.keyEvent({
      id: `e${at}`,
      what,
      at: NOW - at * DAY,
      userId: at % 2 === 0 ? 'U0ADMIN' : null,
      detail: {
        to: what === 'kind' ? 'decoy' : outside.alias,
        from: outside.alias,
        service: outside.alias,
        reason: outside.description,
        until: NOW,
        usedAt: NOW - DAY,
        maxAgeDays: 30,
        status: 'Active',
        audience: at % 2 === 0 ? outside.alias : 'channel:C0ALERTS',
        stage: `over_age before:7, unused new, ${outside.alias}`,
      },
    }),
  );
}

/** Everything of one key. */
export function keyLookOf(outside: Outside, over: Partial<KeyLook> = {}): KeyLook {
  const [account = never()] = accountsOf(outside);
  return {
    key: keyOf(outside),
    standing: standingOf(outside),
    user: userOf(outside),
    others: [{ key: keyOf(outside, { accessKeyId: OTHER, status: 'Inactive' }), standing: null }],
    choices: samples.choices({
      accessKeyId: ID,
      kind: 'decoy',
      owners: [...OWNERS],
      policy: { maxAgeDays: 30 },
    }),
    snooze: samples.snooze({
      id: 's1',
      accessKeyId: ID,
      reason: outside.description,
      by: 'U0ADMIN',
      at: NOW,
      until: NOW + DAY,
    }),
    policy: DEFAULT_KEY_POLICY,
    history: historyOf(outside),
    moreHistory: true,
    account,
    now: NOW,
    maySnooze: true,
    mayContain: true,
    mayChoose: true,
    mayDelete: over.standing === undefined && over.key === undefined,
    ...over,
  };
}

/** What the settings say of keys. */
export function keySettings(outside: Outside): KeySettingsLook {
  return {
    hours: DEFAULT_WORKING_HOURS,
    tags: { owners: [outside.alias], kind: outside.alias },
    rules: 2,
    connections: [{ id: '01k0000000000000000000000a', name: outside.name }],
  };
}

/** Home with as much to say of keys as it can have. */
export function homeKeysOf(outside: Outside): HomeKeys {
  const accounts = accountsOf(outside, 7);
  const [account = never()] = accounts;
  const rows = (first: string): KeyRow[] =>
    ['1', '2', '3'].map((digit) => ({
      key: keyOf(outside, { accessKeyId: `AKIA${first}${digit}` }),
      standing: standingOf(outside),
    }));
  return {
    accounts,
    own: rows('A'),
    moreOwn: true,
    mayList: true,
    urgent: rows('B'),
    found: new Map(CODES.map((code) => [code, 12])),
    ofAccounts: [{ account, finding: { code: 'root_key', severity: 'high', at: null, propose: null } }],
  };
}

/** Every window about keys, by name. */
export function keyViewsOf(outside: Outside, connection: Connection): [name: string, view: ModalView][] {
  const look = keyLookOf(outside);
  const bare = keyLookOf(outside, {
    standing: null,
    user: null,
    others: [],
    choices: null,
    snooze: null,
    history: [],
    moreHistory: false,
    maySnooze: false,
    mayContain: false,
    mayChoose: false,
  });
  const gone = keyLookOf(outside, {
    key: keyOf(outside, { goneAt: NOW, status: 'Inactive' }),
  });
  const groups = { groups: [{ groupId: 'S0GROUP', handle: outside.alias, name: outside.name }] };
  const noGroups = { why: 'This workspace’s plan has no user groups.' };
  const policy = { ...DEFAULT_KEY_POLICY, onCallGroup: 'S0GROUP', requiredTags: [outside.alias] };
  const kept = samples.keptPolicy({ connectionId: connection.id, policy });
  const policyLook = { connection, policy, version: 1, kept, overruledBy: connection };
  const unset = { connection, policy: DEFAULT_KEY_POLICY, version: 0, kept: null, overruledBy: null };
  const hit = { accessKeyId: ID, userName: outside.path, codes: CODES };
  const preview = {
    keys: 6_000,
    hit: 120,
    hitNow: 100,
    newly: 30,
    counts: CODES.map((code) => ({ code, wanted: 2, present: 1 })),
    first: Array.from({ length: 10 }, () => hit),
    partly: true,
    readAt: null,
  };
  const rules = Array.from({ length: MOST_OWNER_RULES }, (_, at) =>
    samples.ownerRule({ id: `r${at}`, pattern: outside.path, owners: [...OWNERS], createdBy: outside.alias }),
  );
  const names = new Map([[ACCOUNT, outside.name]]);
  const tags = { owners: [outside.alias], kind: outside.alias };
  const hours = { channelId: null, hours: DEFAULT_WORKING_HOURS, own: false, said: null };
  return [
    ['key', keyView(look, 'Saved.')],
    ['key, little known', keyView(bare, null)],
    ['key, gone', keyView(gone, null)],
    ['key, nothing found', keyView({ ...bare, standing: standingOf(outside, { findings: [] }) }, null)],
    ['rotate by hand', rotateByHand(bare)],
    ['rotate by hand, two keys', rotateByHand(look)],
    [
      'rotate by hand, both Active',
      rotateByHand({ ...look, others: [{ key: keyOf(outside, { accessKeyId: OTHER }), standing: null }] }),
    ],
    ['snooze', snoozeForm(bare)],
    ['snooze again', snoozeForm(look)],
    ['kind, owners, limits', keyChoicesForm(look, groups)],
    ['kind, owners, limits, unset', keyChoicesForm(bare, noGroups)],
    [
      'policy',
      policyForm({ look: unset, policy: unset.policy, groups: noGroups, preview: null, said: null }),
    ],
    [
      'policy, previewed',
      policyForm({ look: policyLook, policy, groups, preview, said: '*Not saved yet.*' }),
    ],
    [
      'policy that hits nothing',
      policyForm({
        look: unset,
        policy: unset.policy,
        groups,
        preview: { ...preview, hit: 0, newly: 0, counts: [], first: [], partly: false, readAt: NOW },
        said: null,
      }),
    ],
    ['owners', ownersView({ rules: rules.slice(0, 2), tags, names, said: 'Saved.' })],
    ['owners, as many as there may be', ownersView({ rules, tags, names, said: null })],
    ['owners, no rule', ownersView({ rules: [], tags: { owners: [], kind: 'k' }, names, said: null })],
    ['add a rule', ownerRuleForm(accountsOf(outside, 7), groups)],
    ['add a rule without groups', ownerRuleForm([], noGroups)],
    ['hours', hoursForm(hours)],
    ['hours of a channel', hoursForm({ ...hours, channelId: 'C0ALERTS', own: true, said: 'Saved.' })],
  ];
}
