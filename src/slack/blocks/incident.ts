import type { KnownBlock } from '@slack/types';
import type { IncidentLook, KeptIncident, KnownPlace, Normal, Verdict } from '../../domain/incident.ts';
import { SEVERITIES, type Severity } from '../../domain/notice.ts';
import type { Signal } from '../../domain/signal.ts';
import { counted } from '../../domain/time-words.ts';
import type { Message } from '../../ports/slack.ts';
import { actions, button, context, fields, section } from './elements.ts';
import { containmentSummary } from './containment.ts';
import { evidenceButton } from './evidence.ts';
import { accountText, ownerText } from './keys.ts';
import { brief, code, cut, escape, moment, person, wholeLines, words } from './mrkdwn.ts';

export const INCIDENT_DEACTIVATE = 'incident.deactivate';
export const INCIDENT_DETAILS = 'incident.details';
export const INCIDENT_EXPECT = 'incident.expect';
export const INCIDENT_CLOSE = 'incident.close';

/** Where operators and countries come from (the licences of the databases ask to say so). */
const ATTRIBUTION =
  'Operators and countries: IP to ASN data by <https://db-ip.com|DB-IP>, Route Views and the NRO (CC BY 4.0); they may be wrong.';
const SHOWN_FINDINGS = 6;
const SHOWN_ADVICE = 3;
const SHOWN_VALUES = 4;
const SHOWN_FACTS = 5;
const STORY_LINES = 25;

export function severityWord(severity: Severity): string {
  return `${severity.charAt(0).toUpperCase()}${severity.slice(1)}`;
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  attack: 'an attack',
  false_alarm: 'a false alarm',
  test: 'a test',
  ours: 'something of ours',
  merged: 'part of another incident',
};

export function verdictWords(verdict: Verdict): string {
  return VERDICTS[verdict];
}

/** What an incident is called: the title of the worst it holds. */
export function incidentTitle({ incident, signals }: Pick<IncidentLook, 'incident' | 'signals'>): string {
  const worst = worstFirst(signals)[0]?.title ?? incident.rules[0] ?? 'Something was found';
  const more = incident.rules.length - 1;
  return more > 0 ? `${worst}, and ${counted(more, 'other finding')}` : worst;
}

/** The incident's one message. */
export function incidentMessage(look: IncidentLook): Message {
  const { incident } = look;
  return {
    text: escape(cut(`${severityWord(incident.severity)}: ${incidentTitle(look)} (${whose(incident)})`, 300)),
    blocks: [...incidentBlocks(look), ...incidentButtons(incident)],
  };
}

/** What is known of it, the same in the message and in its window, but for where more of it is. */
export function incidentBlocks(
  look: IncidentLook,
  whereMore: string = ', in the thread and in *Details*',
): KnownBlock[] {
  const { incident, signals } = look;
  return [
    section(
      `*${severityWord(incident.severity)}: ${brief(incidentTitle(look), 300)}*${closedText(incident)}`,
    ),
    ...(look.containment === null ? [] : [section(containmentSummary(look.containment, look.now))]),
    fields([
      [incident.subject.startsWith('AKIA') ? 'Access key' : 'Role or user', code(cut(incident.subject, 400))],
      ['User', incident.userName === null ? 'unknown' : brief(incident.userName, 128)],
      ['Account', accountText(incident.accountId, namesOf(look))],
      ['Owner', look.ownership === null ? 'unknown' : ownerText(look.ownership)],
      ['From', moment(incident.openedAt)],
      ['Last', moment(incident.lastAt)],
    ]),
    fields([
      ['Normal for this key', normalText(incident.normal)],
      ['Seen now', seenText(signals, incident.places)],
    ]),
    section(`*What was found*\n${findingsText(look, whereMore)}`),
    section(`*What to do*\n${adviceText(look)}`),
    context(
      cut(
        [
          ...(incident.stages.length === 0 ? [] : [`Stages: ${incident.stages.join(', ')}`]),
          `ATT&amp;CK: ${[...new Set(signals.map(({ technique }) => technique))].slice(0, 12).map(words).join(', ')}`,
        ].join(' · '),
        2_000,
      ),
      ...(Object.keys(incident.places).length === 0 ? [] : [ATTRIBUTION]),
    ),
  ];
}

function incidentButtons(incident: KeptIncident): KnownBlock[] {
  const value = incident.id;
  const about = (what: string): string => `${what} ${incident.subject}`;
  const evidence = evidenceButton({ kind: 'incident', id: value }, incident.subject);
  if (incident.closed !== null) {
    return [
      actions('incident.actions', [
        button('Details', INCIDENT_DETAILS, { value, about: about('Details of') }),
        evidence,
      ]),
    ];
  }
  return [
    actions('incident.actions', [
      button('Deactivate', INCIDENT_DEACTIVATE, { value, style: 'danger', about: about('Deactivate') }),
      button('Details', INCIDENT_DETAILS, { value, about: about('Details of') }),
      evidence,
      button('This is us', INCIDENT_EXPECT, { value, about: about('Expect this of') }),
      button('Close', INCIDENT_CLOSE, { value, about: about('Close the incident of') }),
    ]),
  ];
}

/** Some signals in the order of time, for the thread. */
export function incidentStory(look: IncidentLook, signals: readonly Signal[]): Message {
  const shown = signals.slice(0, STORY_LINES);
  const lines = wholeLines(
    shown.map((signal) => `• ${signalLine(signal, look.incident.places)}`),
    2_900,
  );
  const more = signals.length - lines.length;
  return {
    text: escape(cut(signals.map(({ title }) => title).join('; '), 300)),
    blocks: [
      section(
        lines.length === 0 ? `${counted(signals.length, 'finding')}: see *Details*.` : lines.join('\n'),
      ),
      ...(more > 0 && lines.length > 0 ? [context(`${more} more: see *Details*.`)] : []),
    ],
  };
}

