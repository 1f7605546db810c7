import { isUnexplained, trifle } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call } from '../example.ts';
import { targetOf } from '../grant.ts';
import { textAt } from '../json.ts';
import { DAY } from '../profile.ts';
import { isListed, type Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Users, passwords and keys of services nobody listed; people and programs of applications are made by the thousand. */
const MAKING =
  /^(?!(?:iam|sts|sso|sso-directory|identitystore|cognito-idp|cognito-identity|transfer|workmail|connect|lightsail|ecr|ses|chime|ds):)[a-z0-9-]+:(?:Create|Register|Invite|Reset|Rotate|Modify|Update|Import|Issue)\w*(?:User|UserPassword|Password|ApiKey|AccessKey|KeyPair|Token|Credentials?)$/;

/** A certificate with which others are made: whoever holds it is an authority. */
function makesAuthority({ asked, call: { name } }: CloudTrailEvent): boolean {
  return (
    name === 'IssueCertificate' &&
    /\/(?:Subordinate|Root)CACertificate/.test(textAt(asked, 'templateArn') ?? '')
  );
}

/** Another kind of credential made for a user. */
export const otherCredentialMade: Rule = {
  id: 'other-credential-made',
  title: 'Another kind of credential made',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098.001',
  whatToDo:
    'Delete it unless its owner asked for it: SSH keys, certificates and service-specific passwords outlive the access key.',
  falseAlarms: 'CodeCommit and Keyspaces users; people who set up API keys of Bedrock.',
  actions: words(`
    iam:CreateServiceSpecificCredential iam:ResetServiceSpecificCredential iam:UploadSSHPublicKey
    iam:UploadSigningCertificate ec2:CreateKeyPair ec2:ImportKeyPair lightsail:CreateKeyPair
    lightsail:ImportKeyPair apigateway:CreateApiKey appsync:CreateApiKey
    iot:CreateKeysAndCertificate iot:RegisterCertificate iot:CreateProvisioningClaim acm-pca:IssueCertificate`),
  matches: MAKING,
  quietFor: DAY,
  judge(event, about) {
    if (!isListed(otherCredentialMade, event) && !isUnexplained(event, about)) return null;
    return {
      // Key pairs and API keys open one machine or one interface.
      severity: event.call.service === 'iam' || makesAuthority(event) ? 'medium' : trifle(event, about),
      facts: { call: event.call.name, user: targetOf(event), service: textAt(event.asked, 'serviceName') },
      of: `${event.call.name} ${targetOf(event) ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a service-specific credential',
        records: [
          call('iam:CreateServiceSpecificCredential', {
            asked: { userName: 'bob', serviceName: 'bedrock.amazonaws.com' },
          }),
        ],
      },
      {
        why: 'a signing certificate',
        records: [
          call('iam:UploadSigningCertificate', { asked: { userName: 'bob' }, error: 'AccessDenied' }),
        ],
      },
      {
        why: 'an authority of its own',
        records: [
          call('acm-pca:IssueCertificate', {
            asked: { templateArn: 'arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1' },
          }),
        ],
      },
    ],
    quiet: [{ why: 'they are listed', records: [call('iam:ListServiceSpecificCredentials')] }],
  }),
};
