import type { ModalView } from '@slack/types';
import { brokeForm } from '../../commands/actions/aftermath-buttons.ts';
import { ownerForm } from '../../commands/actions/owner-answers.ts';
import { closedView, closeForm, expectForm } from '../../commands/modals/incident-forms.ts';
import { onCallForm } from '../../commands/modals/on-call-view.ts';
import { containmentView } from '../../commands/modals/containment-view.ts';
import type { ContainmentCard } from '../../src/domain/containment-card.ts';
import type { IncidentLook, KeptIncident } from '../../src/domain/incident.ts';
import { findingsToShow } from '../../src/domain/owner-question.ts';
import type { Unreached } from '../../src/domain/owner.ts';
import type { OwnerAsk } from '../../src/ports/people-presenter.ts';
import type { Message } from '../../src/ports/slack.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { containment } from '../db/containment-samples.ts';
import { keptIncident } from '../db/watch-samples.ts';
import { signal } from '../detections/signals.ts';
import { NOW, type Outside } from './outside.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';
const PEOPLE = Array.from({ length: 24 }, (_, at) => `U0P${at}`);
export const ON_CALL = {
  kind: 'group',
  id: 'S0ONCALL',
  least: 'high',
  setBy: 'U0ADMIN',
  setAt: NOW,
} as const;

function incidentOf(outside: Outside, changes: Partial<KeptIncident> = {}): KeptIncident {
  const places = { '192.0.2.9': { operator: outside.description, country: 'NL' } };
  return keptIncident({ subject: outside.path, userName: outside.alias, count: 99, places, ...changes });
}

function askOf(outside: Outside): OwnerAsk {
  const incident = incidentOf(outside);
  const signals = Array.from({ length: 5 }, (_, at) =>
    signal({
      id: `s${at}`,
      at: at === 1 ? null : NOW,
      title: outside.description,
      address: at === 2 ? null : '192.0.2.9',
      agent: at === 2 ? null : outside.description,
      region: at === 2 ? null : outside.reference,
      eventName: outside.alias,
      severity: at === 3 ? 'critical' : 'medium',
    }),
  );
  return {
    incident,
    accountName: outside.name,
    findings: findingsToShow(signals, incident.places),
    until: NOW,
  };
}

function cardOf(outside: Outside, changes: Partial<ContainmentCard['containment']> = {}): ContainmentCard {
  const reason = outside.description;
  const holder = (at: number) => ({
    id: `h${at}`,
    incidentId: at === 0 ? null : 'i1',
    accessKeyId: KEY,
    kind: 'stolen' as const,
    by: at % 2 === 0 ? `U0P${at}` : null,
    hostUser: at % 2 === 0 ? null : outside.alias,
    at: NOW,
    reason: at === 4 ? '' : reason,
    phase: 'held' as const,
    taken: at === 0 ? { by: 'U0ADMIN', at: NOW, reason } : null,
  });
  const confirmed = { reads: 3, failure: null };
  return {
    containment: containment({
      state: 'holding',
      userName: outside.alias,
      holders: Array.from({ length: 9 }, (_, at) => holder(at)),
      keys: [{ accessKeyId: KEY, before: 'Active' }],
      deny: { way: 'attached', attached: true, inline: false },
      parts: { key: confirmed, deny: confirmed, date: confirmed },
      confirmedAt: NOW,
      ...changes,
    }),
    accountName: outside.name,
    now: NOW,
  };
}

function planned(card: ContainmentCard): ContainmentCard {
  const holders = card.containment.holders.map((each) => ({ ...each, kind: 'planned' as const }));
  return { ...card, containment: { ...card.containment, holders, state: 'standing', deny: null } };
}

function outOf(outside: Outside): readonly Unreached[] {
  return [
    { owner: null, why: outside.description },
    { owner: { kind: 'group', groupId: 'S0TEAM' }, why: outside.description },
    ...PEOPLE.map((userId) => ({ owner: { kind: 'user', userId } as const, why: outside.reference })),
  ];
}

