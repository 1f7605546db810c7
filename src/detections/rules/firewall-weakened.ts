import { call } from '../example.ts';
import { flagAt, listAt, textAt } from '../json.ts';
import { leavesOf } from '../leaves.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Web application firewall deleted or loosened. */
export const firewallWeakened: Rule = {
  id: 'firewall-weakened',
  title: 'Web application firewall deleted or loosened',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.007',
  whatToDo: 'Put the rules back; see which addresses were let in.',
  falseAlarms: 'Teams that tune their firewall; they are known by their habit.',
  actions: words(`
    wafv2:DeleteWebACL wafv2:DeleteRuleGroup wafv2:DisassociateWebACL
    wafv2:DeleteLoggingConfiguration wafv2:UpdateIPSet wafv2:DeleteIPSet
    wafv2:DeleteFirewallManagerRuleGroups waf:DeleteWebACL waf:DeleteRule waf:DeleteRuleGroup
    waf:DeleteIPSet waf:UpdateIPSet waf:DeleteLoggingConfiguration waf-regional:DeleteWebACL
    waf-regional:DeleteRule waf-regional:DeleteRuleGroup waf-regional:DisassociateWebACL
    waf-regional:UpdateIPSet waf-regional:DeleteLoggingConfiguration network-firewall:DeleteFirewall
    network-firewall:DeleteFirewallPolicy network-firewall:DeleteRuleGroup
    network-firewall:UpdateLoggingConfiguration network-firewall:DisassociateSubnets
    network-firewall:UpdateFirewallDeleteProtection route53resolver:DeleteFirewallRule
    route53resolver:DeleteFirewallRuleGroup route53resolver:DisassociateFirewallRuleGroup
    route53resolver:UpdateFirewallConfig wafv2:UpdateWebACL wafv2:UpdateRuleGroup
    network-firewall:UpdateFirewallPolicy
    shield:DisassociateDRTRole shield:DisassociateHealthCheck`),
  judge(event) {
    const { asked, call: api } = event;
    // Each tells the whole of its rules: none left is the end of it.
    if (
      /^Update(?:WebACL|RuleGroup)$/.test(api.name) &&
      api.service === 'wafv2' &&
      listAt(asked, 'rules').length > 0
    )
      return null;
    if (api.name === 'UpdateFirewallDeleteProtection' && flagAt(asked, 'deleteProtection') !== false)
      return null;
    if (api.name === 'UpdateFirewallConfig' && textAt(asked, 'firewallFailOpen') !== 'ENABLED') return null;
    // What matches no rule is let through unseen.
    if (api.name === 'UpdateFirewallPolicy' && !leavesOf(asked).some(([, text]) => text === 'aws:pass'))
      return null;
    return {
      facts: { call: event.call.name, name: textAt(event.asked, 'name') ?? textAt(event.asked, 'webACLId') },
      of: `${event.call.name} ${textAt(event.asked, 'name') ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      { why: 'a web ACL is deleted', records: [call('wafv2:DeleteWebACL', { asked: { name: 'shop' } })] },
    ],
    quiet: [{ why: 'web ACLs are listed', records: [call('wafv2:ListWebACLs')] }],
  }),
};
