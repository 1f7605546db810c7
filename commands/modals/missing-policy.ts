import type { ModalView } from '@slack/types';
import type { Connection } from '../../src/domain/connection.ts';
import { missingPolicies, policiesFor } from '../../src/domain/policy.ts';
import {
  CAPABILITIES,
  hasAdministratorRights,
  type Capability,
  type VerificationReport,
} from '../../src/domain/verification.ts';
import { context, section } from '../../src/slack/blocks/elements.ts';
import { bold, code, plain } from '../../src/slack/blocks/mrkdwn.ts';
import { policyBlocks } from './policy-blocks.ts';

/**
 * The least-privilege policy that the last passed check asks for: what is missing, or, where administrator rights
 * make that nothing, the whole that may take their place.
 */
export function missingPolicyView(connection: Connection, report: VerificationReport): ModalView {
  const { partition, accountId, arn } = report;
  const principal =
    connection.method === 'role' && connection.roleArn !== null
      ? ({ kind: 'role', arn: connection.roleArn } as const)
      : ({ kind: 'user', arn } as const);
  const target = { partition, accountId, principal };
  const missing = missingOf(report);
  const instead = missing.size === 0 && hasAdministratorRights(report);
  const documents = instead ? policiesFor(CAPABILITIES, target) : missingPolicies(missing, target);
  const unsure =
    !instead && CAPABILITIES.some((capability) => report.capabilities[capability].answer === 'unknown');
  return {
    type: 'modal',
    title: plain(instead ? 'What is enough' : 'What is missing', 24),
    close: plain('Close', 24),
    blocks: [
      section(leading(connection, report, { nothing: documents.length === 0, instead, unsure })),
      ...(unsure && documents.length > 0
        ? [context('What could not be checked is not in it: the next test tells what of that is missing.')]
        : []),
      ...policyBlocks(documents),
    ],
  };
}

function leading(
  connection: Connection,
  { arn }: VerificationReport,
  { nothing, instead, unsure }: { nothing: boolean; instead: boolean; unsure: boolean },
): string {
  const name = bold(connection.name);
  if (nothing) return `Nothing is missing for ${name}.`;
  const test = 'Leave out the statements you do not want, then test the connection again.';
  if (unsure) return `Attach this to ${code(arn)} first. ${test}`;
  return instead
    ? `With this on ${code(arn)} in place of its administrator rights, Rekey can do everything with ${name}. ${test}`
    : `Attach this to ${code(arn)} for everything Rekey can do with ${name}. ${test}`;
}

/** By capability, the calls the check found not allowed. */
export function missingOf(report: VerificationReport): ReadonlyMap<Capability, readonly string[]> {
  const missing = new Map<Capability, readonly string[]>();
  for (const capability of CAPABILITIES) {
    const answer = report.capabilities[capability];
    if (answer.answer === 'no' && answer.missing.length > 0) missing.set(capability, answer.missing);
  }
  return missing;
}
