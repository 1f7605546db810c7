import { shortKeyId } from '../domain/access-key-id.ts';
import { CAPABILITIES } from '../domain/verification.ts';
import type {
  Capability,
  CapabilityAnswer,
  Verification,
  VerificationReport,
} from '../domain/verification.ts';

const NAME: Record<Capability, string> = {
  verify: 'Verify',
  inventory: 'Inventory',
  rotate_self: 'Rotate itself',
  rotate_others: 'Rotate others',
  contain: 'Contain',
  watch: 'Watch',
  deliver: 'Deliver',
};

const ENDED: Record<Verification['status'], string> = {
  verified: 'passed',
  rejected: 'failed',
  unknown: 'could not decide',
};

/**
 * What changed between two checks of one connection, a sentence each, the gravest first; empty when nothing did.
 * After a check that was not verified only the status can be compared.
 */
export function diffVerification(before: Verification, after: Verification): string[] {
  if (before.status === 'verified' && after.status === 'verified') {
    return reportChanges(before.report, after.report);
  }
  if (before.status !== after.status) {
    const now = after.status === 'verified' ? '.' : `: ${after.diagnosis.what}`;
    return [`The last check ${ENDED[before.status]}, and this one ${ENDED[after.status]}${now}`];
  }
  if (
    before.status !== 'verified' &&
    after.status !== 'verified' &&
    before.diagnosis.code !== after.diagnosis.code
  ) {
    return [`The reason changed: ${after.diagnosis.what}`];
  }
  return [];
}

function reportChanges(before: VerificationReport, after: VerificationReport): string[] {
  const changes: string[] = [];
  if (before.accountId !== after.accountId) {
    changes.push(`The account was ${before.accountId} and is now ${after.accountId}.`);
  }
  if (before.uniqueId !== after.uniqueId)
    changes.push(`The identity was ${before.arn} and is now ${after.arn}.`);
  else if (before.arn !== after.arn)
    changes.push(`The identity was renamed from ${before.arn} to ${after.arn}.`);
  if (before.accessKeyId !== after.accessKeyId) {
    changes.push(`The access key was ${keyName(before)} and is now ${keyName(after)}.`);
  }
  if (before.accountAlias !== after.accountAlias) {
    changes.push(
      `The account alias was ${before.accountAlias ?? 'none'} and is now ${after.accountAlias ?? 'none'}.`,
    );
  }
  for (const capability of CAPABILITIES) {
    const change = answerChange(before.capabilities[capability], after.capabilities[capability]);
    if (change !== null) changes.push(`${NAME[capability]} ${change}`);
  }
  const textsBefore = new Set(before.warnings.map(warningIdentity));
  const textsAfter = new Set(after.warnings.map(warningIdentity));
  for (const warning of after.warnings) {
    if (!textsBefore.has(warningIdentity(warning))) changes.push(`New: ${warning.text}`);
  }
  for (const warning of before.warnings) {
    if (!textsAfter.has(warningIdentity(warning))) changes.push(`No longer: ${warning.text}`);
  }
  return changes;
}

function keyName(report: VerificationReport): string {
  return report.accessKeyId === null ? 'none' : shortKeyId(report.accessKeyId);
}

/** Texts with numbers change by themselves (a key grows older); only what could not be checked is told by its text. */
function warningIdentity(warning: VerificationReport['warnings'][number]): string {
  return warning.code === 'could_not_check' ? `${warning.code}: ${warning.text}` : warning.code;
}

function answerChange(before: CapabilityAnswer, after: CapabilityAnswer): string | null {
  if (before.answer !== after.answer) return `was ${before.answer} and is now ${inWords(after)}`;
  if (before.answer !== 'no' || after.answer !== 'no') return null;
  const lost = after.missing.filter((action) => !before.missing.includes(action));
  const gained = before.missing.filter((action) => !after.missing.includes(action));
  if (lost.length === 0 && gained.length === 0) return null;
  const parts = [
    ...(lost.length > 0 ? [`now also lacks ${lost.join(', ')}`] : []),
    ...(gained.length > 0 ? [`no longer lacks ${gained.join(', ')}`] : []),
  ];
  return `${parts.join(' and ')}.`;
}

function inWords(answer: CapabilityAnswer): string {
  if (answer.answer === 'yes') return 'yes.';
  if (answer.answer === 'unknown') return `unknown: ${answer.why}`;
  return answer.missing.length > 0
    ? `no: ${answer.missing.join(', ')} missing.`
    : `no: ${answer.why ?? 'not possible.'}`;
}
