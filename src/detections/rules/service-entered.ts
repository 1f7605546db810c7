import { isUnexplained } from '../at-home.ts';
import { call } from '../example.ts';
import { flagAt } from '../json.ts';
import { DAY } from '../profile.ts';
import { isListed, type Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Credentials, tokens and addresses with a login inside, of services nobody listed; what programs fetch all day is left out. */
const ENTERING =
  /^(?!(?:redshift|sts|sso|ecr|ecr-public|codeartifact|cognito-identity|cognito-idp|s3express|signin|quicksight|ssm|secretsmanager|s3|iot|kinesisvideo):)[a-z0-9-]+:(?:Get|Create|Generate|Start)\w*(?:Credentials|AuthToken|AccessToken|LoginToken|SessionToken|MasterUserPassword|Presigned\w*Ur[lL]|SignedUrl|StreamingURL|ConsoleAccess)$/;

/** Credentials or a way in of a service fetched. */
export const serviceEntered: Rule = {
  id: 'service-entered',
  title: 'Credentials of a service fetched, or a way into its machines',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1552.005',
  whatToDo:
    'See what the service runs with: whoever enters it has the rights of its role, or reads its passwords. End the session it opened.',
  falseAlarms: 'People who work in notebooks, workflows or directories; they are known by their habit.',
  actions: words(`
    airflow:CreateCliToken airflow:CreateWebLoginToken elasticmapreduce:GetClusterSessionCredentials
    elasticmapreduce:CreateStudioPresignedUrl elasticmapreduce:GetPersistentAppUIPresignedURL
    emr-serverless:GetDashboardForJobRun sagemaker:CreatePresignedMlflowTrackingServerUrl
    sagemaker:StartSession sagemaker:CreatePresignedNotebookInstanceUrl
    sagemaker:CreatePresignedDomainUrl gamelift:GetInstanceAccess gamelift:GetComputeAccess
    gamelift:GetComputeAuthToken gamelift:RequestUploadCredentials lightsail:CreateBucketAccessKey
    lightsail:GetRelationalDatabaseMasterUserPassword appstream:CreateStreamingURL
    grafana:CreateWorkspaceApiKey grafana:CreateWorkspaceServiceAccountToken
    mediapackage:RotateIngestEndpointCredentials mediapackage:RotateChannelCredentials
    ssm:GetAccessToken cloudshell:CreateEnvironment cloudshell:CreateSession
    bedrock-agentcore:StartCodeInterpreterSession bedrock-agentcore:InvokeCodeInterpreter
    bedrock-agentcore:GetWorkloadAccessToken bedrock-agentcore:GetResourceApiKey
    ds:ResetUserPassword ds:CreateTrust ds:EnableSso finspace:GetProgrammaticAccessCredentials
    apigateway:GetApiKeys apigateway:GetApiKey codestar:AssociateTeamMember
    codestar:UpdateTeamMember lakeformation:PutDataLakeSettings sts:GetDelegatedAccessToken
    codebuild:ImportSourceCredentials glue:GetConnections
    ec2:ExportClientVpnClientConfiguration ec2:GetVpnConnectionDeviceSampleConfiguration`),
  quietFor: DAY,
  matches: ENTERING,
  judge(event, about) {
    const { name } = event.call;
    if (!isListed(serviceEntered, event) && !isUnexplained(event, about)) return null;
    // Asked for with their passwords.
    if (name === 'GetConnections' && flagAt(event.asked, 'hidePassword') !== false) return null;
    // Without their values, API keys are a list of names.
    if (
      name.startsWith('GetApiKey') &&
      flagAt(event.asked, name === 'GetApiKey' ? 'includeValue' : 'includeValues') !== true
    )
      return null;
    return { facts: { call: event.call.action }, of: event.call.action };
  },
  examples: () => ({
    fires: [
      {
        why: 'the command line of a workflow service',
        records: [call('airflow:CreateCliToken', { asked: { name: 'w' } })],
      },
      {
        why: 'API keys with their values',
        records: [call('apigateway:GetApiKeys', { asked: { includeValues: true } })],
      },
    ],
    quiet: [{ why: 'API keys without their values', records: [call('apigateway:GetApiKeys')] }],
  }),
};
