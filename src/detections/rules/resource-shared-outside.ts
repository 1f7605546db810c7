import { isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call, FOREIGN, OWN, policy } from '../example.ts';
import { documentsIn, leavesOf } from '../leaves.ts';
import { at, listAt, textAt, textsAt, within } from '../json.ts';
import { outsiders, accountOf } from '../policy-document.ts';
import { isListed, type Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Whom an endpoint service lets in; written as XML is. */
function allowedIn(asked: unknown): readonly string[] {
  const request = at(asked, 'ModifyVpcEndpointServicePermissionsRequest') ?? asked;
  return listAt(request, 'AddAllowedPrincipals').flatMap(
    (each) => textAt(each, 'content') ?? (typeof each === 'string' ? each : []),
  );
}

/**
 * Any call that says who may use something. IAM, organizations and roles have rules of their own, and so have buckets,
 * functions and what is shared by the millions.
 */
const LETTING_IN =
  /^(?!(?:iam|sts|organizations|sso|identitystore|s3|autoscaling|ec2|rds|application-autoscaling):|lambda:AddPermission|events:PutTargets)[a-z0-9-]+:(?:Put|Set|Create|Update|Modify|Add|Attach|Authorize|Grant|Share|Associate)\w*(?:Polic(?:y|ies)|Permissions?|Share|Sharing|Directory|Membership|Grants?|Subscriber)\w*$/;
/** Names under which services are told whom to let in. */
const GUEST =
  /^(?:principals?|(?:share|grantee|target|shared|principal|user|consumer|member|receiver|recipient|subscriber)\w*(?:id|arn|account|principal|identifier))$/i;

/** Whom the parameters of a call let in, wherever its service puts it: documents, and names of accounts. */
function guestsIn(asked: unknown, own: string | null): readonly string[] {
  const named = leavesOf(asked).flatMap(([name, text]) => {
    if (!GUEST.test(name)) return [];
    return text === '*' && /^principals?$/i.test(name) ? '*' : (accountOf(text) ?? []);
  });
  return [...documentsIn(asked).flatMap((each) => outsiders(each, own)), ...named];
}

/** True when a list of who may do what names the caller, by a call that no rule lists. */
function namesItself(event: CloudTrailEvent): boolean {
  const { asked, caller } = event;
  const { arn, issuerArn } = caller;
  if (arn === null || isListed(resourceSharedOutside, event)) return false;
  return leavesOf(asked).some(
    ([, text]) => text === arn || text === issuerArn || (text.startsWith('[') && text.includes(`"${arn}"`)),
  );
}

/** Resource opened to another account or to everybody. */
export const resourceSharedOutside: Rule = {
  id: 'resource-shared-outside',
  title: 'Resource opened to another account or to everybody',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1537',
  whatToDo: 'Take the permission away; see what was done with it.',
  falseAlarms: 'Sharing with another account of the same company; partners.',
  actions: words(`
    kms:PutKeyPolicy kms:CreateGrant secretsmanager:PutResourcePolicy sns:AddPermission
    sns:SetTopicAttributes sqs:AddPermission sqs:SetQueueAttributes ecr:SetRepositoryPolicy
    ecr:PutRegistryPolicy ecr-public:SetRepositoryPolicy backup:PutBackupVaultAccessPolicy
    elasticfilesystem:PutFileSystemPolicy glacier:SetVaultAccessPolicy
    es:UpdateElasticsearchDomainConfig es:UpdateDomainConfig es:CreateDomain
    es:CreateElasticsearchDomain events:PutPermission
    ssm:ModifyDocumentPermission ram:CreateResourceShare ram:AssociateResourceShare
    lambda:AddLayerVersionPermission glue:PutResourcePolicy dynamodb:PutResourcePolicy
    kinesis:PutResourcePolicy ssm:PutResourcePolicy codeartifact:PutRepositoryPermissionsPolicy
    mediastore:PutContainerPolicy logs:PutDestinationPolicy logs:PutResourcePolicy
    ses:PutIdentityPolicy ses:CreateEmailIdentityPolicy s3:CreateAccessGrant
    ec2:ModifyVpcEndpointServicePermissions redshift:AuthorizeDataShare
    redshift:AuthorizeEndpointAccess redshift:PutResourcePolicy lakeformation:GrantPermissions
    acm-pca:PutPolicy servicecatalog:CreatePortfolioShare serverlessrepo:PutApplicationPolicy
    vpc-lattice:PutResourcePolicy ecr:PutReplicationConfiguration s3express:PutBucketPolicy
    s3:PutMultiRegionAccessPointPolicy`),
  matches: LETTING_IN,
  judge(event, about) {
    const { asked } = event;
    const documents = [
      'policy',
      'resourcePolicy',
      'policyText',
      'repositoryPolicyText',
      'accessPolicies',
      'policyDocument',
      'bucketPolicy',
    ].map((name) => at(asked, name));
    const attribute =
      textAt(asked, 'attributeName') === 'Policy'
        ? at(asked, 'attributeValue')
        : within(asked, 'attributes', 'Policy');
    const who = [
      ...[...documents, attribute].flatMap((each) => outsiders(each, event.accountId)),
      ...[
        ...textsAt(asked, 'aWSAccountIds'),
        ...textsAt(asked, 'aWSAccountId'),
        ...textsAt(asked, 'accountIdsToAdd'),
        ...textsAt(asked, 'principals'),
        textAt(asked, 'granteePrincipal') ?? '',
        textAt(asked, 'consumerIdentifier') ?? '',
        textAt(asked, 'principal') ?? '',
        textAt(asked, 'account') ?? '',
        textAt(asked, 'accountId') ?? '',
        textAt(asked, 'principal', 'dataLakePrincipalIdentifier') ?? '',
        ...listAt(asked, 'replicationConfiguration', 'rules').flatMap((rule) =>
          listAt(rule, 'destinations').map((each) => textAt(each, 'registryId') ?? ''),
        ),
        ...allowedIn(asked),
        ...guestsIn(asked, event.accountId),
      ].flatMap((each) => (each === '*' || each.toLowerCase() === 'all' ? '*' : (accountOf(each) ?? []))),
    ].filter((each) => each !== event.accountId);
    // Of a service nobody listed, to the data of which the key lets itself in.
    const isForItself =
      who.length === 0 && !event.failed && namesItself(event) && isUnexplained(event, about);
    if (isForItself) return { facts: { call: event.call.name, 'let in': 'itself' }, of: event.call.action };
    if (who.length === 0) return null;
    return {
      severity: who.includes('*') ? 'high' : 'medium',
      facts: { call: event.call.name, service: event.call.service, 'let in': [...new Set(who)].join(', ') },
      of: `${event.call.action} ${who.join(' ')}`,
      strangers: who,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a key of KMS for a foreign account',
        records: [
          call('kms:PutKeyPolicy', {
            asked: {
              keyId: 'k',
              policy: policy({
                Principal: { AWS: `arn:aws:iam::${FOREIGN}:root` },
                Action: 'kms:*',
                Resource: '*',
              }),
            },
          }),
        ],
      },
      {
        why: 'a secret',
        records: [
          call('secretsmanager:PutResourcePolicy', {
            asked: { secretId: 's', resourcePolicy: policy({ Principal: '*', Action: '*', Resource: '*' }) },
          }),
        ],
      },
      {
        why: 'a cluster of a service nobody listed, its document deep inside',
        records: [
          call('kafka:PutClusterPolicy', {
            asked: {
              request: {
                policy: policy({ Principal: { AWS: `arn:aws:iam::${FOREIGN}:root` }, Action: '*' }),
              },
            },
          }),
        ],
      },
      {
        why: 'an image for desks, to an account by its number',
        records: [call('workspaces:UpdateWorkspaceImagePermission', { asked: { sharedAccountId: FOREIGN } })],
      },
      {
        why: 'the data of a search collection for itself',
        records: [
          call('aoss:CreateAccessPolicy', {
            asked: { type: 'data', policy: [{ Principal: [`arn:aws:iam::${OWN}:user/alice`] }] },
          }),
        ],
      },
      {
        why: 'a subscriber of all security logs, named deep inside',
        records: [
          call('securitylake:CreateSubscriber', { asked: { subscriberIdentity: { principal: FOREIGN } } }),
        ],
      },
      { why: 'a queue', records: [call('sqs:AddPermission', { asked: { aWSAccountIds: [FOREIGN] } })] },
    ],
    quiet: [
      {
        why: 'the own account',
        records: [
          call('kms:PutKeyPolicy', {
            asked: {
              keyId: 'k',
              policy: policy({
                Principal: { AWS: `arn:aws:iam::${OWN}:root` },
                Action: 'kms:*',
                Resource: '*',
              }),
            },
          }),
        ],
      },
    ],
  }),
};
