import type { ModalView } from '@slack/types';
import { expectationList, incidentList } from '../../commands/messages/incident-list.ts';
import { closeForm, expectForm } from '../../commands/modals/incident-forms.ts';
import { deactivateByHand, incidentView } from '../../commands/modals/incident-view.ts';
import type { IncidentLook, KeptIncident } from '../../src/domain/incident.ts';
import { SEVERITIES } from '../../src/domain/notice.ts';
import type { IncidentsLook } from '../../src/handlers/look-incidents.ts';
import type { Message } from '../../src/ports/slack.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { expectation, keptIncident } from '../db/watch-samples.ts';
import { signal } from '../detections/signals.ts';
import { sampleKey } from '../domain/key-samples.ts';
import { NOW, type Outside } from './outside.ts';

/** An incident made of texts that callers wrote. */
function lookOf(outside: Outside, changes: Partial<KeptIncident> = {}): IncidentLook {
  const long = outside.description.repeat(3);
  const signals = Array.from({ length: 40 }, (_, at) =>
    signal({
      id: `s${at}`,
      at: at === 3 ? null : NOW + at,
      severity: SEVERITIES[at % 5] ?? 'info',
      technique: `T${1_500 + at}`,
      address: at % 2 === 0 ? '192.0.2.9' : null,
      network: `192.0.${at}.0/24`,
      agent: outside.name,
      eventName: at % 7 === 0 ? outside.alias : 'ListUsers',
      facts: { [outside.name]: long, policy: outside.path, error: outside.reference },
    }),
  );
  const normal = {
    since: NOW,
    settled: false,
    networks: [outside.name, '198.51.100.0/24'],
    operators: [outside.alias],
    agents: [outside.path],
    regions: ['eu-west-1'],
    services: [outside.reference],
  };
  const places = { '192.0.2.9': { operator: outside.description, country: 'NL' } };
  const incident = keptIncident({
    subject: outside.path,
    userName: outside.alias,
    normal,
    places,
    count: 240,
    rules: Array.from({ length: 30 }, (_, at) => `rule-${at}`),
    noticeId: 'n',
    ...changes,
  });
  return {
    incident,
    signals,
    ownership: { known: false, why: outside.description },
    accountName: outside.name,
    partition: 'aws',
    advice: { 'rule-0': outside.description, 'rule-1': 'Look.' },
    containment: null,
    now: NOW,
  };
}

const CLOSED = { verdict: 'false_alarm', by: 'U0ADMIN', at: NOW } as const;

function closedOf(outside: Outside): IncidentLook {
  return lookOf(outside, { closed: { ...CLOSED, note: outside.description } });
}

function keyOf(outside: Outside): IncidentLook {
  return lookOf(outside, { subject: 'AKIAIOSFODNN7EXAMPLE' });
}

function quietOf(outside: Outside): IncidentLook {
  return { ...keyOf(outside), signals: [signal({ rule: 'self-grant' })], advice: {}, ownership: null };
}

function keysOf({ path: userName }: Outside, responds: boolean) {
  const inactive = { accessKeyId: 'AKIAEXAMPLE000000002', status: 'Inactive' } as const;
  return { keys: [sampleKey({ userName }), sampleKey({ userName, ...inactive })], responds };
}

const viewer = { roles: ['viewer'] } as const;
const responder = { roles: ['viewer', 'responder'] } as const;

export function incidentViewsOf(outside: Outside): [name: string, view: ModalView][] {
  return [
    ['incident', incidentView(lookOf(outside), responder)],
    ['incident, to look at', incidentView(keyOf(outside), viewer)],
    ['incident, closed', incidentView(closedOf(outside), responder)],
    ['deactivate a key by hand', deactivateByHand(keyOf(outside), ['U0ADMIN'])],
    ['deactivate a role by hand', deactivateByHand(lookOf(outside), ['U0ADMIN'])],
    ['deactivate a user, who may', deactivateByHand(lookOf(outside), ['U0ADMIN'], keysOf(outside, true))],
    ['deactivate a user by hand', deactivateByHand(lookOf(outside), ['U0ADMIN'], keysOf(outside, false))],
    [
      'deactivate an unknown key',
      deactivateByHand(lookOf(outside, { subject: 'AKIAX', userName: null }), ['U0ADMIN']),
    ],
    ['this is us', expectForm(lookOf(outside))],
    ['this is never us', expectForm(quietOf(outside))],
    ['close an incident', closeForm(lookOf(outside))],
  ];
}

function listOf(outside: Outside, changes: Partial<IncidentsLook>): Message {
  const look: IncidentsLook = {
    query: { open: true, least: 'low', accountId: '111122223333', text: outside.description },
    rows: Array.from({ length: 8 }, () => ({ incident: lookOf(outside).incident, title: 'A finding' })),
    page: 2,
    hasPrevious: true,
    hasNext: true,
    total: 12,
    all: 40,
    watched: 1,
    connected: 2,
    names: new Map([['111122223333', outside.name]]),
    now: NOW,
    ...changes,
  };
  return incidentList(look, { here: 'h', previous: 'p', next: 'n' });
}

export function incidentMessagesOf(outside: Outside): [name: string, message: Message][] {
  const look = lookOf(outside);
  const open = { open: null, least: null, accountId: null, text: null };
  const expected = expectation({ reason: outside.description, subject: outside.path, agent: outside.name });
  const names = new Map([['111122223333', outside.name]]);
  const rows = Array.from({ length: 30 }, () => ({ expectation: expected, kept: 3 }));
  return [
    ['incident', presenter.incidentMessage(look)],
    ['incident of a key', presenter.incidentMessage(keyOf(outside))],
    ['incident with little', presenter.incidentMessage(quietOf(outside))],
    ['incident, closed', presenter.incidentMessage(closedOf(outside))],
    ['incident, its story', presenter.incidentStory(look, look.signals)],
    ['incident, worse', presenter.incidentWorse(look)],
    ['incidents', listOf(outside, {})],
    ['incidents, none', listOf(outside, { rows: [], total: 0, all: 0, query: open })],
    ['incidents, none watched', listOf(outside, { rows: [], total: 0, all: 0, watched: 0 })],
    ['incidents, none connected', listOf(outside, { rows: [], total: 0, all: 0, connected: 0 })],
    ['incidents, none fit', listOf(outside, { rows: [], total: 0 })],
    ['expectations', expectationList({ rows, names, mayRevoke: true, now: NOW }, 'Revoked.')],
    ['expectations, the second page', expectationList({ rows, names, mayRevoke: true, now: NOW }, null, 2)],
    ['expectations, none', expectationList({ rows: [], names, mayRevoke: false, now: NOW }, null)],
  ];
}
