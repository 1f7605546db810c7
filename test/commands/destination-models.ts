import type { ModalView } from '@slack/types';
import { approvalView } from '../../commands/modals/approval-view.ts';
import { bindConfirm, bindForm, bindLooking } from '../../commands/modals/bind-form.ts';
import { destinationForm, kindForm } from '../../commands/modals/destination-form.ts';
import { checkWords, destinationView } from '../../commands/modals/destination-view.ts';
import { destinationsView } from '../../commands/modals/destinations-view.ts';
import { removeDestinationForm } from '../../commands/modals/remove-destination.ts';
import { webhookKeysView } from '../../commands/modals/webhook-keys-view.ts';
import { DESTINATION_KINDS, factsOf } from '../../src/destinations/index.ts';
import { approvalState, type ApprovalAsk } from '../../src/domain/approval.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { Binding, DestinationKind, KeptDestination } from '../../src/domain/destination.ts';
import { known, unknown } from '../../src/domain/known.ts';
import type { UserCheck } from '../../src/handlers/destinations/check.ts';
import type { DestinationLook } from '../../src/handlers/destinations/look.ts';
import type { Message } from '../../src/ports/slack.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { user as iamUser } from '../db/key-samples.ts';
import { binding, destination } from '../db/rotation-samples.ts';
import { NOW, type Outside } from './outside.ts';

