/** What PagerDuty, Opsgenie and a webhook of Rekey's demand of a request; the reasons to refuse one, or none. */

type Json = Readonly<Record<string, unknown>>;

function isText(value: unknown, limit: number): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= limit;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownKeys(body: Json, known: readonly string[]): string[] {
  return Object.keys(body)
    .filter((key) => !known.includes(key))
    .map((key) => `unknown field ${key}`);
}

function wrong(checks: readonly (readonly [ok: boolean, what: string])[]): string[] {
  return checks.filter(([ok]) => !ok).map(([, what]) => what);
}

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
export function pagerDutyProblems(body: Json): string[] {
  const event = ['routing_key', 'event_action', 'dedup_key'];
  const action = String(body['event_action']);
  const problems = wrong([
    [
      /^[A-Za-z0-9]{32}$/.test(String(body['routing_key'])),
      'routing_key is incorrect (should be 32 characters)',
    ],
    [['trigger', 'acknowledge', 'resolve'].includes(action), 'event_action is unknown'],
    [isText(body['dedup_key'], 255), 'dedup_key is missing or too long'],
  ]);
  if (action !== 'trigger') return [...problems, ...unknownKeys(body, event)];
  const payload = isObject(body['payload']) ? body['payload'] : {};
  const allowed = [
    'summary',
    'source',
    'severity',
    'timestamp',
    'component',
    'group',
    'class',
    'custom_details',
  ];
  return [
    ...problems,
    ...unknownKeys(body, [...event, 'payload', 'client', 'client_url', 'links', 'images']),
    ...unknownKeys(payload, allowed),
    ...wrong([
      [isText(payload['summary'], 1_024), 'summary is missing or too long'],
      [isText(payload['source'], 1_024), 'source is missing'],
      [['critical', 'error', 'warning', 'info'].includes(String(payload['severity'])), 'severity is unknown'],
      [!Number.isNaN(Date.parse(String(payload['timestamp']))), 'timestamp is no ISO 8601 date'],
      [isObject(payload['custom_details']), 'custom_details is no object'],
    ]),
  ];
}

/** https://docs.opsgenie.com/docs/alert-api */
export function opsgenieProblems(body: Json, verb: 'create' | 'close' | 'acknowledge'): string[] {
  if (verb !== 'create') return unknownKeys(body, ['user', 'source', 'note']);
  const details = isObject(body['details']) ? body['details'] : {};
  const tags = Array.isArray(body['tags']) ? body['tags'] : [];
  const fields = ['message', 'alias', 'description', 'responders', 'visibleTo', 'actions', 'tags', 'details'];
  return [
    ...unknownKeys(body, [...fields, 'entity', 'source', 'priority', 'user', 'note']),
    ...wrong([
      [isText(body['message'], 130), 'message is missing or too long'],
      [isText(body['alias'], 512), 'alias is missing or too long'],
      [isText(body['description'], 15_000), 'description is missing or too long'],
      [/^P[1-5]$/.test(String(body['priority'])), 'priority is unknown'],
      [isText(body['source'], 100), 'source is missing or too long'],
      [Object.values(details).every((value) => typeof value === 'string'), 'details are no texts'],
      [JSON.stringify(details).length <= 9_000, 'details are too long'],
      [tags.length <= 20 && tags.every((tag) => isText(tag, 50)), 'tags are too many or too long'],
    ]),
  ];
}

/** docs/paging.md */
export function webhookProblems(body: Json): string[] {
  return [
    ...unknownKeys(body, [
      'version',
      'id',
      'action',
      'incidentKey',
      'severity',
      'summary',
      'at',
      'source',
      'details',
    ]),
    ...wrong([
      [body['version'] === 1, 'version is not 1'],
      [isText(body['id'], 100), 'id is missing'],
      [['trigger', 'acknowledge', 'resolve'].includes(String(body['action'])), 'action is unknown'],
      [isText(body['incidentKey'], 1_000), 'incidentKey is missing'],
      [
        ['info', 'low', 'medium', 'high', 'critical'].includes(String(body['severity'])),
        'severity is unknown',
      ],
      [isText(body['summary'], 40_000), 'summary is missing'],
      [isObject(body['details']), 'details are missing'],
    ]),
  ];
}
