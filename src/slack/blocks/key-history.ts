import type { KeyEvent } from '../../domain/inventory.ts';
import { kindName } from '../../domain/key-words.ts';
import { counted } from '../../domain/time-words.ts';
import { channel, code, cut, group, moment, person, words } from './mrkdwn.ts';

/** One line of a key's history, in mrkdwn. */
export function eventText(event: KeyEvent): string {
  const who = event.userId === null ? '' : ` by ${person(event.userId)}`;
  return `${moment(event.at)} · ${whatText(event)}${who}`;
}

function whatText({ what, detail, userId }: KeyEvent): string {
  switch (what) {
    case 'first_seen':
      return `first seen${shown(detail['status'], ', ')}`;
    case 'status':
      return `became ${shown(detail['to']) || 'something else'}${shown(detail['from'], ', was ')}`;
    case 'used':
      return `used${at(detail['usedAt'], ' at')}${shown(detail['service'], ': ')}${shown(detail['region'], ', ')}`;
    case 'gone':
      return 'no longer there in AWS';
    case 'deleted':
      return `deleted for good, approved${shown(detail['reason'], ': ')}`;
    case 'kind':
      return detail['to'] === null ? 'kind left to tags again' : `kind set to ${kindText(detail['to'])}`;
    case 'owners':
      return detail['to'] === null
        ? 'owners left to tags and rules again'
        : `owners set: ${ownersText(detail['to'])}`;
    case 'policy':
      return `own limits ${limitsText(detail)}`;
    case 'snoozed':
      return `snoozed${at(detail['until'], ' until')}${shown(detail['reason'], ': ')}`;
    case 'snooze_ended':
      return userId === null ? 'snooze over' : 'snooze ended early';
    case 'reminded':
      return `reminded${audienceText(detail['audience'])}${stagesText(detail['stage'])}`;
  }
}

type Value = KeyEvent['detail'][string] | undefined;

function shown(value: Value, before = ''): string {
  return value === null || value === undefined || value === ''
    ? ''
    : `${before}${words(cut(String(value), 120))}`;
}

function at(value: Value, before: string): string {
  return typeof value === 'number' ? `${before} ${moment(value)}` : '';
}

/** `channel:C1` or `user:U1`. */
function audienceText(value: Value): string {
  const [kind, id = ''] = String(value ?? '').split(':');
  if (kind === 'channel') return ` ${channel(id)}`;
  return kind === 'user' ? ` ${person(id)}` : shown(value, ' ');
}

/** `over_age after:3, unused new`: topics of reminders with their stage. */
function stagesText(value: Value): string {
  const stages = String(value ?? '')
    .split(', ')
    .slice(0, 5)
    .flatMap((part) => {
      const [topic = '', stage = ''] = part.split(' ');
      if (topic === '') return [];
      const [, when = '', days = ''] = /^(before|after):(\d{1,5})(?::|$)/.exec(stage) ?? [];
      const at = when === '' ? '' : ` (${counted(Number(days), 'day')} ${when})`;
      return [`${words(cut(topic.replaceAll('_', ' '), 60))}${at}`];
    });
  return stages.length === 0 ? '' : `: ${stages.join(', ')}`;
}

function kindText(value: Value): string {
  switch (value) {
    case 'ordinary':
    case 'break_glass':
    case 'decoy':
    case 'managed_elsewhere':
      return kindName(value);
    case undefined:
    case null:
    default:
      return shown(value);
  }
}

function ownersText(value: Value): string {
  return String(value ?? '')
    .split(' ')
    .slice(0, 5)
    .map((id) => (id.startsWith('S') ? group(id) : /^[UW]/.test(id) ? person(id) : code(cut(id, 40))))
    .join(', ');
}

function limitsText(detail: KeyEvent['detail']): string {
  const limits = [
    ['maxAgeDays', 'maximum age'],
    ['unusedDays', 'unused after'],
    ['inactiveDays', 'deletable after'],
  ] as const;
  const set = limits.flatMap(([name, label]) => {
    const days = detail[name];
    return typeof days === 'number' ? [`${label} ${counted(days, 'day')}`] : [];
  });
  return set.length === 0 ? 'removed' : `set: ${set.join(', ')}`;
}