const ACCOUNT = '123456789012';
const FIELDS = { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' };
const SECOND = ['U0BELA', 'U0CARA'];

const TARGETS: Readonly<Record<DestinationKind, KeptDestination['target']>> = {
  'secrets-manager': {
    region: 'eu-central-1',
    name: 'rekey/shop/deploy',
    mode: 'merge',
    fields: FIELDS,
    kmsKeyId: 'alias/rekey',
  },
  'ssm-parameter': {
    shape: 'two',
    region: 'eu-central-1',
    accessKeyIdName: '/rekey/shop/id',
    secretAccessKeyName: '/rekey/shop/secret',
    kmsKeyId: null,
  },
  webhook: { url: 'https://hooks.example.com/<!channel>/*token*?a=`b`' },
};

function destinationOf(outside: Outside, kind: DestinationKind): KeptDestination {
  return destination({
    id: '01k0000000000000000000000d',
    name: outside.name,
    kind,
    connectionId: kind === 'webhook' ? null : 'c1',
    target: TARGETS[kind],
    redeployHook: 'https://deploy.example.com/hook/<@U0EVIL>',
    createdBy: 'U0ADMIN',
    createdAt: NOW,
    changedBy: outside.alias,
    changedAt: NOW,
    version: 3,
  });
}

function bindingsOf(outside: Outside): Binding[] {
  const shared = { accountId: ACCOUNT, userName: outside.path.slice(0, 64), createdAt: NOW };
  const made = [
    { administrator: known(false, NOW) },
    { administrator: known(true, NOW) },
    { administrator: unknown(outside.description, NOW) },
    { administrator: known(true, NOW), approvedBy: 'U0BELA', approvedAt: NOW, destinationVersion: 3 },
    { administrator: known(true, NOW), approvedBy: 'U0BELA', approvedAt: NOW, destinationVersion: 2 },
  ];
  return made.map((over, at) =>
    binding({ id: `01k000000000000000000000b${at}`, createdBy: 'U0ADMIN', ...shared, ...over }),
  );
}

function lookOf(
  outside: Outside,
  kind: DestinationKind,
  connection: Connection,
  over: Partial<DestinationLook> = {},
): DestinationLook {
  const kept = destinationOf(outside, kind);
  const facts = factsOf(kind);
  return {
    destination: kept,
    kind: facts,
    place: facts.describe(kept.target),
    connection: facts.needsConnection ? connection : null,
    users: bindingsOf(outside).map((each, at) => ({
      binding: each,
      state: approvalState({
        destination: kept,
        binding: each,
        kind: facts,
        administrator: each.administrator,
      }),
      arn: at === 0 ? null : `arn:aws:iam::${ACCOUNT}:user/${outside.path}`,
      account: outside.name,
    })),
    secondPeople: SECOND,
    unsure: false,
    ...over,
  };
}

function checksOf(outside: Outside): UserCheck[] {
  const user = iamUser({
    userId: 'AIDA000000000000000A',
    userName: outside.path.slice(0, 64),
    arn: `arn:aws:iam::${ACCOUNT}:user/${outside.path}`,
  });
  return [
    { user, administrator: known(false, NOW), preflight: { answer: 'yes', warnings: [outside.description] } },
    {
      user,
      administrator: known(true, NOW),
      preflight: { answer: 'no', why: outside.description, mend: outside.reference },
    },
    {
      user,
      administrator: unknown(outside.description, NOW),
      preflight: { answer: 'unknown', why: outside.reference },
    },
  ];
}

/** Every window about destinations, by name. */
export function destinationViewsOf(
  outside: Outside,
  connection: Connection,
): [name: string, view: ModalView][] {
  const looks = DESTINATION_KINDS.map((kind) => lookOf(outside, kind, connection));
  const secret = lookOf(outside, 'secrets-manager', connection);
  const orphan = lookOf(outside, 'ssm-parameter', connection, { connection: null });
  const bare = lookOf(outside, 'webhook', connection, { users: [] });
  const alone = lookOf(outside, 'webhook', connection, { secondPeople: [] });
  const target = { id: secret.destination.id, seen: 3 };
  const bind = {
    target,
    name: outside.name,
    place: secret.place,
    checks: checksOf(outside),
    names: new Map([[ACCOUNT, outside.name]]),
    whys: [null, outside.description, outside.reference],
    secondPeople: SECOND,
    unsure: false,
  };
  const many = Array.from({ length: 8 }, () => checksOf(outside)[2] ?? never());
  const keys = [
    { id: 'a1b2c3', publicKey: `whpk_${'A'.repeat(43)}=` },
    { id: 'd4e5f6', publicKey: `whpk_${'B'.repeat(43)}=` },
  ];
  const fill = (count: number) => Array.from({ length: count }, (_, at) => secret.users[at % 5] ?? never());
  return [
    ['destinations', destinationsView([...looks, orphan, bare], 0, 'Removed.')],
    ['destinations, none', destinationsView([], 0, null)],
    [
      'destinations, more than a page',
      destinationsView(
        Array.from({ length: 70 }, () => secret),
        1,
        null,
      ),
    ],
    ...looks.map((look): [string, ModalView] => [
      `destination, ${look.kind.label}`,
      destinationView(look, checkWords(checksOf(outside), NOW)),
    ]),
    ['destination, nobody bound', destinationView(bare, null)],
    ['destination, its connection gone', destinationView(orphan, null)],
    ['destination, nobody else', destinationView(alone, null)],
    ['destination, not known who else', destinationView({ ...alone, unsure: true }, null)],
    ['destination, more than fit', destinationView({ ...secret, users: fill(40) }, null)],
    ['kind of destination', kindForm([connection])],
    ['kind of destination, nothing connected', kindForm([])],
    ...DESTINATION_KINDS.flatMap((kind): [string, ModalView][] => [
      [`new ${kind}`, destinationForm(kind, null, [connection])],
      [`change ${kind}`, destinationForm(kind, destinationOf(outside, kind), [connection])],
    ]),
    ['remove a destination', removeDestinationForm(secret)],
    ['remove a destination nobody uses', removeDestinationForm(bare)],
    ['bind', bindForm(target, outside.name)],
    ['bind, looking', bindLooking(3)],
    ['bind, confirm', bindConfirm(bind)],
    ['bind, nobody else', bindConfirm({ ...bind, secondPeople: [] })],
    ['bind, nobody needed', bindConfirm({ ...bind, whys: [null, null, null] })],
    [
      'bind, more than once',
      bindConfirm({ ...bind, checks: many, whys: many.map(() => outside.description) }),
    ],
    ...looks.map((look): [string, ModalView] => [`review, ${look.kind.label}`, approvalView(look, 'U0BELA')]),
    ['review, more than fit', approvalView({ ...secret, users: fill(40) }, 'U0BELA')],
    ['review by who made it', approvalView(secret, 'U0ADMIN')],
    ['review by who made it, alone', approvalView(alone, 'U0ADMIN')],
    ['review, nothing waits', approvalView(bare, 'U0BELA')],
    ['keys for webhooks', webhookKeysView(keys.slice(0, 1), null)],
    ['keys for webhooks, turning', webhookKeysView(keys, '*A new key was made.*')],
  ];
}

/** Every message about destinations, by name. */
export function destinationMessagesOf(outside: Outside): [name: string, message: Message][] {
  const asked = {
    userName: outside.path.slice(0, 64),
    arn: `arn:aws:iam::${ACCOUNT}:user/${outside.path}`,
    account: `${outside.name} (${ACCOUNT})`,
    why: outside.description,
    outcome: { what: 'waiting' },
  } as const;
  const ask: ApprovalAsk = {
    destinationId: '01k0000000000000000000000d',
    name: outside.name,
    kind: 'Webhook',
    place: 'webhook at hooks.example.com',
    connection: outside.name,
    hookHost: 'deploy.example.com',
    bindings: [asked],
    askedBy: 'U0ADMIN',
    changed: false,
    nobodyElse: false,
    unasked: null,
    unreadGroups: [],
  };
  const decided = (['approved', 'refused', 'withdrawn', 'changed'] as const).map((what) => ({
    ...asked,
    arn: null,
    outcome: { what, by: 'U0BELA' },
  }));
  return [
    ['approval asked', presenter.approvalMessage(ask)],
    [
      'approval asked after a change, with nobody',
      presenter.approvalMessage({ ...ask, changed: true, nobodyElse: true }),
    ],
    [
      'approval decided',
      presenter.approvalMessage({ ...ask, connection: null, hookHost: null, bindings: decided }),
    ],
    [
      'approval asked for more than fit',
      presenter.approvalMessage({ ...ask, bindings: Array.from({ length: 40 }, () => asked) }),
    ],
    [
      'approval refused',
      presenter.refusedMessage({
        name: outside.name,
        users: Array.from({ length: 5 }, () => asked.userName),
        by: 'U0BELA',
        why: outside.description,
      }),
    ],
    [
      'approval refused without a word',
      presenter.refusedMessage({ name: outside.name, users: [asked.userName], by: 'U0BELA', why: '' }),
    ],
  ];
}

function never(): never {
  throw new Error('The sample has it.');
}
