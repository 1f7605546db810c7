import type { KnownBlock } from '@slack/types';
import {
  CAPABILITIES,
  type Capability,
  type CapabilityAnswer,
  type Diagnosis,
  type VerificationReport,
} from '../../domain/verification.ts';
import { context, fields, section } from './elements.ts';
import { code, span, words } from './mrkdwn.ts';

/** Enough to recognise what is missing; the whole is in the policy behind the button. */
const SHOWN_MISSING = 2;

const NAMES: Record<Capability, string> = {
  verify: 'Verify',
  inventory: 'Inventory',
  rotate_self: 'Rotate its own key',
  rotate_others: 'Rotate other keys',
  contain: 'Contain',
  watch: 'Watch',
  deliver: 'Deliver',
};

/** What a passed check found: identity, key age, capabilities, warnings. */
export function reportBlocks(report: VerificationReport): KnownBlock[] {
  const alias = report.accountAlias === null ? '' : ` (${words(report.accountAlias)})`;
  const key =
    report.accessKeyId === null
      ? 'no long-lived key (role)'
      : `${code(report.accessKeyId)}, ${ageOf(report)}`;
  return [
    fields([
      ['Account', `${code(report.accountId)}${alias}`],
      ['Identity', code(report.arn)],
      ['Access key', key],
      ['Partition and region', `${code(report.partition)}, ${code(report.region)}`],
    ]),
    section(
      `*What Rekey can do here*\n${CAPABILITIES.map((name) => capabilityLine(name, report.capabilities[name])).join('\n')}`,
    ),
    ...(report.warnings.length === 0
      ? []
      : [section(`*Warnings*\n${report.warnings.map((warning) => `• ${words(warning.text)}`).join('\n')}`)]),
  ];
}

function ageOf(report: VerificationReport): string {
  return report.keyCreatedAt === null
    ? 'age unknown'
    : `${span(Math.max(0, report.checkedAt - report.keyCreatedAt))} old`;
}

function capabilityLine(name: Capability, answer: CapabilityAnswer): string {
  const label = NAMES[name];
  switch (answer.answer) {
    case 'yes':
      return `✓ ${label}: yes`;
    case 'no': {
      if (answer.why !== undefined) return `✗ ${label}: no (${words(answer.why.replace(/\.$/, ''))})`;
      const shown = answer.missing.slice(0, SHOWN_MISSING).map(code).join(', ');
      const more =
        answer.missing.length > SHOWN_MISSING ? ` and ${answer.missing.length - SHOWN_MISSING} more` : '';
      return `✗ ${label}: no, missing ${shown}${more}`;
    }
    case 'unknown':
      return `? ${label}: unknown (${words(answer.why.replace(/\.$/, ''))})`;
  }
}

/** One cause in words: what, why, how to mend it, and AWS's reference. */
export function diagnosisBlocks(diagnosis: Diagnosis): KnownBlock[] {
  return [
    section(`*${words(diagnosis.what)}*\n${words(diagnosis.why)}`),
    section(`*How to mend it*\n${words(diagnosis.mend)}`),
    ...(diagnosis.reference === null ? [] : [context(`AWS said: ${code(diagnosis.reference)}`)]),
  ];
}
