import type { AuditVerdict } from '../../domain/audit-verdict.ts';
import type { AuditEntry } from '../../domain/records.ts';
import type { Message } from '../../ports/slack.ts';
import { context, section } from './elements.ts';
import { bold, code, cut, escape, moment, person, span, words } from './mrkdwn.ts';

/** What each verb reads like once it is done; a verb that is missing here shows as it is. */
const DONE: Readonly<Record<string, string>> = {
  'connection.connect': 'connected',
  'connection.test': 'tested',
  'connection.edit': 'edited',
  'connection.replace': 'replaced the credentials of',
  'connection.disconnect': 'disconnected',
  'settings.alert_channel': 'set the alert channel',
  'settings.pager': 'set the paging service',
  'settings.pager_removed': 'removed paging',
  'settings.pager_test': 'sent a test page',
  'settings.hours': 'set working hours',
  'settings.key_tags': 'set the tags that name owners and kinds',
  'key.snooze': 'snoozed',
  'key.end_snooze': 'ended the snooze of',
  'key.choose': 'set kind, owners or limits of',
  'key.export': 'exported access keys',
  'key.sweep': 'had the keys read of',
  'key.policy': 'set the key policy of',
  'key.owner_rule': 'added the owner rule',
  'key.owner_rule_removed': 'removed the owner rule',
  'key.delete': 'deleted for good',
  'key.delete_ask': 'asked to delete',
  'key.delete_approve': 'approved the deletion of',
  'key.delete_decline': 'declined the deletion of',
  'drill.start': 'started a drill with',
  'drill.stop': 'stopped the drill',
  'drill.give_back': 'gave the decoy back after the drill',
  'containment.contain': 'contained',
  'containment.undo': 'took back the containment',
  'containment.recover': 'recovered the user of the containment',
  'containment.stop_holding': 'stopped holding the containment',
  'containment.close': 'closed, as it was, the containment',
  'containment.end': 'found gone what was held by the containment',
  'containment.look': 'looked at the containment',
  'containment.hold': 'held the containment',
  'containment.set_key': 'switched the key of the containment',
  'containment.attach_deny': 'attached the deny of the containment',
  'containment.detach_deny': 'detached the deny of the containment',
  'containment.put_deny': 'put the inline deny of the containment',
  'containment.delete_deny': 'deleted the inline deny of the containment',
  'containment.put_date': 'denied sessions from before, for the containment',
  'containment.delete_date': 'let go of sessions from before, for the containment',
  'containment.well': 'said that nothing was broken by the containment',
  'containment.broke': 'said what was broken by the containment',
  'role.revoke': 'asked to revoke a role’s sessions in the containment',
  'role.approve': 'approved to revoke a role’s sessions in the containment',
  'role.decline': 'declined to revoke a role’s sessions in the containment',
  'role.lift': 'took the revocation of a role’s sessions off in the containment',
  'role.put_deny': 'denied a role’s sessions from before in the containment',
  'role.delete_deny': 'let go of a role’s sessions from before in the containment',
  'incident.answer': 'said whether it was them, in the incident',
  'incident.close': 'closed the incident',
  'expectation.add': 'said what is expected, in the incident',
  'expectation.revoke': 'revoked the expectation',
  'leak.found': 'found keys in the message',
  'leak.edited': 'saw the keys edited out of the message',
  'leak.deleted': 'saw the deletion of the message',
  'rotation.run': 'ran the rotation',
  'rotation.retry': 'tried again the rotation',
  'rotation.undo': 'took back the rotation',
  'rotation.go_on': 'let go on the rotation',
  'rotation.stop': 'ended the rotation',
  'rotation.approve': 'approved the deletion in the rotation',
  'rotation.reactivate': 'reactivated the old key in the rotation',
  'rotation.hurry': 'let the old key be deactivated in the rotation',
  'rotation.wait': 'held the rotation',
  'rotation.end_wait': 'ended the wait of the rotation',
  'rotation.orphan_is_ours': 'said whose key it is in the rotation',
  'rotation.leave_place': 'left a destination that cannot be asked as it is, taking the rotation back',
  'rotation.orphan_is_not_ours': 'said whose key it is in the rotation',
  'rotation.well': 'said that all is well in the rotation',
  'notice.give_up': 'gave up a message',
  'role.give': 'gave the role',
  'role.take': 'took back the role',
  'evidence.read': 'read the evidence of',
  'audit.export': 'exported entries of the audit log',
  'audit.prune': 'removed old entries of the audit log',
};

/** The families of verbs, in the order of the filter's menu. */
export const VERB_FAMILIES: readonly (readonly [family: string, label: string])[] = [
  ['connection', 'Connections'],
  ['key', 'Access keys'],
  ['rotation', 'Rotations'],
  ['destination', 'Destinations'],
  ['webhook_keys', 'Keys for webhooks'],
  ['trail_queue', 'Trail queues'],
  ['incident', 'Incidents'],
  ['expectation', 'Expectations'],
  ['containment', 'Containments'],
  ['evidence', 'Evidence'],
  ['leak', 'Keys in channels'],
  ['drill', 'Drills'],
  ['role', 'Roles'],
  ['settings', 'Settings'],
  ['notice', 'Messages'],
  ['audit', 'The audit log'],
];

