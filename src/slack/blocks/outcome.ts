import type { KnownBlock } from '@slack/types';
import type { AttemptResult } from '../../domain/attempt-result.ts';
import type { Attempt } from '../../domain/attempt.ts';
import type { Connection } from '../../domain/connection.ts';
import { hasAdministratorRights, type VerificationReport } from '../../domain/verification.ts';
import type { Message, Presenter } from '../../ports/slack.ts';
import { approvalMessage, refusedMessage } from './approval.ts';
import { alarmMessage, auditHeadMessage } from './audit.ts';
import { diagnosisBlocks, reportBlocks } from './check.ts';
import { actions, button, section } from './elements.ts';
import { evidenceHead, evidenceMessage, evidencePages } from './evidence.ts';
import { sparedMessage } from './spared.ts';
import { containmentCard, containmentLine } from './containment.ts';
import { leakAgain, leakAlert, leakEnd, leakFlood, leakToAuthor } from './leak.ts';
import { incidentMessage, incidentStory, incidentWorse } from './incident.ts';
import { deletionLine, deletionMessage } from './deletion.ts';
import { drillMessage, drillReport } from './drill.ts';
import { bold, code, cut, escape, words } from './mrkdwn.ts';
import { peoplePresenter } from './people.ts';
import { rotationCard, rotationLine } from './rotation-card.ts';
import { rotationCutover, rotationEnd, rotationQuestion } from './rotation-messages.ts';

export const SHOW_MISSING_POLICY = 'check.missing_policy';

/** The first line of an outcome, without markup: title of the view and text of the notification. */
export function outcomeTitle(kind: Attempt['kind'], result: AttemptResult): string {
  switch (result.kind) {
    case 'connected':
      return 'Connected';
    case 'replaced':
      return 'Credentials replaced';
    case 'tested':
      return testedTitle(result.connection.lastCheck?.status ?? 'unknown');
    case 'disconnected':
      return 'Disconnected';
    case 'not_verified':
      if (result.verdict === 'unknown') return 'Could not verify';
      return kind === 'replace' ? 'Not replaced' : 'Not connected';
    case 'undecided':
      return 'Outcome unknown';
    case 'stopped':
      return 'Nothing was changed';
  }
}

function testedTitle(status: 'verified' | 'rejected' | 'unknown'): string {
  switch (status) {
    case 'verified':
      return 'Test passed';
    case 'rejected':
      return 'Test failed';
    case 'unknown':
      return 'Test undecided';
  }
}

/** An outcome in full, the same in a modal and in a direct message. */
export function outcomeBlocks(kind: Attempt['kind'], result: AttemptResult): KnownBlock[] {
  switch (result.kind) {
    case 'connected':
      return [
        section(
          `${bold(result.connection.name)} is connected.${result.connection.method === 'access_key' ? ' Its secret is kept sealed.' : ''}`,
        ),
        ...reportBlocks(result.report),
        ...policyButton(result.connection, result.report),
      ];
    case 'replaced':
      return [
        section(
          `${bold(result.connection.name)} now uses the new credentials; the old ones were erased here.`,
        ),
        ...reportBlocks(result.report),
        ...policyButton(result.connection, result.report),
      ];
    case 'tested':
      return testedBlocks(result);
    case 'disconnected':
      return disconnectedBlocks(result);
    case 'not_verified':
      return [
        section(
          (result.verdict === 'rejected'
            ? 'Nothing was kept: AWS or Rekey refused these credentials.'
            : 'Nothing was kept: nobody can say right now whether these credentials are good.') +
            (kind === 'replace' ? ' The connection goes on with those it had.' : ''),
        ),
        ...diagnosisBlocks(result.diagnosis),
      ];
    case 'undecided':
    case 'stopped':
      return [section(`${words(result.why)}\n${words(result.next)}`)];
  }
}

