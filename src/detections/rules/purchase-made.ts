import { call } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Something bought or subscribed to. */
export const purchaseMade: Rule = {
  id: 'purchase-made',
  title: 'Something bought or subscribed to',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1496',
  whatToDo: 'Cancel what can be cancelled, and tell AWS support.',
  falseAlarms: 'Purchasing, mostly in the console.',
  actions: words(`
    route53domains:RegisterDomain agreement-marketplace:AcceptAgreementRequest
    ec2:PurchaseReservedInstancesOffering ec2:PurchaseCapacityBlock ec2:PurchaseHostReservation
    savingsplans:CreateSavingsPlan rds:PurchaseReservedDBInstancesOffering
    redshift:PurchaseReservedNodeOffering aws-marketplace:Subscribe shield:CreateSubscription
    payments:CreatePaymentInstrument payments:UpdatePaymentPreferences
    elasticache:PurchaseReservedCacheNodesOffering es:PurchaseReservedInstanceOffering
    memorydb:PurchaseReservedNodesOffering route53domains:TransferDomain`),
  judge(event) {
    return { facts: { call: event.call.name, name: textAt(event.asked, 'domainName') }, of: event.call.name };
  },
  examples: () => ({
    fires: [
      {
        why: 'a domain',
        records: [call('route53domains:RegisterDomain', { asked: { domainName: 'example.net' } })],
      },
    ],
    quiet: [{ why: 'offers are listed', records: [call('ec2:DescribeReservedInstancesOfferings')] }],
  }),
};
