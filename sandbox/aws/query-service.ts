import { AwsError } from './aws-error.ts';
import { requireAllowed } from './auth/authorise.ts';
import type { Caller } from './auth/authenticate.ts';
import type { Operation } from './operation.ts';
import type { Service } from './service.ts';
import { lowerCamel } from './wire/json-input.ts';
import { QueryInput } from './wire/query-input.ts';
import { header } from './wire/raw-request.ts';
import type { RawRequest } from './wire/raw-request.ts';
import type { Reply } from './wire/reply.ts';
import { toXml } from './wire/xml.ts';
import type { XmlObject } from './wire/xml.ts';

export type QueryOperation = Operation<QueryInput, XmlObject>;

/** Makes a service that speaks the Query protocol: form parameters in, XML out. */
export function queryService(definition: {
  name: string;
  global: boolean;
  version: string;
  operations: readonly QueryOperation[];
  /** Refuses callers this service never serves; throws AwsError. */
  admit: (caller: Caller, action: string) => void;
}): Service {
  const { name, global, version } = definition;
  const operations = new Map(definition.operations.map((operation) => [operation.name, operation]));
  const namespace = `https://${name}.amazonaws.com/doc/${version}/`;
  return {
    name,
    global,
    recognises: (request) => form(request).get('Version') === version,
    actionOf: (request) => form(request).get('Action'),
    parametersOf: (request) => parametersOf(form(request)),
    refuse: (error, requestId) => refuseInXml(error, requestId, namespace),
    perform: ({ request, action, requestId, ...order }): Reply => {
      const operation = operations.get(action ?? '');
      if (operation === undefined) throw invalidAction(action, version);
      const call = { ...order, input: new QueryInput(form(request)) };
      definition.admit(call.caller, operation.name);
      if (operation.access !== null) {
        requireAllowed(call.caller, call.circumstances, `${name}:${operation.name}`, operation.access(call));
      }
      const result = operation.run(call);
      return {
        status: 200,
        contentType: 'text/xml',
        errorCode: null,
        body: envelope(operation.name, namespace, result, requestId),
        elements: result,
      };
    },
  };
}

function invalidAction(action: string | null, version: string): AwsError {
  if (action === null) return new AwsError('MissingAction', 400, 'Missing Action');
  return new AwsError('InvalidAction', 400, `Could not find operation ${action} for version ${version}`);
}

/** An error as a Query service words it. */
export function refuseInXml(error: AwsError, requestId: string, namespace: string): Reply {
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  const content = toXml({
    Error: { Type: type, Code: error.code, Message: error.message },
    RequestId: requestId,
  });
  return {
    status: error.status,
    contentType: 'text/xml',
    errorCode: error.code,
    body: `<ErrorResponse xmlns="${namespace}">${content}</ErrorResponse>`,
  };
}

function envelope(action: string, namespace: string, result: XmlObject | null, requestId: string): string {
  const content = toXml({
    [`${action}Result`]: result,
    ResponseMetadata: { RequestId: requestId },
  });
  return `<${action}Response xmlns="${namespace}">${content}</${action}Response>`;
}

const forms = new WeakMap<RawRequest, URLSearchParams>();

/** The parameters of a Query request: those of the URL, then those of a form body. */
function form(request: RawRequest): URLSearchParams {
  const known = forms.get(request);
  if (known !== undefined) return known;
  const fields = new URLSearchParams(request.query);
  const type = header(request, 'content-type') ?? '';
  if (request.method === 'POST' && type.startsWith('application/x-www-form-urlencoded')) {
    for (const [name, value] of new URLSearchParams(request.body.toString('utf8')))
      fields.append(name, value);
  }
  forms.set(request, fields);
  return fields;
}

/** Parameters in lower camel case, lists put together; a member with fields is an object, as in CloudTrail. */
function parametersOf(fields: URLSearchParams): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  for (const [name, value] of fields) {
    if (name === 'Action' || name === 'Version') continue;
    const [head = '', ...rest] = name.split('.');
    const key = lowerCamel(head);
    if (rest.length === 0) {
      parameters[key] = value;
      continue;
    }
    const list = listIn(parameters, key);
    const [, place, field, ...deeper] = rest;
    if (field === undefined) list.push(value);
    else setField(list, Number(place) - 1, lowerCamel(field), value, deeper.length > 0);
  }
  return parameters;
}

function listIn(into: Record<string, unknown>, key: string): unknown[] {
  const known = into[key];
  const list: unknown[] = Array.isArray(known) ? known : [];
  into[key] = list;
  return list;
}

/** No API of IAM or STS takes a longer list. */
const LONGEST_LIST = 1_000;

/** Sets a field of a member of a list, or adds to it where it is a list itself. */
function setField(list: unknown[], place: number, field: string, value: string, isList: boolean): void {
  if (!Number.isInteger(place) || place < 0 || place >= LONGEST_LIST) return;
  const known = list[place];
  const member = (typeof known === 'object' && known !== null ? known : {}) as Record<string, unknown>;
  list[place] = member;
  if (isList) listIn(member, field).push(value);
  else member[field] = value;
}
