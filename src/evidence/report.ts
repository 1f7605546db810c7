import { counted } from '../domain/time-words.ts';
import type { EvidenceDocument } from './document.ts';
import { grouped, type EvidenceCall, type EvidenceItem, type UsedCredential } from './evidence.ts';

/** Lines of the timeline in a report; the file of events has the rest. */
const MOST_CALLS = 5_000;

/** The evidence for people, in Markdown. `sha256`: of the file of events. */
export function reportOf(
  document: EvidenceDocument,
  file: { readonly name: string; readonly sha256: string },
): string {
  const { subject, coverage, evidence, signals, actions } = document;
  const found = grouped(evidence.items);
  const lines = [
    `# Evidence: ${subject.subjects.map(code).join(', ')}`,
    '',
    `- Account ${code(subject.accountId)} (${text(subject.accountName)})${subject.userName === null ? '' : `, user ${code(subject.userName)}`}`,
    `- ${subject.kind === 'incident' ? 'Incident' : 'Containment'} ${code(subject.id)}${subject.severity === null ? '' : `, severity ${subject.severity}`}`,
    `- From ${time(coverage.from)} to ${time(coverage.to)}; made ${time(document.madeAt)} by Rekey ${document.rekey}`,
    `- ${completeWords(document)}`,
    `- Raw events: ${code(file.name)}, SHA-256 of what is packed in it: ${code(file.sha256)}`,
    '',
    '## Times',
    '',
    ...timeLines(document),
    '',
    ...itemSection('Lets somebody back in', found.lasting),
    ...itemSection('Given away', found.givenAway),
    ...itemSection('Weakened', found.weakened),
    ...itemSection('Made and removed again', found.gone),
    ...itemSection('Tried in vain', found.tried),
    ...itemSection('Other changes', found.other),
    '## Who acted',
    '',
    ...evidence.credentials.map(credentialLine),
    '',
    '## Signals',
    '',
    ...(signals.length === 0 ? ['None.'] : []),
    ...signals.map(
      ({ at, eventTime, title, severity, service, eventName, address }) =>
        `- ${at === null ? text(eventTime ?? 'at an unknown time') : time(at)} ${severity}: ${text(title)} (${code(`${service}:${eventName}`)}${address === null ? '' : ` from ${code(address)}`})`,
    ),
    '',
    '## What was done about it',
    '',
    ...(actions.length === 0 ? ['Nothing so far.'] : []),
    ...actions.map(
      ({ at, by, what, outcome, why }) =>
        `- ${time(at)} ${text(by)}: ${text(what)}${outcome === null ? '' : ` (${text(outcome)})`}${why === '' ? '' : `: ${text(why)}`}`,
    ),
    '',
    '## Not in here',
    '',
    ...coverage.gaps.map((gap) => `- **Not read:** ${text(gap)}`),
    ...document.neverShown.map((each) => `- ${each}`),
    '',
    '## Timeline',
    '',
    ...(evidence.calls.length === 0 ? ['No calls.'] : evidence.calls.slice(0, MOST_CALLS).map(callLine)),
    ...(evidence.calls.length > MOST_CALLS
      ? ['', `${evidence.calls.length - MOST_CALLS} more are in ${code(file.name)}.`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** How complete it is, in one sentence. */
export function completeWords({
  coverage,
  evidence,
}: Pick<EvidenceDocument, 'coverage' | 'evidence'>): string {
  const { completeTo, gaps, regions } = coverage;
  const what = `${counted(evidence.calls.length, 'call')} in ${counted(regions.length, 'region')}`;
  return completeTo === null
    ? `${what}; **not complete**: ${gaps.slice(0, 3).map(text).join('; ')}${gaps.length > 3 ? `; and ${gaps.length - 3} more` : ''}`
    : `${what}; data complete to ${time(completeTo)}`;
}

function timeLines({ times }: EvidenceDocument): string[] {
  const row = (label: string, at: number | null, after: number | null): string[] =>
    at === null
      ? [`- ${label}: not so far, or not known`]
      : [`- ${label}: ${time(at)}${after === null ? '' : `, ${length(after)} after the first signal`}`];
  return [
    ...row('First signal', times.firstSignalAt, null),
    ...row('Detected', times.detectedAt, times.toDetectMs),
    ...row('Notified', times.notifiedAt, times.toNotifyMs),
    ...row('Containment asked for', times.containAskedAt, null),
    ...row('Contained, as IAM confirms', times.containedAt, times.toContainMs),
  ];
}

function itemSection(title: string, items: readonly EvidenceItem[]): string[] {
  if (items.length === 0) return [];
  return [
    `## ${title}`,
    '',
    ...items.flatMap((item) => [
      `- ${itemWords(item)}`,
      ...(item.goneAt === null && !item.tried && item.line !== null ? [`  ${code(item.line)}`] : []),
    ]),
    '',
  ];
}

/** When, what, where, by whom; names between backticks. */
export function itemWords(item: EvidenceItem): string {
  const { firstAt, says, note, region, by, times, goneAt, tried, action } = item;
  return [
    `${firstAt === null ? 'At an unknown time' : time(firstAt)} ${says}`,
    ...(tried ? [` (tried in vain: ${code(action)})`] : []),
    region === null ? '' : ` in ${code(region)}`,
    ` by ${code(by)}`,
    times > 1 ? `, ${counted(times, 'time')}` : '',
    '.',
    note === null ? '' : ` ${note}`,
    goneAt === null ? '' : ` Removed again ${time(goneAt)}.`,
  ].join('');
}

const HOW: Readonly<Record<UsedCredential['kind'], string>> = {
  subject: 'what this is about',
  known: 'a session of it',
  session: 'a session made with',
  made_key: 'an access key made with',
  made_user: 'a user made, or given a password, with',
  same_user: 'a session of the same user; which of its credentials made it does not show',
  console: 'a console session opened with',
};

/** A credential in words. */
export function credentialLine({
  id,
  kind,
  madeBy,
  who,
  calls,
  firstAt,
  lastAt,
  endsAt,
}: UsedCredential): string {
  const seen =
    firstAt === null || lastAt === null
      ? 'no calls'
      : `${counted(calls, 'call')} from ${time(firstAt)} to ${time(lastAt)}`;
  return `- ${code(id)}: ${HOW[kind]}${madeBy === null ? '' : ` ${code(madeBy)}`}${who === null ? '' : `, as ${code(who)}`}; ${seen}${endsAt === null ? '' : `; ends by itself ${time(endsAt)}`}`;
}

function callLine({ at, region, action, by, address, outcome, error, says }: EvidenceCall): string {
  const came = outcome === 'done' ? '' : ` **${outcome}** (${text(error ?? 'no reason given')})`;
  return `- ${at === null ? 'at an unknown time' : time(at)} ${code(action)}${came}${region === null ? '' : ` ${region}`} by ${code(by)}${address === null ? '' : ` from ${code(address)}`}${says === null ? '' : `: ${says}`}`;
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** A span in hours, minutes and seconds. */
export function length(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** Text from outside on one line, without markup of Markdown. */
function text(value: string): string {
  return flat(value).replace(/[\\`*_{}[\]<>#|!~]/g, '\\$&');
}

function code(value: string): string {
  return `\`${flat(value).replaceAll('`', '´')}\``;
}

function flat(value: string): string {
  return value.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
