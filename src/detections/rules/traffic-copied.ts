import { call, OWN } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Network traffic copied or led elsewhere. */
export const trafficCopied: Rule = {
  id: 'traffic-copied',
  title: 'Network traffic copied or led elsewhere',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1040',
  whatToDo: 'Delete the mirror or route; see where the traffic went.',
  falseAlarms: 'Network monitoring by the security team.',
  actions: words(`
    ec2:CreateTrafficMirrorSession ec2:CreateTrafficMirrorTarget ec2:CreateTrafficMirrorFilter
    ec2:CreateTrafficMirrorFilterRule ec2:ModifyTrafficMirrorSession ec2:CreateVpcPeeringConnection
    ec2:CreateClientVpnEndpoint route53:CreateVPCAssociationAuthorization
    route53domains:TransferDomainToAnotherAwsAccount route53domains:DisableDomainTransferLock
    route53domains:RetrieveDomainAuthCode route53domains:TransferDomain
    route53domains:UpdateDomainNameservers ec2:AcceptVpcPeeringConnection ec2:CreateVpnConnection
    ec2:CreateTransitGatewayPeeringAttachment ec2:AcceptTransitGatewayPeeringAttachment`),
  judge(event) {
    const isPlain =
      event.call.name.startsWith('CreateTrafficMirror') ||
      event.call.name.startsWith('ModifyTrafficMirror') ||
      textAt(event.asked, 'peerOwnerId') !== null ||
      event.call.name !== 'CreateVpcPeeringConnection';
    if (!isPlain || textAt(event.asked, 'peerOwnerId') === event.accountId) return null;
    return {
      facts: { call: event.call.name, with: textAt(event.asked, 'peerOwnerId') },
      of: event.call.name,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a mirror session',
        records: [call('ec2:CreateTrafficMirrorSession', { error: 'Client.UnauthorizedOperation' })],
      },
    ],
    quiet: [
      {
        why: 'peering inside the account',
        records: [call('ec2:CreateVpcPeeringConnection', { asked: { vpcId: 'a', peerOwnerId: OWN } })],
      },
    ],
  }),
};
