import type { ModalView } from '@slack/types';
import { containmentList } from '../../commands/messages/containment-list.ts';
import { containForm, type ContainModel } from '../../commands/modals/contain-form.ts';
import { containmentView, takeBackForm } from '../../commands/modals/containment-view.ts';
import type { ContainmentCard } from '../../src/domain/containment-card.ts';
import type { Containment, ContainmentHolder, PartStanding } from '../../src/domain/containment.ts';
import { NOTHING_READ } from '../../src/domain/containment.ts';
import { known } from '../../src/domain/known.ts';
import type { ContainFacts } from '../../src/handlers/containments/look.ts';
import type { Message } from '../../src/ports/slack.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { containment } from '../db/containment-samples.ts';
import { NOW, type Outside } from './outside.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';

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
    ['refused', card({ state: 'refused', refusal: { ...refused, why: outside.description } })],
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
    ['undo what was recovered', takeBackForm({ ...card, containment: judgedRow(outside) }, 'undo')],
    ['recover a user', takeBackForm(card, 'recover')],
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
    ...(['joined', 'undone', 'recovered'] as const).map((kind): [string, Message] => [
      `containment ${kind} line`,
      presenter.containmentLine({ kind, ...said }, row),
    ]),
    ['containment stopped line', presenter.containmentLine({ kind: 'stopped', by: 'U0ADMIN', at: NOW }, row)],
    [
      'containment confirmed line',
      presenter.containmentLine({ kind: 'confirmed', at: NOW, afterMs: 3_100 }, row),
    ],
    ['containment over line', presenter.containmentLine({ kind: 'over', containment: row }, row)],
    ['containment accepted line', presenter.containmentLine({ kind: 'accepted', containment: row }, row)],
  ];
}