function testedBlocks(result: Extract<AttemptResult, { kind: 'tested' }>): KnownBlock[] {
  const { connection, changes } = result;
  const check = connection.lastCheck;
  const head = section(`Test of ${bold(connection.name)} (account ${code(connection.accountId)})`);
  const changed = section(
    changes.length === 0
      ? 'Nothing changed since the last check.'
      : `*Changed since the last check*\n${changes.map((change) => `• ${words(change)}`).join('\n')}`,
  );
  if (check === null) return [head, changed];
  return check.status === 'verified'
    ? [head, changed, ...reportBlocks(check.report), ...policyButton(connection, check.report)]
    : [head, ...diagnosisBlocks(check.diagnosis), changed];
}

/** Leads to the least-privilege policy, where a check found something missing or far too much. */
function policyButton(connection: Connection, report: VerificationReport): KnownBlock[] {
  const missing = Object.values(report.capabilities).some(
    (answer) => answer.answer === 'no' && answer.missing.length > 0,
  );
  if (!missing && !hasAdministratorRights(report)) return [];
  const label = missing ? 'Show the missing policy' : 'Show the policy that is enough';
  return [actions('check.policy', [button(label, SHOW_MISSING_POLICY, { value: connection.id })])];
}

function disconnectedBlocks(result: Extract<AttemptResult, { kind: 'disconnected' }>): KnownBlock[] {
  const { connection, key } = result;
  const gone = section(
    `${bold(connection.name)} (account ${code(connection.accountId)}) is disconnected` +
      `${connection.method === 'role' ? '.' : ' and its sealed secret is erased.'} The audit log stays.`,
  );
  if (connection.accessKeyId === null) {
    return [
      gone,
      section(
        `The role ${code(connection.roleArn ?? '')} still exists in AWS; delete it there if nothing else needs it.`,
      ),
    ];
  }
  if (key.state === 'untouched') {
    return [gone, section(`The access key ${code(connection.accessKeyId)} was not touched in AWS.`)];
  }
  if (key.state === 'refused') {
    return [
      gone,
      section(`AWS refuses this key, ${code(connection.accessKeyId)}: in AWS it is Inactive or deleted.`),
    ];
  }
  const undo = `aws iam update-access-key --user-name ${connection.userName ?? ''} --access-key-id ${connection.accessKeyId} --status Active`;
  return [
    gone,
    section(
      `The access key ${code(connection.accessKeyId)} is Inactive. ` +
        (key.confirmed
          ? 'AWS was seen refusing it.'
          : 'AWS took the change, but was still seen accepting the key: that can last some seconds.') +
        ` To bring it back, somebody with rights in the account runs ${code(undo)}.`,
    ),
  ];
}

/** The core's results as messages; an outcome becomes a direct message for a person whose modal could not show it. */
export const presenter: Presenter = {
  ...peoplePresenter,
  auditHeadMessage,
  alarmMessage,
  rotationCard,
  rotationLine,
  rotationCutover,
  rotationQuestion,
  rotationEnd,
  sparedMessage,
  approvalMessage,
  refusedMessage,
  containmentCard,
  containmentLine,
  evidenceHead,
  evidenceMessage,
  evidencePages,
  deletionMessage,
  deletionLine,
  drillMessage,
  drillReport,
  incidentMessage,
  incidentStory,
  incidentWorse,
  leakAlert,
  leakAgain,
  leakEnd,
  leakToAuthor,
  leakFlood,
  attemptMessage(attempt: Attempt, result: AttemptResult): Message {
    const name = 'connection' in result ? result.connection.name : (attempt.draft?.name ?? '');
    const text =
      name === '' ? outcomeTitle(attempt.kind, result) : `${outcomeTitle(attempt.kind, result)}: ${name}`;
    // Slack reads markup in this text too: a name such as <!channel> would ping.
    return {
      text: escape(cut(text, 300)),
      blocks: [section(`*${words(text)}*`), ...outcomeBlocks(attempt.kind, result)],
    };
  },
};
