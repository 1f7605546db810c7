import { textAt } from '../../detections/json.ts';
import type { ChangeRow } from './change.ts';
import { hasAsked, ranOn } from './outside.ts';

const FUNCTION = '{r.functionName|a.functionName}';
const IN = '--region={e.region}';

/** Functions, and what starts code by itself. */
const FUNCTIONS: readonly ChangeRow[] = [
  {
    on: 'lambda:CreateFunction',
    kind: 'function',
    weight: 'lasting',
    name: FUNCTION,
    says: `Function ${FUNCTION} was made, with role {a.role|r.role}`,
    line: `aws lambda put-function-concurrency ${IN} --function-name=${FUNCTION} --reserved-concurrent-executions=0`,
    advice: 'The line keeps it from running, reversibly.',
  },
  {
    on: 'lambda:DeleteFunction',
    kind: 'function',
    did: 'removed',
    name: FUNCTION,
    says: `Function ${FUNCTION} was deleted`,
  },
  {
    on: 'lambda:UpdateFunctionCode lambda:PublishVersion lambda:UpdateAlias',
    kind: 'function code',
    did: 'changed',
    weight: 'lasting',
    name: FUNCTION,
    says: `The code of function ${FUNCTION} was replaced`,
    line: `aws lambda put-function-concurrency ${IN} --function-name=${FUNCTION} --reserved-concurrent-executions=0`,
    advice: 'The line keeps it from running, reversibly; then deploy your own code again.',
  },
  {
    on: 'lambda:UpdateFunctionConfiguration',
    kind: 'function settings',
    did: 'changed',
    weight: 'lasting',
    name: FUNCTION,
    says: `Settings of function ${FUNCTION} were changed (role, layers or environment may be)`,
    line: `aws lambda get-function-configuration ${IN} --function-name=${FUNCTION}`,
    note: ({ asked }) =>
      textAt(asked, 'layers', '0') === null ? null : 'It was given layers: they run before its own code.',
  },
  {
    on: 'lambda:AddPermission',
    kind: 'right to call a function',
    weight: 'lasting',
    name: '{a.functionName} {a.statementId}',
    says: '{a.principal} may call function {a.functionName} from now on',
    line: `aws lambda remove-permission ${IN} --function-name={a.functionName} --statement-id={a.statementId}`,
    note: ({ asked }) => (textAt(asked, 'principal') === '*' ? 'It lets everybody in.' : null),
  },
  {
    on: 'lambda:RemovePermission',
    kind: 'right to call a function',
    did: 'removed',
    name: '{a.functionName} {a.statementId}',
    says: 'A right to call function {a.functionName} was removed ({a.statementId})',
  },
  {
    on: 'lambda:CreateFunctionUrlConfig lambda:UpdateFunctionUrlConfig',
    kind: 'address of a function',
    weight: 'lasting',
    name: '{a.functionName}',
    says: 'Function {a.functionName} got an address on the web',
    line: `aws lambda delete-function-url-config ${IN} --function-name={a.functionName}`,
    note: ({ asked }) => (textAt(asked, 'authType') === 'NONE' ? 'It lets everybody in.' : null),
  },
  {
    on: 'lambda:PublishLayerVersion lambda:AddLayerVersionPermission lambda:CreateEventSourceMapping',
    kind: 'layer or source of a function',
    weight: 'lasting',
    name: '{r.layerVersionArn|a.layerName|a.functionName|r.uUID}',
    says: 'A layer, or what starts a function, was made: {r.layerVersionArn|a.layerName|a.functionName}',
  },
  {
    on: 'events:PutRule events:PutTargets events:EnableRule',
    kind: 'rule of EventBridge',
    weight: 'lasting',
    name: '{a.name|a.rule}',
    says: 'Rule {a.name|a.rule} of EventBridge was made, changed or enabled',
    line: `aws events disable-rule ${IN} --name={a.name|a.rule}`,
  },
  {
    on: 'events:DeleteRule events:DisableRule',
    kind: 'rule of EventBridge',
    did: 'removed',
    name: '{a.name}',
    says: 'Rule {a.name} of EventBridge was deleted or disabled',
  },
  {
    on: 'scheduler:CreateSchedule scheduler:UpdateSchedule states:CreateStateMachine states:UpdateStateMachine codebuild:CreateProject codebuild:UpdateProject glue:CreateJob glue:CreateDevEndpoint glue:UpdateDevEndpoint sagemaker:CreateNotebookInstance sagemaker:CreatePresignedNotebookInstanceUrl cloudformation:CreateStack cloudformation:UpdateStack cloudformation:CreateStackSet ecs:RegisterTaskDefinition ecs:CreateService ecs:UpdateService eks:CreateAccessEntry eks:AssociateAccessPolicy eks:CreateCluster datapipeline:CreatePipeline apigateway:CreateApiKey apigateway:CreateRestApi ecs:RunTask batch:SubmitJob',
    kind: 'what runs code',
    weight: 'lasting',
    name: '{a.name|a.stackName|a.stackSetName|a.endpointName|a.notebookInstanceName|a.family|a.serviceName|a.service|a.principalArn|a.stateMachineArn|a.jobName|a.clusterName|a.cluster|a.projectName}',
    says: 'Something that runs code, or lets somebody run it, was made or changed: {a.name|a.stackName|a.stackSetName|a.endpointName|a.notebookInstanceName|a.family|a.serviceName|a.service|a.principalArn|a.stateMachineArn|a.jobName|a.clusterName|a.cluster|a.projectName}',
  },
];

