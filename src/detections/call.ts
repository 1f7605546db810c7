import { words } from './words.ts';

/** An API of AWS, as its events name it; one object per API, so that what is known of it is found out once. */
export interface Call {
  /** The event source without `.amazonaws.com`, such as `iam`. */
  readonly service: string;
  /** The event name without the version some services add, such as `CreateFunction`. */
  readonly name: string;
  /** `service:name`. */
  readonly action: string;
  /** Looks and changes nothing, by its name. */
  readonly isRead: boolean;
  /** Tells what there is in an account: the calls that people enumerate with. */
  readonly isDiscovery: boolean;
  /** Served from one region for the whole partition, so that its region says nothing. */
  readonly isGlobal: boolean;
  /** Somebody reads the parameters of this API's events. */
  readonly isWanted: boolean;
}

const GLOBAL = new Set(
  words(`
    iam sts organizations route53 route53domains cloudfront signin health ce budgets account support
    trustedadvisor waf shield sso sso-directory billing billingconsole globalaccelerator artifact tax
    freetier cur payments invoicing consolidatedbilling aws-portal notifications importexport
    networkmanager chatbot savingsplans discovery-marketplace`),
);

const READ =
  /^(?:Get|List|Describe|Head|Lookup|Search|BatchGet|Query|Scan|Select|View|Check|Simulate|Validate|Estimate|Preview|Filter|Detect|Discover)/;
const DISCOVERY =
  /^(?:List|Describe|Search|GetAccount|GetBucket|GetPolicy|GetRole|GetUser|GetGroup|GetLoginProfile|GetSend|GetInstanceProfile|GetFunction|GetFindings|GetDetector|GetTrail|GetEventSelectors|GetService|GetCredentialReport|GetContextKeys|GetCost|GetRepository|GetResource|GetOrganization|GetPublicAccessBlock|GetSMS|GetRest|GetDomain|GetEbs|GetSnapshotBlockPublicAccess|Simulate|LookupEvents|GetMaster|GetAdministrator|GetInvitations|GetMember|GetRegion|GetQuery|GetContactInformation|GetAlternateContact|GetIdentity|GetAccessKey|GetModelInvocationLogging|GenerateCredentialReport|GenerateServiceLast|DecodeAuthorization)/;
/** Whatever is read of these tells who watches an account. */
const GUARDS = new Set(
  words('guardduty securityhub macie2 inspector2 detective access-analyzer securitylake'),
);
/** What programs poll while they work, and what tells nothing about an account. */
const POLLED = new Set(
  words(`
    s3:ListObjects s3:ListObjectsV2 s3:ListParts s3:ListObjectVersions s3:ListMultipartUploads
    dynamodb:DescribeTable kinesis:DescribeStream kinesis:ListShards logs:DescribeLogStreams
    ssm:ListAssociations ssm:ListInstanceAssociations ssm:DescribeDocument ssm:DescribeAssociation
    monitoring:DescribeAlarms kms:DescribeKey sqs:ListQueueTags ecs:DescribeTasks ecs:DescribeServices
    cloudformation:DescribeStackEvents cloudformation:DescribeStacks cloudformation:DescribeChangeSet
    codebuild:BatchGetBuilds ec2:DescribeInstanceStatus health:DescribeEventAggregates
    iam:GetServiceLinkedRoleDeletionStatus`),
);

const NAME = /^[A-Za-z0-9_:.+-]{1,128}$/;
/** Lambda and CloudFront add the version of their API: UpdateFunctionCode20150331v2, CreateFunction2020_05_31. */
const VERSION = /(?:20\d{6}(?:v\d+)?|20\d\d_\d\d_\d\d)$/;
/** AWS has some twenty thousand APIs; a hostile trail could name any number. */
const MOST = 30_000;

/** The known APIs; one table for a whole process does. */
export class Calls {
  readonly #wanted: (action: string) => boolean;
  readonly #bySource = new Map<string, Map<string, Call>>();
  #count = 0;

  constructor(wanted: (action: string) => boolean) {
    this.#wanted = wanted;
  }

  /** The API with this event source and name, or null when these cannot be what AWS writes. */
  of(source: string, name: string): Call | null {
    const known = this.#bySource.get(source)?.get(name);
    if (known !== undefined) return known;
    if (!NAME.test(name) || !NAME.test(source)) return null;
    const call = describe(source, name, this.#wanted);
    if (this.#count < MOST) {
      this.#count += 1;
      const names = this.#bySource.get(source) ?? new Map<string, Call>();
      names.set(name, call);
      this.#bySource.set(source, names);
    }
    return call;
  }
}

function describe(source: string, eventName: string, wanted: (action: string) => boolean): Call {
  const service = source.replace(/\.amazonaws\.com(?:\.cn)?$|\.(?:api\.)?aws$/, '').toLowerCase();
  const name = eventName.replace(VERSION, '') || eventName;
  const action = `${service}:${name}`;
  return {
    service,
    name,
    action,
    isRead: READ.test(name),
    isDiscovery: (DISCOVERY.test(name) || (GUARDS.has(service) && READ.test(name))) && !POLLED.has(action),
    isGlobal: GLOBAL.has(service),
    isWanted: wanted(action),
  };
}
