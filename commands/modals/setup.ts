import type { KnownBlock, ModalView } from '@slack/types';
import type { HostIdentity } from '../../src/ports/aws.ts';
import type { Capability } from '../../src/domain/verification.ts';
import {
  cloudFormationTemplate,
  rolePolicies,
  terraformTemplate,
  trustPolicy,
  type RoleRequest,
  type Template,
} from '../../src/domain/role-templates.ts';
import { context, header, preformatted, section } from '../../src/slack/blocks/elements.ts';
import { code, plain } from '../../src/slack/blocks/mrkdwn.ts';
import { inPieces, policyBlocks } from './policy-blocks.ts';

const ROLE_NAME = 'Rekey';

/** How to make the role: external ID, trust policy, and the same as CloudFormation and as Terraform. */
export function setupView(
  host: Extract<HostIdentity, { available: true }>,
  accountId: string,
  externalId: string,
  capabilities: readonly Capability[],
): ModalView {
  const request: RoleRequest = {
    target: { partition: host.partition, accountId: accountId === '' ? '*' : accountId },
    roleName: ROLE_NAME,
    hostArn: host.arn,
    externalId,
    capabilities,
  };
  return {
    type: 'modal',
    title: plain('Set up the role', 24),
    close: plain('Back', 24),
    blocks: [
      section(
        `Make a role in the account to connect, then come back and paste its ARN. The external ID is ${code(externalId)}; ` +
          'it is yours for seven days, also if you close this window.',
      ),
      ...(accountId === ''
        ? [context('Type the Account ID in the form first, and these texts will name the account.')]
        : []),
      header('Trust policy'),
      preformatted(JSON.stringify(trustPolicy(host.arn, externalId), null, 2)),
      header('Permissions'),
      context(
        'Everything Rekey can do, and its undo. Leave out what you do not want: Rekey says what is missing.',
      ),
      ...policyBlocks(rolePolicies(request)),
      header('CloudFormation'),
      ...templateBlocks(cloudFormationTemplate(request)),
      header('Terraform'),
      ...templateBlocks(terraformTemplate(request)),
    ],
  };
}

function templateBlocks(template: Template): KnownBlock[] {
  return [
    context(`${code(template.fileName)}${inPieces(template.chunks.length)}`),
    ...template.chunks.map(preformatted),
  ];
}
