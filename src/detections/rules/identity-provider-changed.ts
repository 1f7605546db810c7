import { call, OWN } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Identity provider or trust anchor changed. */
export const identityProviderChanged: Rule = {
  id: 'identity-provider-changed',
  title: 'Identity provider or trust anchor changed',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1484.002',
  whatToDo: 'Remove what was added: whoever runs the provider can sign in without any key of this account.',
  falseAlarms: 'Setting up single sign-on, GitHub Actions or Roles Anywhere.',
  actions: words(`
    iam:CreateSAMLProvider iam:UpdateSAMLProvider iam:DeleteSAMLProvider
    iam:CreateOpenIDConnectProvider iam:DeleteOpenIDConnectProvider
    iam:AddClientIDToOpenIDConnectProvider iam:UpdateOpenIDConnectProviderThumbprint
    rolesanywhere:CreateTrustAnchor rolesanywhere:UpdateTrustAnchor rolesanywhere:CreateProfile
    rolesanywhere:UpdateProfile rolesanywhere:EnableProfile rolesanywhere:EnableTrustAnchor
    sso-directory:CreateExternalIdPConfigurationForDirectory
    sso-directory:EnableExternalIdPConfigurationForDirectory
    sso-directory:DisableExternalIdPConfigurationForDirectory sso:AssociateDirectory
    sso:DisassociateDirectory sso:CreateTrustedTokenIssuer sso:UpdateTrustedTokenIssuer
    sso-directory:UpdateMfaDeviceManagementForDirectory cognito-identity:UpdateIdentityPool
    cognito-identity:SetIdentityPoolRoles cognito-idp:CreateIdentityProvider
    cognito-idp:UpdateIdentityProvider iam:EnableOutboundWebIdentityFederation
    iot:RegisterCACertificate`),
  judge(event) {
    const isNew = /^(?:Create|Update)(?:SAML|OpenID|TrustAnchor)/.test(event.call.name);
    return {
      severity: isNew && !event.failed ? 'high' : 'medium',
      facts: {
        call: event.call.name,
        name:
          textAt(event.asked, 'name') ?? textAt(event.asked, 'url') ?? textAt(event.asked, 'sAMLProviderArn'),
      },
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a trust anchor of Roles Anywhere',
        records: [call('rolesanywhere:CreateTrustAnchor', { asked: { name: 'ca', enabled: true } })],
      },
      {
        why: 'a SAML provider is replaced',
        records: [
          call('iam:UpdateSAMLProvider', {
            asked: { sAMLProviderArn: `arn:aws:iam::${OWN}:saml-provider/okta` },
          }),
        ],
      },
    ],
    quiet: [{ why: 'providers are listed', records: [call('iam:ListSAMLProviders')] }],
  }),
};