/** Every window of asking people, by name. */
export function peopleViewsOf(outside: Outside): [name: string, view: ModalView][] {
  const incident = incidentOf(outside);
  const closed = { verdict: 'ours', by: 'U0ADMIN', at: NOW, note: outside.description } as const;
  const look: IncidentLook = {
    incident,
    signals: [signal({ network: '192.0.2.0/24' })],
    ownership: null,
    accountName: outside.name,
    partition: 'aws',
    advice: {},
    containment: null,
    now: NOW,
  };
  const groups = { groups: [{ groupId: 'S0ONCALL', handle: 'on-call', name: outside.name }] };
  return [
    ['it was me', ownerForm(incident, 'me')],
    ['it was not me', ownerForm(incident, 'not_me')],
    ['something broke', brokeForm(cardOf(outside).containment)],
    ['close an incident, suggested', closeForm(look, 'false_alarm')],
    ['incident closed as ours', closedView('i1', 'ours')],
    ['incident closed as an attack', closedView('i1', 'attack')],
    ['this is us, closed already', expectForm({ ...look, incident: { ...incident, closed } })],
    ['on-call', onCallForm(ON_CALL, groups)],
    ['on-call, a person', onCallForm({ ...ON_CALL, kind: 'user', id: 'U0P1' }, { why: 'No groups.' })],
    ['on-call, none', onCallForm(null, groups)],
    ...closings(outside).map(([name, card]): [string, ModalView] => [
      `containment to close, ${name}`,
      containmentView(card, { roles: ['responder'] }, null),
    ]),
  ];
}

function closings(outside: Outside): [name: string, card: ContainmentCard][] {
  return (['attack', 'false_alarm', null] as const).map((verdict) => [
    `${verdict}`,
    { ...cardOf(outside, { state: 'standing' }), closing: { incidentId: 'i1', verdict } },
  ]);
}

/** Every message of asking people, by name. */
export function peopleMessagesOf(outside: Outside): [name: string, message: Message][] {
  const ask = askOf(outside);
  const { incident } = ask;
  const reason = outside.description;
  const answered = { kind: 'answered', by: 'U0P1', reason, at: NOW } as const;
  const closed = { verdict: 'attack', by: 'U0ADMIN', at: NOW, note: reason } as const;
  const card = cardOf(outside);
  const out = outOf(outside);
  const line = { by: 'U0P1', at: NOW, admins: PEOPLE } as const;
  const broke = { ...line, broken: { what: reason } };
  const well = { ...line, broken: null };
  return [
    ['was this you', presenter.ownerQuestion(ask)],
    ['was this you, of nothing kept', presenter.ownerQuestion({ ...ask, findings: [] })],
    ['was this you, it was', presenter.ownerQuestionOver(ask, { ...answered, answer: 'me' })],
    ['was this you, it was not', presenter.ownerQuestionOver(ask, { ...answered, answer: 'not_me' })],
    [
      'was this you, closed',
      presenter.ownerQuestionOver({ ...ask, incident: { ...incident, closed } }, { kind: 'closed' }),
    ],
    ['owner asked', presenter.ownerLine(incident, { kind: 'asked', people: PEOPLE, out, until: NOW })],
    ['nobody asked', presenter.ownerLine(incident, { kind: 'asked', people: [], out, until: NOW })],
    ['owner silent', presenter.ownerLine(incident, { kind: 'silent', people: PEOPLE, since: NOW })],
    ...([true, false] as const).flatMap((mayDecide): [string, Message][] =>
      (['me', 'not_me'] as const).map((answer) => [
        `owner says ${answer} ${mayDecide}`,
        presenter.ownerLine(incident, { ...answered, answer, mayDecide }),
      ]),
    ),
    [
      'incident calls on-call',
      presenter.calling(presenter.ownerLine(incident, { kind: 'silent', people: PEOPLE, since: NOW }), [
        ON_CALL,
        ...PEOPLE.map((id) => ({ kind: 'user', id }) as const),
      ]),
    ],
    ['key shut off', presenter.keyShutOff(card, [KEY])],
    ['key deactivated', presenter.keyShutOff(planned(card), [KEY])],
    ...(['undone', 'recovered', 'ended'] as const).map((state): [string, Message] => [
      `key taken back, ${state}`,
      presenter.keyTakenBack(cardOf(outside, { state }), [KEY]),
    ]),
    ['anything broken', presenter.brokenQuestion(card, null)],
    ['anything broken, in the thread', presenter.brokenQuestion(planned(card), out)],
    ['all is well', presenter.brokenAnswered(card, well)],
    ['it broke', presenter.brokenAnswered(card, broke)],
    ['all is well, in the thread', presenter.brokenLine(card, well)],
    ['it broke, in the thread', presenter.brokenLine(planned(card), broke)],
    ...closings(outside).map(([name, each]): [string, Message] => [
      `containment to close, ${name}`,
      presenter.containmentCard(each),
    ]),
  ];
}
