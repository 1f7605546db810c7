import type { ModalView } from '@slack/types';
import { containmentList } from '../../commands/messages/containment-list.ts';
import { containForm, type ContainModel } from '../../commands/modals/contain-form.ts';
import { containmentView, leaveForm, takeBackForm } from '../../commands/modals/containment-view.ts';
import { roleApproveForm, roleAskForm, roleLiftForm } from '../../commands/modals/role-forms.ts';
import type { RoleRevocation } from '../../src/domain/role-revocation.ts';
import type { AssumedRole, MadeThing, Surroundings } from '../../src/domain/surroundings.ts';
import type { RoleFacts } from '../../src/handlers/containments/roles/role-facts.ts';
import type { ContainmentCard, ContainmentLine } from '../../src/domain/containment-card.ts';
import type { Containment, ContainmentHolder, PartStanding } from '../../src/domain/containment.ts';
import { NOTHING_READ } from '../../src/domain/containment.ts';
import { known } from '../../src/domain/known.ts';
import type { ContainFacts } from '../../src/handlers/containments/look.ts';
import type { Message } from '../../src/ports/slack.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { containment } from '../db/containment-samples.ts';
import { NOW, type Outside } from './outside.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';

/** More than a list of Slack's takes. */
function manyReasons({ holders }: Containment): readonly ContainmentHolder[] {
  return Array.from({ length: 20 }, () => holders).flat();
}

