import type { ModalView } from '@slack/types';
import type { Connection } from '../../src/domain/connection.ts';
import { missingPolicies } from '../../src/domain/policy.ts';
import { chunked } from '../../src/domain/role-templates.ts';
import { CAPABILITIES, type Capability, type VerificationReport } from '../../src/domain/verification.ts';
import { context, preformatted, section } from '../../src/slack/blocks/elements.ts';
import { bold, code, plain } from '../../src/slack/blocks/mrkdwn.ts';

/** The least-privilege policy for what the last passed check found missing, to be attached in AWS. */
export function missingPolicyView(connection: Connection, report: VerificationReport): ModalView {
  const documents = missingPolicies(missingOf(report), {
    partition: report.partition,
    accountId: report.accountId,
    principal:
      connection.method === 'role' && connection.roleArn !== null
        ? { kind: 'role', arn: connection.roleArn }
        : { kind: 'user', arn: report.arn },
  });
  const texts = documents.flatMap((document) => chunked(JSON.stringify(document, null, 2)));
  return {
    type: 'modal',
    title: plain('What is missing', 24),
    close: plain('Close', 24),
    blocks: [
      section(
        texts.length === 0
          ? `Nothing is missing for ${bold(connection.name)}.`
          : `Attach this to ${code(report.arn)} for everything Rekey can do with ${bold(connection.name)}. ` +
              'Leave out the statements you do not want, then test the connection again.',
      ),
      ...(documents.length > 1
        ? [context(`${documents.length} documents: IAM limits how long one policy may be.`)]
        : []),
      ...texts.map(preformatted),
    ],
  };
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
