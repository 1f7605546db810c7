import { trifle } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call, policy } from '../example.ts';
import { at, flagAt, listAt, textAt, textsAt, within } from '../json.ts';
import { documentsIn } from '../leaves.ts';
import { isAdministrator } from '../policy-document.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** True when the call loosens the setting; most of these calls can tighten it too. */
function loosens({ asked, call: { name } }: CloudTrailEvent): boolean {
  switch (name) {
    case 'PutBlockPublicAccessConfiguration':
      return flagAt(asked, 'blockPublicAccessConfiguration', 'blockPublicSecurityGroupRules') === false;
    case 'ModifyVpcBlockPublicAccessOptions':
      return (
        (textAt(asked, 'internetGatewayBlockMode') ??
          textAt(asked, 'ModifyVpcBlockPublicAccessOptionsRequest', 'InternetGatewayBlockMode')) === 'off'
      );
    case 'UpdateServiceSetting':
      return /public-sharing|default-ec2-instance-management-role/.test(textAt(asked, 'settingId') ?? '');
    case 'PutImageScanningConfiguration':
      return flagAt(asked, 'imageScanningConfiguration', 'scanOnPush') === false;
    case 'UpdateCodeSigningConfig':
      return textAt(asked, 'codeSigningPolicies', 'untrustedArtifactOnDeployment') === 'Warn';
    case 'PutBucketOwnershipControls':
      return listAt(asked, 'OwnershipControls', 'Rule').some(
        (each) => textAt(each, 'ObjectOwnership') === 'ObjectWriter',
      );
    case 'UpdateTerminationProtection':
      return flagAt(asked, 'enableTerminationProtection') === false;
    case 'ModifyInstanceAttribute':
      return flagAt(asked, 'disableApiTermination', 'value') === false;
    case 'ModifyVpcEndpoint':
      return (
        flagAt(asked, 'ModifyVpcEndpointRequest', 'ResetPolicy') === true ||
        flagAt(asked, 'resetPolicy') === true ||
        documentsIn(asked).some(isAdministrator)
      );
    case 'ModifyReplicationGroup':
      return (
        textAt(asked, 'authTokenUpdateStrategy') === 'DELETE' ||
        flagAt(asked, 'transitEncryptionEnabled') === false
      );
    case 'PutImageTagMutability':
      return textAt(asked, 'imageTagMutability') === 'MUTABLE';
    case 'SetUserPoolMfaConfig':
      return textAt(asked, 'mfaConfiguration') === 'OFF';
    case 'UpdateUserPoolClient':
      return textsAt(asked, 'explicitAuthFlows').some((each) => /USER_PASSWORD_AUTH/.test(each));
    case 'UpdateMethod':
      return [asked, at(asked, 'updateMethodInput')]
        .flatMap((each) => listAt(each, 'patchOperations'))
        .some((each) => textAt(each, 'path') === '/authorizationType' && textAt(each, 'value') === 'NONE');
    case 'UpdateClusterConfig':
      return textsAt(asked, 'resourcesVpcConfig', 'publicAccessCidrs').some((each) => /\/[0-4]$/.test(each));
    case 'UpdateConnectivity':
      return within(asked, 'connectivityInfo', 'publicAccess') !== undefined;
    default:
      return true;
  }
}

const MILD =
  /^(?:UpdateTerminationProtection|ModifyInstanceAttribute|DisableKeyRotation|PutImage|UpdateUserPoolClient)/;

/** A safety setting switched off. */
export const safetySettingOff: Rule = {
  id: 'safety-setting-off',
  title: 'A safety setting switched off',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.001',
  whatToDo: 'Switch it on again, and see what was done while it was off.',
  falseAlarms: 'Changes of a setup; infrastructure tools do it before they take something down.',
  actions: words(`
    elasticmapreduce:PutBlockPublicAccessConfiguration ec2:ModifyVpcBlockPublicAccessOptions
    ec2:CreateVpcBlockPublicAccessExclusion ssm:UpdateServiceSetting ecr:PutImageScanningConfiguration
    lambda:DeleteFunctionCodeSigningConfig lambda:UpdateCodeSigningConfig rolesanywhere:DisableCrl
    rolesanywhere:DeleteCrl kms:DisableKeyRotation s3:PutBucketOwnershipControls
    cloudformation:UpdateTerminationProtection ec2:ModifyInstanceAttribute apigateway:UpdateMethod ec2:ModifyVpcEndpoint
    cognito-idp:UpdateUserPoolClient cognito-idp:SetUserPoolMfaConfig ecr:PutImageTagMutability
    eks:UpdateClusterConfig kafka:UpdateConnectivity elasticfilesystem:DeleteFileSystemPolicy ecr:DeleteRegistryPolicy
    verifiedpermissions:DeletePolicy verifiedpermissions:DeletePolicyStore vpc-lattice:DeleteAuthPolicy
    elasticache:ModifyReplicationGroup`),
  judge(event, about) {
    if (!loosens(event)) return null;
    const what =
      textAt(event.asked, 'bucketName') ??
      textAt(event.asked, 'functionName') ??
      textAt(event.asked, 'instanceId') ??
      textAt(event.asked, 'settingId') ??
      textAt(event.asked, 'stackName');
    return {
      severity: MILD.test(event.call.name) ? trifle(event, about) : 'medium',
      facts: { call: event.call.action, of: what },
      of: `${event.call.action} ${what ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'documents may be shared with everybody again',
        records: [
          call('ssm:UpdateServiceSetting', {
            asked: { settingId: '/ssm/documents/console/public-sharing-permission', settingValue: 'Enable' },
          }),
        ],
      },
      {
        why: 'an API needs no password any more',
        records: [
          call('apigateway:UpdateMethod', {
            asked: { patchOperations: [{ op: 'replace', path: '/authorizationType', value: 'NONE' }] },
          }),
        ],
      },
      {
        why: 'whoever is in the network may do anything through an endpoint',
        records: [
          call('ec2:ModifyVpcEndpoint', {
            asked: {
              ModifyVpcEndpointRequest: {
                VpcEndpointId: 'v',
                PolicyDocument: policy({ Principal: '*', Action: '*', Resource: '*' }),
              },
            },
          }),
        ],
      },
      {
        why: 'a cache needs no password any more',
        records: [
          call('elasticache:ModifyReplicationGroup', {
            asked: { replicationGroupId: 'r', authTokenUpdateStrategy: 'DELETE' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a cache gets another member',
        records: [call('elasticache:ModifyReplicationGroup', { asked: { replicationGroupId: 'r' } })],
      },
      {
        why: 'it is switched on',
        records: [
          call('elasticmapreduce:PutBlockPublicAccessConfiguration', {
            asked: { blockPublicAccessConfiguration: { blockPublicSecurityGroupRules: true } },
          }),
        ],
      },
    ],
  }),
};
