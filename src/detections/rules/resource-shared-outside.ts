import { call, FOREIGN, OWN, policy } from '../example.ts';
import { at, listAt, textAt, textsAt } from '../json.ts';
import { outsiders, accountOf } from '../policy-document.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Whom an endpoint service lets in; written as XML is. */
function allowedIn(asked: unknown): readonly string[] {
  const request = at(asked, 'ModifyVpcEndpointServicePermissionsRequest') ?? asked;
  return listAt(request, 'AddAllowedPrincipals').flatMap(
    (each) => textAt(each, 'content') ?? (typeof each === 'string' ? each : []),
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
    es:UpdateElasticsearchDomainConfig es:UpdateDomainConfig events:PutPermission
    ssm:ModifyDocumentPermission ram:CreateResourceShare ram:AssociateResourceShare
    lambda:AddLayerVersionPermission glue:PutResourcePolicy dynamodb:PutResourcePolicy
    kinesis:PutResourcePolicy ssm:PutResourcePolicy codeartifact:PutRepositoryPermissionsPolicy
    mediastore:PutContainerPolicy logs:PutDestinationPolicy logs:PutResourcePolicy
    ses:PutIdentityPolicy ses:CreateEmailIdentityPolicy s3:CreateAccessGrant
    ec2:ModifyVpcEndpointServicePermissions redshift:AuthorizeDataShare
    redshift:AuthorizeEndpointAccess redshift:PutResourcePolicy lakeformation:GrantPermissions
    acm-pca:PutPolicy servicecatalog:CreatePortfolioShare serverlessrepo:PutApplicationPolicy
    vpc-lattice:PutResourcePolicy ecr:PutReplicationConfiguration s3express:PutBucketPolicy`),
  judge(event) {
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
        : textAt(asked, 'attributes', 'Policy');
    const who = [
      ...[...documents, attribute].flatMap((each) => outsiders(each, event.accountId)),
      ...[
        ...textsAt(asked, 'aWSAccountIds'),
        ...textsAt(asked, 'aWSAccountId'),
        ...textsAt(asked, 'accountIdsToAdd'),
        ...textsAt(asked, 'principals'),
        textAt(asked, 'granteePrincipal') ?? '',
        textAt(asked, 'consumerIdentifier') ?? '',
        textAt(asked, 'account') ?? '',
        textAt(asked, 'accountId') ?? '',
        textAt(asked, 'principal', 'dataLakePrincipalIdentifier') ?? '',
        ...listAt(asked, 'replicationConfiguration', 'rules').flatMap((rule) =>
          listAt(rule, 'destinations').map((each) => textAt(each, 'registryId') ?? ''),
        ),
        ...allowedIn(asked),
      ].flatMap((each) => (each === '*' || each.toLowerCase() === 'all' ? '*' : (accountOf(each) ?? []))),
    ].filter((each) => each !== event.accountId);
    if (who.length === 0) return null;
    return {
      severity: who.includes('*') ? 'high' : 'medium',
      facts: { call: event.call.name, service: event.call.service, 'let in': [...new Set(who)].join(', ') },
      of: `${event.call.action} ${who.join(' ')}`,
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