/** Instances, and the ways into them. */
const INSTANCES: readonly ChangeRow[] = [
  {
    on: 'ec2:RunInstances ec2:RequestSpotInstances',
    kind: 'instance',
    weight: 'lasting',
    name: '{r.instancesSet.items[].instanceId|r.instancesSet[].instanceId|a.instanceType}',
    says: 'Instances were started: {r.instancesSet.items[].instanceId|r.instancesSet[].instanceId|a.instanceType}',
    line: `aws ec2 stop-instances ${IN} --instance-ids {r.instancesSet.items[].instanceId|r.instancesSet[].instanceId}`,
    note: ({ asked }) => {
      const profile =
        textAt(asked, 'iamInstanceProfile', 'name') ?? textAt(asked, 'iamInstanceProfile', 'arn');
      return profile === null
        ? null
        : `They have the rights of the instance profile \`${profile.slice(0, 200).replaceAll('`', '´')}\`.`;
    },
    advice: 'Stop them; their disks stay for a closer look.',
  },
  {
    on: 'ec2:TerminateInstances',
    kind: 'instance',
    did: 'removed',
    name: '{a.instancesSet.items[].instanceId|a.instancesSet[].instanceId}',
    says: 'Instances were terminated: {a.instancesSet.items[].instanceId|a.instancesSet[].instanceId}',
  },
  {
    on: 'ec2:ModifyInstanceAttribute',
    kind: 'start script of an instance',
    did: 'changed',
    weight: 'lasting',
    name: '{a.instanceId}',
    says: 'What instance {a.instanceId} runs at its start was changed',
    line: `aws ec2 describe-instance-attribute ${IN} --instance-id={a.instanceId} --attribute=userData`,
    when: hasAsked('userData'),
  },
  {
    on: 'ec2:AssociateIamInstanceProfile ec2:ReplaceIamInstanceProfileAssociation',
    kind: 'role of an instance',
    did: 'changed',
    weight: 'lasting',
    name: '{a.AssociateIamInstanceProfileRequest.InstanceId|r.AssociateIamInstanceProfileResponse.iamInstanceProfileAssociation.instanceId|a.instanceId|a.associationId}',
    says: 'An instance got the rights of another role: {a.AssociateIamInstanceProfileRequest.InstanceId|a.instanceId|a.associationId}',
    line: `aws ec2 describe-iam-instance-profile-associations ${IN}`,
  },
  {
    on: 'ec2:CreateKeyPair ec2:ImportKeyPair',
    kind: 'key pair',
    weight: 'lasting',
    name: '{a.keyName}',
    says: 'Key pair {a.keyName} was made or brought in',
    line: `aws ec2 delete-key-pair ${IN} --key-name={a.keyName}`,
    advice: 'Deleting it keeps it from new instances; running ones keep it in their own files.',
  },
  {
    on: 'ec2:DeleteKeyPair',
    kind: 'key pair',
    did: 'removed',
    name: '{a.keyName}',
    says: 'Key pair {a.keyName} was deleted',
  },
  {
    on: 'ec2:CreateLaunchTemplate ec2:CreateLaunchTemplateVersion ec2:ModifyLaunchTemplate autoscaling:CreateLaunchConfiguration autoscaling:CreateAutoScalingGroup autoscaling:UpdateAutoScalingGroup',
    kind: 'template of instances',
    weight: 'lasting',
    name: '{r.CreateLaunchTemplateResponse.launchTemplate.launchTemplateId|a.CreateLaunchTemplateRequest.LaunchTemplateName|a.CreateLaunchTemplateVersionRequest.LaunchTemplateId|a.launchTemplateId|a.launchConfigurationName|a.autoScalingGroupName}',
    says: 'What new instances are made from was made or changed: {r.CreateLaunchTemplateResponse.launchTemplate.launchTemplateId|a.CreateLaunchTemplateRequest.LaunchTemplateName|a.CreateLaunchTemplateVersionRequest.LaunchTemplateId|a.launchTemplateId|a.launchConfigurationName|a.autoScalingGroupName}',
  },
  {
    on: 'ec2:AuthorizeSecurityGroupIngress',
    kind: 'firewall',
    did: 'changed',
    weight: 'lasting',
    name: '{a.groupId|a.groupName}',
    says: 'Security group {a.groupId|a.groupName} was opened to {r.securityGroupRuleSet.items[].cidrIpv4|a.ipPermissions.items[].ipRanges.items[].cidrIp|a.cidrIp|r.securityGroupRuleSet.items[].cidrIpv6}, port {r.securityGroupRuleSet.items[].fromPort|a.ipPermissions.items[].fromPort|a.fromPort}',
    line: `aws ec2 revoke-security-group-ingress ${IN} --group-id={a.groupId} --security-group-rule-ids {r.securityGroupRuleSet.items[].securityGroupRuleId}`,
    advice: 'The line closes it again.',
  },
  {
    on: 'ec2:RevokeSecurityGroupIngress',
    // Which of the rules went does not show: those that were added count as there.
    kind: 'firewall closed',
    did: 'removed',
    name: '{a.groupId|a.groupName}',
    says: 'Rules that let in were removed from security group {a.groupId|a.groupName}',
  },
  {
    on: 'ec2:CreateVpcPeeringConnection ec2:AcceptVpcPeeringConnection ec2:CreateClientVpnEndpoint ec2:CreateVpnConnection',
    kind: 'way into the network',
    weight: 'lasting',
    name: '{r.vpcPeeringConnection.vpcPeeringConnectionId|a.vpcPeeringConnectionId|r.vpnConnection.vpnConnectionId|a.vpcId}',
    says: 'A way into the network was made: {r.vpcPeeringConnection.vpcPeeringConnectionId|a.vpcPeeringConnectionId|r.vpnConnection.vpnConnectionId|a.vpcId}',
  },
  {
    on: 'ssm:SendCommand ssm:StartAutomationExecution',
    kind: 'command',
    weight: 'lasting',
    name: '{r.command.commandId|r.automationExecutionId|a.documentName}',
    says: 'A command was run on instances, by document {a.documentName}',
    line: `aws ssm list-command-invocations ${IN} --command-id={r.command.commandId} --details`,
    note: ranOn,
    advice: 'Take what it may have left on them for left: look at them, or replace them.',
  },
  {
    on: 'ssm:StartSession ec2-instance-connect:SendSSHPublicKey ec2-instance-connect:SendSerialConsoleSSHPublicKey',
    kind: 'session on an instance',
    weight: 'lasting',
    name: '{a.target|a.instanceId}',
    says: 'Somebody opened a session on {a.target|a.instanceId}; what was done there CloudTrail does not show',
    advice: 'Take what may have been left on it for left: look at it, or replace it.',
  },
  {
    on: 'ssm:CreateAssociation ssm:UpdateAssociation ssm:CreateActivation ssm:CreateDocument ssm:UpdateDocument',
    kind: 'standing command',
    weight: 'lasting',
    name: '{r.associationDescription.associationId|a.associationId|r.activationId|a.name}',
    says: 'A standing command or document of Systems Manager was made or changed: {a.name|r.associationDescription.associationId|r.activationId}',
    line: `aws ssm list-associations ${IN}`,
  },
];

export const WORKLOADS: readonly ChangeRow[] = [...FUNCTIONS, ...INSTANCES];
