import { isUnexplained } from '../at-home.ts';
import { changesOf } from '../change.ts';
import { call, history, OWN } from '../example.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** What programs do in these, they do by the million. */
const DATA_SERVICES = words(
  'dynamodb dax kinesis kinesisvideo firehose sqs xray iotdata ssmmessages ec2messages timestream rds-data redshift-data ses swf cognito-sync location personalize',
);

/** What programs deploy to, keep in order and work with all day; also where rules know better what is grave. */
const EVERYDAY = new Set(
  words(`
    s3 s3express ec2 lambda ecs ecr ecr-public cloudformation cloudfront rds glue athena redshift
    redshift-data elasticmapreduce emr-serverless emr-containers batch sagemaker states sns
    kinesisanalytics logs monitoring events scheduler cognito-idp cognito-identity iot iotevents bedrock secretsmanager ssm autoscaling application-autoscaling elasticloadbalancing workspaces backup route53 acm
    apigateway appsync elasticbeanstalk codedeploy codepipeline codebuild codecommit codeartifact
    elasticache memorydb es kafka mediaconvert elastictranscoder textract rekognition transcribe
    comprehend translate polly forecast geo servicediscovery resource-groups eks amplify
    mobiletargeting quicksight cloudsearch opsworks appconfig appflow datasync transfer dms iam sts
    kms signin support servicecatalog wafv2 appmesh ebs fsx elasticfilesystem dlm pricing
    mediapackage mediastore lakeformation s3vectors s3tables budgets ce`),
);

/** Settings of those that are made once, mostly by a tool, and that hardly any program changes by itself. */
const SETTLED =
  /(?:Polic(?:y|ies)|Permissions?|Logging|Monitor|Dashboards?|Window|Gateway|Routes?|RouteTable|Peering\w*|Vpn\w*|Authorizer|Notification\w*|Retention|LegalHold|Consumer|StorageConfig|UserPool|IdentityPool|RuntimeManagementConfig|AccelerateConfiguration|Integration|Connection|EndpointAccess|ServiceConfiguration|Configurations|Workflow|ManagedInstance|Document|Alias|DomainAssociation|DomainName|DhcpOptions|ManagedPrefixList|Addon|CacheRule|Webhook|[Uu]nsubscribe)$|^(?:Restore|Unlock)[A-Z]|From(?:Backup|Snapshot)$/;
/** What deployments and applications set beside their work. */
const BESIDE =
  /^(?:ecr:PutLifecyclePolicy|logs:PutRetentionPolicy|s3:PutBucketNotification|apigateway:Delete\w+|ec2:(?:Create|Delete)Route|lambda:(?!PutRuntime)\w+|cognito-idp:Admin\w+|(?:iot|iotevents|autoscaling|application-autoscaling|ecs|iam|sts|glue|eks|route53|dms|budgets|ce|appflow|athena|textract):\w+)$/;
/** The same, where a name alone does not say so. */
const RARE = /^(?:cloudfront:CreateDistribution|eks:CreateAddon|iot:CreatePolicy(?:Version)?)$/;
/** A document that says who may do what: another rule reads it. */
const DOCUMENT = /:(?:Put|Create|Add|Attach)\w*(?:Polic(?:y|ies)|Permissions?)$/;

/** A change that hardly any program makes. */
export const unlikelyChange: Rule = {
  id: 'unlikely-change',
  title: 'A change that hardly any program makes, by a key that nobody knows',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1578',
  whatToDo: 'Ask the owner what the key is for. What it changed may be a way back in, or out.',
  falseAlarms: 'The first days of a program with an unusual duty.',
  actions: [],
  matches: changesOf(DATA_SERVICES),
  otherwise: true,
  quietFor: 7 * DAY,
  judge(event, about) {
    const { call: api, failed } = event;
    // Later, what is new for the key is told of as such.
    if (failed || about.profile.isSettled || !isUnexplained(event, about)) return null;
    const isEveryday = EVERYDAY.has(api.service);
    if (isEveryday && !RARE.test(api.action) && (!SETTLED.test(api.name) || BESIDE.test(api.action)))
      return null;
    if (DOCUMENT.test(api.action)) return null;
    return { facts: { call: api.action, region: event.region }, of: api.service };
  },
  examples: () => ({
    fires: [
      {
        why: 'a distribution in front of who knows what',
        records: [call('cloudfront:CreateDistribution', { asked: {} })],
      },
      {
        why: 'a render farm',
        records: [call('deadline:CreateFarm', { asked: { displayName: 'f' } })],
      },
      {
        why: 'an everyday service, and a setting that is made once',
        records: [call('apigateway:UpdateAuthorizer', { asked: { authorizerId: 'a' } })],
      },
    ],
    quiet: [
      {
        why: 'a deployment',
        records: [call('lambda:PublishVersion20150331', { asked: { functionName: 'f' } })],
      },
      {
        why: 'what another rule tells of',
        records: [
          call('ec2:CreateVpcPeeringConnection', { asked: { vpcId: 'v', peerOwnerId: '999988887777' } }),
        ],
      },
      {
        why: 'a key that is known for days',
        learned: history(
          9,
          Array.from({ length: 6 }, () => 'deadline:UpdateQueue'),
          {
            asked: { queueId: OWN },
          },
        ),
        records: [call('deadline:CreateQueue', { asked: { displayName: 'q' } })],
      },
    ],
  }),
};