/** A containment of a user, told in texts from outside. */
function rowOf(outside: Outside, changes: Partial<Containment> = {}): Containment {
  const holder = (id: string, more: Partial<ContainmentHolder> = {}): ContainmentHolder => ({
    id,
    incidentId: null,
    accessKeyId: KEY,
    kind: 'stolen',
    by: 'U0ADMIN',
    hostUser: null,
    at: NOW,
    reason: outside.description,
    phase: 'held',
    taken: null,
    ...more,
  });
  const failed: PartStanding = {
    reads: 0,
    failure: {
      action: 'iam:PutUserPolicy',
      code: 'unexpected',
      said: outside.reference,
      at: NOW,
      retryAt: NOW,
    },
  };
  return containment({
    state: 'holding',
    userName: outside.alias,
    holders: [
      ...Array.from({ length: 7 }, (_, at) => holder(`h${at}`)),
      holder('gone', {
        phase: 'undone',
        by: null,
        hostUser: outside.alias,
        taken: { by: 'U0ADMIN', at: NOW, reason: outside.description },
      }),
    ],
    keys: [
      { accessKeyId: KEY, before: 'Inactive' },
      { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', before: 'gone' },
    ],
    parts: { key: { reads: 3, failure: null }, deny: failed, date: failed },
    deny: { way: 'inline', attached: true, inline: true },
    deniedBefore: true,
    dateDeny: { issuedBefore: NOW, until: NOW + 1_000 },
    quarantine: [`AWSCompromisedKeyQuarantine${outside.name}`],
    events: (
      [
        'put_back',
        'left_on',
        'new_key',
        'new_policy',
        'new_inline',
        'more_new',
        'gone_key',
        'gone_user',
        'other_user',
        'renamed_user',
      ] as const
    ).flatMap((what) => [
      { at: NOW, what, about: outside.path },
      { at: NOW, what, about: 'deny' },
    ]),
    eventsMore: 900,
    putBack: 1_234,
    sentAt: NOW,
    confirmedAt: NOW,
    heldUntil: NOW + 60_000,
    trouble: failed.failure,
    around: around(outside),
    proof: {
      since: NOW,
      completeTo: null,
      why: outside.description,
      accepted: 3,
      lastAcceptedAt: NOW,
      calls: Array.from({ length: 4 }, () => outside.reference),
      refused: 9,
      checkedAt: NOW,
    },
    ...changes,
  });
}

const ROLE = 'arn:aws:iam::111122223333:role/ci/deploy';

/** What CloudTrail shows, in names that a thief may choose. */
function around(outside: Outside): Surroundings {
  const role = (arn: string, name: string): AssumedRole => ({
    arn,
    name,
    accountId: '111122223333',
    sessions: 3,
    lastAt: NOW,
    by: outside.reference,
  });
  const kinds = ['key', 'user', 'password', 'role', 'trust', 'rights', 'undoing'] as const;
  return {
    completeTo: null,
    why: outside.description,
    checkedAt: NOW,
    nextAt: NOW,
    sessions: [],
    roles: [
      role(ROLE, 'deploy'),
      role(`arn:aws:iam::111122223333:role/${outside.path}`, outside.alias),
      ...Array.from({ length: 12 }, (_, at) => role(`${ROLE}${at}`, `deploy${at}`)),
    ],
    made: kinds.flatMap((kind, at): MadeThing[] => [
      {
        id: kind,
        kind,
        name: kind === 'key' ? 'AKIAI44QH8DHBEXAMPLE' : outside.reference,
        on: outside.reference,
        at: NOW,
        by: outside.reference,
        byKey: at % 2 === 0 ? 'AKIAI44QH8DHBEXAMPLE' : outside.alias,
        own: at % 3 === 0,
      },
    ]),
    more: 7,
  };
}

function revocationOf(outside: Outside, changes: Partial<RoleRevocation> = {}): RoleRevocation {
  return {
    id: 'r1',
    accountId: '111122223333',
    roleName: 'deploy',
    roleArn: ROLE,
    containmentId: 'c1',
    state: 'asked',
    asked: { by: 'U0ADMIN', at: NOW, reason: outside.description },
    decided: null,
    lifted: null,
    issuedBefore: null,
    until: null,
    reads: 0,
    putBack: 0,
    lastPutBackAt: null,
    failure: null,
    sentAt: null,
    confirmedAt: null,
    stateAt: NOW,
    nextAt: null,
    leaseOwner: null,
    leaseUntil: 0,
    correlationId: 'x',
    version: 1,
    ...changes,
  };
}

/** As it may stand. */
function revocationsOf(outside: Outside): RoleRevocation[] {
  const word = { by: 'U0OTHER', at: NOW, reason: outside.description };
  const on = { issuedBefore: NOW, until: NOW + 1_000, decided: word };
  const failure = {
    action: 'iam:PutRolePolicy',
    code: 'unexpected',
    said: outside.reference,
    at: NOW,
    retryAt: NOW,
  };
  return [
    revocationOf(outside),
    revocationOf(outside, { ...on, state: 'asked' }),
    revocationOf(outside, { state: 'declined', decided: word }),
    revocationOf(outside, { ...on, state: 'revoking', failure }),
    revocationOf(outside, { ...on, state: 'revoked', reads: 3 }),
    revocationOf(outside, { ...on, state: 'revoking', putBack: 2, lastPutBackAt: NOW }),
    revocationOf(outside, { ...on, state: 'lifting', lifted: word, failure, nextAt: NOW }),
    revocationOf(outside, { state: 'lifted', decided: word, lifted: { ...word, by: null } }),
    revocationOf(outside, { state: 'gone', decided: word }),
  ];
}

/** Windows about the sessions of a role. */
function roleViewsOf(outside: Outside): [name: string, view: ModalView][] {
  const containment = rowOf(outside);
  const [role] = containment.around?.roles ?? [];
  if (role === undefined) return [];
  const facts: RoleFacts = {
    detail: {
      roleId: 'AROA1',
      arn: ROLE,
      longestMs: 3_600_000,
      lastUsed: { at: NOW, region: outside.reference },
      trust: '{}',
    },
    services: [outside.reference],
    others: Array.from({ length: 12 }, () => outside.path),
    consoleDeny: '{}',
    trouble: outside.description,
    assumed: Array.from({ length: 12 }, (_, count) => ({ by: outside.path, count })),
  };
  const card = { containment, accountName: outside.name, now: NOW };
  const model = { card, role, revocation: null, facts };
  const unread = {
    ...facts,
    detail: null,
    services: [],
    others: [],
    consoleDeny: null,
    assumed: outside.description,
  };
  return [
    ['revoke sessions, first frame', roleAskForm({ ...model, facts: null })],
    ['revoke sessions', roleAskForm(model)],
    ['revoke sessions, not read', roleAskForm({ ...model, facts: unread })],
    ...revocationsOf(outside).flatMap((revocation, at): [string, ModalView][] => [
      [`approve revoking ${at}`, roleApproveForm({ ...model, revocation }, 'U0OTHER')],
      [`undo revoking ${at}`, roleLiftForm({ ...model, revocation })],
    ]),
    [
      'approve what one asked for',
      roleApproveForm({ ...model, revocation: revocationOf(outside) }, 'U0ADMIN'),
    ],
  ];
}

/** What was found around a contained user, and what became of roles' sessions. */
function aroundMessagesOf(outside: Outside): [name: string, message: Message][] {
  const row = rowOf(outside);
  const things = row.around?.made ?? [];
  const line = (each: ContainmentLine): Message => presenter.containmentLine(each, row);
  const whats = [
    'asked',
    'approved',
    'declined',
    'revoked',
    'put_back',
    'failed',
    'gone',
    'lifting',
    'lifted',
  ] as const;
  return [
    ['made', line({ kind: 'made', things, completeTo: NOW, more: 3 })],
    [
      'many made',
      line({
        kind: 'made',
        things: [...things, ...things].slice(0, 12),
        completeTo: null,
        more: 0,
      }),
    ],
    ['roles assumed', line({ kind: 'roles', roles: row.around?.roles ?? [] })],
    ...whats.map((what, at): [string, Message] => [
      `revocation ${what}`,
      line({ kind: 'revocation', what, revocation: revocationsOf(outside)[at] ?? revocationOf(outside) }),
    ]),
  ];
}

/** Some reasons were recovered already, and the user has keys that nobody holds. */
function judgedRow(outside: Outside): Containment {
  const row = rowOf(outside);
  const fresh = Array.from({ length: 12 }, (_, at) => `AKIAFRESH${`${at}`.padStart(11, '0')}`);
  return {
    ...row,
    holders: row.holders.map((holder, at) =>
      at % 2 === 0 && holder.phase === 'held'
        ? { ...holder, phase: 'recovered', taken: { by: 'U0ADMIN', at: NOW, reason: outside.description } }
        : holder,
    ),
    seenKeys: [KEY, ...fresh],
    events: [{ at: NOW, what: 'new_key', about: fresh.at(-1) ?? '' }],
  };
}

const refused = { why: 'why', next: 'next' };

function cardsOf(outside: Outside): [name: string, card: ContainmentCard][] {
  const card = (changes: Partial<Containment>): ContainmentCard => ({
    containment: rowOf(outside, changes),
    accountName: outside.name,
    now: NOW,
  });
  const confirmed = { reads: 3, failure: null };
  const whole = { parts: { key: confirmed, deny: confirmed, date: confirmed }, trouble: null } as const;
  const proof = rowOf(outside).proof;
  return [
    ['with everything', card({})],
    ['confirmed', card({ ...whole, proof: null })],
    ['proven', card({ ...whole, proof: proof && { ...proof, accepted: 0, completeTo: NOW + 5 } })],
    ['not yet proven', card({ ...whole, proof: proof && { ...proof, accepted: 0, completeTo: NOW - 5 } })],
    ['not to be proven', card({ ...whole, proof: proof && { ...proof, accepted: 0 } })],
    ...(
      ['finding', 'acting', 'standing', 'undoing', 'recovering', 'recovered', 'undone', 'ended'] as const
    ).map((state): [string, ContainmentCard] => [state, card({ state, parts: NOTHING_READ })]),
    ...(['standing', 'undoing'] as const).map((state): [string, ContainmentCard] => [
      `${state}, out of reach`,
      card({
        state,
        trouble: { action: '', code: 'nobody', said: outside.description, at: NOW, retryAt: NOW },
      }),
    ]),
    [
      'closed as it is',
      card({ state: 'ended', left: { by: 'U0ADMIN', at: NOW, reason: outside.description } }),
    ],
    ['refused', card({ state: 'refused', refusal: { ...refused, why: outside.description } })],
    ...revocationsOf(outside).map((revocation, at): [string, ContainmentCard] => [
      `with a revocation ${at}`,
      { ...card(whole), revocations: [revocation] },
    ]),
    [
      'whose key could not be read',
      card({
        keys: [{ accessKeyId: KEY, before: 'unknown', sent: { status: 'Inactive', at: NOW } }],
        parts: NOTHING_READ,
      }),
    ],
    ['whose key was deleted', card({ ...whole, keys: [{ accessKeyId: KEY, before: 'Active', missed: 3 }] })],
    ['that was not held', card({ state: 'standing', parts: NOTHING_READ, events: [] })],
  ];
}

function factsOf(outside: Outside): ContainFacts {
  return {
    accessKeyId: KEY,
    accountId: '111122223333',
    accountName: outside.name,
    connected: false,
    userName: outside.alias,
    isRoot: true,
    status: 'Inactive',
    lastUse: { kind: 'unknown', why: outside.description, since: NOW, last: null },
    ownership: { known: false, why: outside.description },
    kind: null,
    others: [{ accessKeyId: 'AKIAI44QH8DHBEXAMPLE', status: 'Active' }],
    quarantine: [outside.reference],
    signsAs: [outside.name],
    able: 0,
    rotating: true,
    containment: rowOf(outside),
    trouble: outside.description,
  };
}

function modelsOf(outside: Outside): [name: string, model: ContainModel][] {
  const facts = factsOf(outside);
  const users = Array.from({ length: 12 }, (_, at) => ({
    network: outside.name,
    userAgent: outside.description,
    service: outside.reference,
    region: outside.path,
    lastAt: NOW,
    calls: at,
    ours: at === 3,
  }));
  const use = { accessKeyId: KEY, since: NOW, completeTo: known(NOW, NOW), users, lastAt: NOW };
  const model = {
    accessKeyId: KEY,
    incidentId: null,
    facts,
    callers: use,
    reason: outside.description,
    secretSeen: true,
    now: NOW,
  };
  return [
    ['contain, first frame', { ...model, facts: null, callers: null, reason: '' }],
    ['contain, with facts', { ...model, callers: null }],
    ['contain, with callers', model],
    ['contain, callers not read', { ...model, facts: { ...facts, able: 2, isRoot: false }, callers: 'No.' }],
  ];
}

/** Every window about containments, by name. */
export function containmentViewsOf(outside: Outside): [name: string, view: ModalView][] {
  const responder = { roles: ['responder'] } as const;
  const [, [, card]] = cardsOf(outside) as [unknown, [string, ContainmentCard]];
  return [
    ...modelsOf(outside).map(([name, model]): [string, ModalView] => [name, containForm(model)]),
    ...cardsOf(outside).map(([name, each]): [string, ModalView] => [
      `containment ${name}`,
      containmentView(each, responder, 'Done.'),
    ]),
    ['containment, to look at', containmentView(card, { roles: ['viewer'] }, null)],
    ['undo a containment', takeBackForm(card, 'undo')],
    [
      'undo what could not be read',
      takeBackForm(
        { ...card, containment: { ...card.containment, keys: [{ accessKeyId: KEY, before: 'unknown' }] } },
        'undo',
      ),
    ],
    ...roleViewsOf(outside),
    ['undo what was recovered', takeBackForm({ ...card, containment: judgedRow(outside) }, 'undo')],
    [
      'undo one of very many reasons',
      takeBackForm(
        { ...card, containment: { ...card.containment, holders: manyReasons(card.containment) } },
        'undo',
      ),
    ],
    ['recover a user', takeBackForm(card, 'recover')],
    ['close as it is', leaveForm(card.containment)],
    ['recover a user with other keys', takeBackForm({ ...card, containment: judgedRow(outside) }, 'recover')],
  ];
}

/** Every message about containments, by name. */
export function containmentMessagesOf(outside: Outside): [name: string, message: Message][] {
  const row = rowOf(outside);
  const said = { accessKeyId: KEY, by: null, hostUser: outside.alias, reason: outside.description, at: NOW };
  const many = Array.from({ length: 21 }, () => row);
  const names = new Map([[row.accountId, outside.name]]);
  return [
    ['no containments', containmentList([], names, NOW)],
    ['containments', containmentList(many, names, NOW)],
    ...cardsOf(outside).map(([name, card]): [string, Message] => [
      `containment ${name}`,
      presenter.containmentCard(card),
    ]),
    ...row.events.map((event, at): [string, Message] => [
      `containment event ${at}`,
      presenter.containmentLine({ kind: 'event', event }, row),
    ]),
    ...(['joined', 'again', 'undone', 'recovered'] as const).map((kind): [string, Message] => [
      `containment ${kind} line`,
      presenter.containmentLine({ kind, ...said }, row),
    ]),
    ['containment stopped line', presenter.containmentLine({ kind: 'stopped', by: 'U0ADMIN', at: NOW }, row)],
    [
      'containment confirmed line',
      presenter.containmentLine({ kind: 'confirmed', at: NOW, afterMs: 3_100 }, row),
    ],
    ['containment over line', presenter.containmentLine({ kind: 'over', containment: row }, row)],
    ...aroundMessagesOf(outside),
    ['containment accepted line', presenter.containmentLine({ kind: 'accepted', containment: row }, row)],
    ...cardsOf(outside).map(([name, { containment }]): [string, Message] => [
      `containment not done line, ${name}`,
      presenter.containmentLine({ kind: 'not_done', containment }, containment),
    ]),
  ];
}