/** That an incident became worse; its message above has the whole of it. */
export function incidentWorse(look: IncidentLook): Message {
  const { incident } = look;
  const said = `Now ${incident.severity}: ${incidentTitle(look)} (${whose(incident)})`;
  return {
    text: escape(cut(said, 300)),
    blocks: [
      section(`*Now ${incident.severity}: ${brief(incidentTitle(look), 300)}*\n${whoseText(incident)}`),
      context('The incident’s own message was edited; its thread has the story.'),
      ...incidentButtons(incident),
    ],
  };
}

/** One line of the list of incidents. */
export function incidentLine(incident: KeptIncident, title: string): string {
  const state = incident.closed === null ? 'open' : `closed as ${verdictWords(incident.closed.verdict)}`;
  return [
    `*${severityWord(incident.severity)}: ${brief(title, 200)}*`,
    `${whoseText(incident)} · ${counted(incident.count, 'finding')} · ${moment(incident.openedAt)} to ${moment(incident.lastAt)} · ${state}`,
  ].join('\n');
}

function whose({ subject, userName }: KeptIncident): string {
  return userName === null ? cut(subject, 120) : `${cut(userName, 64)}, ${cut(subject, 60)}`;
}

export function whoseText({ subject, userName, accountId }: KeptIncident): string {
  const user = userName === null ? '' : `${brief(userName, 90)} · `;
  return `${user}${code(cut(subject, 200))} · account ${code(accountId)}`;
}

function namesOf({ incident, accountName }: IncidentLook): ReadonlyMap<string, string> {
  return new Map(accountName === incident.accountId ? [] : [[incident.accountId, accountName]]);
}

function closedText({ closed }: KeptIncident): string {
  if (closed === null) return '';
  const by = closed.by === 'rekey' ? 'Rekey' : person(closed.by);
  const note = closed.note === '' ? '' : `: ${brief(closed.note, 500)}`;
  return `\nClosed as ${verdictWords(closed.verdict)} by ${by} at ${moment(closed.at)}${note}`;
}

export function normalText({
  since,
  settled,
  networks,
  operators,
  agents,
  regions,
  services,
}: Normal): string {
  if (since === null) return 'Nothing was known of it before.';
  return [
    ...line('Networks', operators.length === 0 ? networks : [...networks, ...operators]),
    ...line('Programs', agents),
    ...line('Regions', regions),
    ...line('Services', services),
    `Known since ${moment(since)}${settled ? '' : ', still learning'}`,
  ].join('\n');
}

function seenText(signals: readonly Signal[], places: KeptIncident['places']): string {
  const each = (value: (signal: Signal) => string | null): string[] => [
    ...new Set(signals.flatMap((signal) => value(signal) ?? [])),
  ];
  const addresses = each(({ address }) => address);
  return [
    ...(addresses.length === 0
      ? []
      : [
          `Networks ${addresses
            .slice(0, SHOWN_VALUES)
            .map((address) => `${code(address)}${placeText(places[address])}`)
            .join(', ')}`,
        ]),
    ...line(
      'Programs',
      each(({ agent }) => agent),
    ),
    ...line(
      'Regions',
      each(({ region }) => region),
    ),
    ...line(
      'Services',
      each(({ service }) => service),
    ),
  ].join('\n');
}

function placeText(place: KnownPlace | undefined): string {
  const known = [place?.operator, place?.country].flatMap((part) => part ?? []);
  return known.length === 0 ? '' : ` (${brief(known.join(', '), 100)})`;
}

/** What was seen of one kind, named; nothing when nothing was. */
function line(name: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`${name} ${listed(values)}`];
}

function listed(values: readonly string[]): string {
  const more = values.length - SHOWN_VALUES;
  const shown = values.slice(0, SHOWN_VALUES).map((value) => code(cut(value, 80)));
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function findingsText({ incident, signals }: IncidentLook, where: string): string {
  const shown = worstFirst(signals).slice(0, SHOWN_FINDINGS);
  const lines = shown
    .toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))
    .map((signal) => `• ${signalLine(signal, {})}`);
  const more = incident.count - shown.length;
  return [...wholeLines(lines, 2_600), ...(more > 0 ? [`${more} more${where}`] : [])].join('\n');
}

/** When, what, by which call, and its facts. */
export function signalLine(signal: Signal, places: KeptIncident['places']): string {
  const { at, title, severity, service, eventName, address, facts } = signal;
  const when = at === null ? 'at an unknown time' : moment(at);
  const from = address === null ? '' : ` from ${code(address)}${placeText(places[address])}`;
  const told = Object.entries(facts)
    .slice(0, SHOWN_FACTS)
    .map(([name, value]) => `${words(name)} ${code(cut(value, 120))}`);
  return [
    `${when} *${words(title)}* (${severity}): ${code(`${service}:${eventName}`)}${from}`,
    ...(told.length === 0 ? [] : [told.join(', ')]),
  ].join(' · ');
}

function adviceText({ incident, advice }: IncidentLook): string {
  const lines = [...new Set(incident.rules.map((rule) => advice[rule] ?? ''))].filter((line) => line !== '');
  return lines.length === 0
    ? 'Ask the owner.'
    : lines
        .slice(0, SHOWN_ADVICE)
        .map((line) => `• ${words(line)}`)
        .join('\n');
}

function worstFirst(signals: readonly Signal[]): readonly Signal[] {
  return signals.toSorted(
    (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || (a.at ?? 0) - (b.at ?? 0),
  );
}