const OUTCOMES: Readonly<Record<string, string>> = {
  done: 'done',
  refused: 'refused',
  failed: 'failed',
  unknown: 'outcome unknown',
};

export function verbWords(verb: string): string {
  return Object.hasOwn(DONE, verb) ? (DONE[verb] ?? verb) : verb;
}

/** When, who, what, how it ended and why. `names`: connections by id. */
export function entryText(entry: AuditEntry, names: ReadonlyMap<string, string>): string {
  const who = entry.doer.kind === 'person' ? person(entry.doer.userId) : '*Rekey*';
  const end =
    entry.outcome === null
      ? 'begun'
      : Object.hasOwn(OUTCOMES, entry.outcome)
        ? OUTCOMES[entry.outcome]
        : entry.outcome;
  const first =
    `${moment(entry.at)} · ${who} ${words(verbWords(entry.verb))} ${what(entry, names)}`.trimEnd();
  const why = [entry.why, ...details(entry)].filter((part) => part !== '').join(' · ');
  return `${first} · ${end}${why === '' ? '' : `\n${words(cut(why, 400))}`}`;
}

/** What there is one of, or what the verb names already. */
const UNNAMED: ReadonlySet<string> = new Set(['settings', 'audit', 'keys']);

function what(entry: AuditEntry, names: ReadonlyMap<string, string>): string {
  if (entry.entityKind === 'role') return bold(entry.entityId);
  if (UNNAMED.has(entry.entityKind)) return '';
  const name = names.get(entry.entityId) ?? entry.detail['name'];
  return typeof name === 'string' ? bold(cut(name, 100)) : code(entry.entityId);
}

/** The facts of an entry, `name value`; what says nothing is left out. */
function details(entry: AuditEntry): string[] {
  return Object.entries(entry.detail).flatMap(([name, value]) => {
    if (value === null || value === '' || name === 'name') return [];
    const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return [`${name} ${shown.replaceAll('`', '´')}`];
  });
}

/** The daily proof, which lives where who can write to the database cannot reach. */
export function auditHeadMessage(day: string, verdict: AuditVerdict): Message {
  const text = `Audit head ${day}: ${verdict.head ?? 'none'}`;
  return {
    text: `${text} (${verdict.result})`,
    blocks: [
      section(`*Audit head ${day}:* ${code(verdict.head ?? 'none')}`),
      section(verdictText(verdict)),
      context(
        'Leave this message here. On the host, ' +
          `${code(`npm run audit -- verify --head ${verdict.head ?? ''}`)} proves later that no entry up to this one was removed, changed or put in another order since.`,
      ),
    ],
  };
}

/** What a check came to, with the first of what it found. */
export function verdictText(verdict: AuditVerdict): string {
  const { result, right, from, to, findings, more, unknown } = verdict;
  switch (result) {
    case 'verified':
      return to === null
        ? 'Verified: no entry is chained at the moment.'
        : `Verified: ${right} entries, from ${from ?? to} to ${to}.`;
    case 'cannot be checked':
      return `*Cannot be checked.* ${words(cut(unknown.join(' '), 1_000))}`;
    case 'broken': {
      const count = findings.length + more;
      const listed = findings.slice(0, 5).map(({ text }) => `• ${words(text)}`);
      const rest = count > 5 ? `\n${count - 5} more: run \`npm run audit -- verify\` on the host.` : '';
      return `*The audit log is broken.*\n${listed.join('\n')}${rest}`;
    }
  }
}

/** Something is wrong and a person must look. */
export function alarmMessage(what: string, next: string): Message {
  return { text: escape(cut(what, 300)), blocks: [section(`*${words(what)}*`), section(words(next))] };
}

/** The state of the chain, for the head of a screen. */
export function chainText(
  last: { result: AuditVerdict['result']; at: number; to: number | null; problems: number } | null,
  unchained: number,
  now: number,
): string {
  const tail = unchained === 0 ? '' : ` · ${unchained} not yet chained`;
  if (last === null) return `The chain was not checked yet${tail}`;
  const ago = `${span(Math.max(0, now - last.at))} ago`;
  switch (last.result) {
    case 'verified':
      return `Verified ${last.to === null ? '' : `to entry ${last.to} `}${ago}${tail}`;
    case 'broken':
      return `*Broken:* ${last.problems} problems found ${ago}${tail}. Run \`npm run audit -- verify\` on the host.`;
    case 'cannot be checked':
      return `*Could not be checked* ${ago}${tail}. Run \`npm run audit -- verify\` on the host.`;
  }
}
