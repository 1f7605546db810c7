import { call, history } from '../example.ts';
import { at, flagAt, listAt, textAt, textsAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Attributes of a load balancer, by name. */
function attributesOf(asked: unknown): ReadonlyMap<string, string> {
  return new Map(
    listAt(asked, 'attributes').flatMap((each) => [[textAt(each, 'key') ?? '', textAt(each, 'value') ?? '']]),
  );
}

/** True when a service is told to write its log no longer. */
function isSwitchedOff(name: string, asked: unknown): boolean {
  switch (name) {
    case 'DisableLogging':
      return true;
    case 'UpdateClusterConfig':
      return listAt(asked, 'logging', 'clusterLogging').some((each) => flagAt(each, 'enabled') === false);
    case 'ModifyLoadBalancerAttributes':
      return (
        attributesOf(asked).get('access_logs.s3.enabled') === 'false' ||
        flagAt(asked, 'loadBalancerAttributes', 'accessLog', 'enabled') === false
      );
    case 'ModifyDBInstance':
    case 'ModifyDBCluster':
      return (
        textsAt(asked, 'cloudwatchLogsExportConfiguration', 'disableLogTypes').length > 0 ||
        textsAt(asked, 'cloudwatchLogsExportConfiguration', 'logTypesToDisable').length > 0
      );
    case 'UpdateStateMachine':
      return textAt(asked, 'loggingConfiguration', 'level') === 'OFF';
    case 'UpdateClusterSettings':
      return listAt(asked, 'settings').some(
        (each) => textAt(each, 'name') === 'containerInsights' && textAt(each, 'value') === 'disabled',
      );
    case 'DeleteAccessLogSettings':
      return true;
    case 'UpdateStage':
      return [asked, at(asked, 'updateStageInput')]
        .flatMap((each) => listAt(each, 'patchOperations'))
        .some(
          (each) =>
            /accessLog|logging/i.test(textAt(each, 'path') ?? '') &&
            (textAt(each, 'op') === 'remove' || /^(?:OFF|false)$/i.test(textAt(each, 'value') ?? '')),
        );
    case 'ModifyDBParameterGroup':
    case 'ModifyDBClusterParameterGroup':
      return listAt(asked, 'parameters').some(
        (each) =>
          /log_statement|audit|general_log|log_connections|force_ssl|require_secure_transport/.test(
            textAt(each, 'parameterName') ?? '',
          ) && /^(?:0|none|off|false)?$/i.test(textAt(each, 'parameterValue') ?? ''),
      );
    default:
      return at(asked, 'LogPublishingOptions') !== undefined ||
        at(asked, 'logPublishingOptions') !== undefined
        ? JSON.stringify(asked).toLowerCase().includes('"enabled":false')
        : false;
  }
}

/** A service told to write its log no longer. */
export const serviceLogsSwitchedOff: Rule = {
  id: 'service-logs-switched-off',
  title: 'A service told to write its log no longer',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.008',
  whatToDo: 'Switch the log on again; what happened meanwhile is not in it.',
  falseAlarms: 'Saving what logs cost.',
  actions: [
    'eks:UpdateClusterConfig',
    'elasticloadbalancing:ModifyLoadBalancerAttributes',
    'rds:ModifyDBInstance',
    'rds:ModifyDBCluster',
    'rds:ModifyDBParameterGroup',
    'rds:ModifyDBClusterParameterGroup',
    'apigateway:UpdateStage',
    'redshift:DisableLogging',
    'states:UpdateStateMachine',
    'ecs:UpdateClusterSettings',
    'apigateway:DeleteAccessLogSettings',
    'es:UpdateDomainConfig',
    'es:UpdateElasticsearchDomainConfig',
  ],
  judge(event) {
    const { asked, call: api } = event;
    if (!isSwitchedOff(api.name, asked)) return null;
    const what =
      textAt(asked, 'name') ??
      textAt(asked, 'loadBalancerArn') ??
      textAt(asked, 'loadBalancerName') ??
      textAt(asked, 'dBInstanceIdentifier') ??
      textAt(asked, 'dBClusterIdentifier') ??
      textAt(asked, 'clusterIdentifier') ??
      textAt(asked, 'stateMachineArn') ??
      textAt(asked, 'domainName');
    return { facts: { call: api.action, of: what }, of: `${api.name} ${what ?? ''}` };
  },
  examples: () => ({
    fires: [
      {
        why: 'the audit log of a cluster is switched off',
        records: [
          call('eks:UpdateClusterConfig', {
            asked: { name: 'c', logging: { clusterLogging: [{ types: ['audit', 'api'], enabled: false }] } },
          }),
        ],
      },
      {
        why: 'a load balancer writes no log, refused',
        records: [
          call('elasticloadbalancing:ModifyLoadBalancerAttributes', {
            asked: { loadBalancerArn: 'lb', attributes: [{ key: 'access_logs.s3.enabled', value: 'false' }] },
            error: 'AccessDenied',
          }),
        ],
      },
      {
        why: 'a database exports its log no longer',
        records: [
          call('rds:ModifyDBInstance', {
            asked: {
              dBInstanceIdentifier: 'd',
              cloudwatchLogsExportConfiguration: { disableLogTypes: ['audit'] },
            },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'the log of a cluster is switched on',
        records: [
          call('eks:UpdateClusterConfig', {
            asked: { name: 'c', logging: { clusterLogging: [{ types: ['audit'], enabled: true }] } },
          }),
        ],
      },
      {
        why: 'a tool that does so each day',
        learned: history(5, ['redshift:DisableLogging', 'redshift:DisableLogging']),
        records: [call('redshift:DisableLogging', { asked: { clusterIdentifier: 'x' } })],
      },
    ],
  }),
};
