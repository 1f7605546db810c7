import { isUnexplained, trifle } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call, OWN } from '../example.ts';
import { textAt } from '../json.ts';
import { isListed, type Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Ways from one network into another, or into it from outside. */
const JOINING =
  /^(?:ec2:(?:Create|Accept|Associate)(?:TransitGateway\w*Attachment|VerifiedAccess\w+|VpnConnection|ClientVpn\w+)|ec2:AuthorizeClientVpnIngress|directconnect:(?:Create|Accept|Associate|Confirm)[A-Z]\w+|networkmanager:(?:Create|Accept)\w*(?:Peering|Attachment)|vpc-lattice:CreateServiceNetworkVpcAssociation)$/;

/** What tools for infrastructure do each day. */
const UNUSUAL = /^(?:Create|Replace)Route$|^CreateVpcEndpoint$/;

/** True for a way to everywhere, or to a service that is not of AWS. */
function leadsOut({ asked }: CloudTrailEvent): boolean {
  const service = textAt(asked, 'CreateVpcEndpointRequest', 'ServiceName') ?? textAt(asked, 'serviceName');
  return textAt(asked, 'destinationCidrBlock') === '0.0.0.0/0' || service?.includes('.vpce-svc-') === true;
}

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
    ec2:CreateRoute ec2:ReplaceRoute ec2:CreateVpcEndpoint ec2:CreateTransitGatewayPeeringAttachment ec2:AcceptTransitGatewayPeeringAttachment`),
  matches: JOINING,
  judge(event, about) {
    const isPlain =
      event.call.name.startsWith('CreateTrafficMirror') ||
      event.call.name.startsWith('ModifyTrafficMirror') ||
      textAt(event.asked, 'peerOwnerId') !== null ||
      event.call.name !== 'CreateVpcPeeringConnection';
    if (!isPlain || textAt(event.asked, 'peerOwnerId') === event.accountId) return null;
    if (UNUSUAL.test(event.call.name) && !(isUnexplained(event, about) && leadsOut(event))) return null;
    return {
      severity: isListed(trafficCopied, event) ? 'medium' : trifle(event, about),
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
