import { AwsError } from './aws-error.ts';
import { requireAllowed } from './auth/authorise.ts';
import type { Operation } from './operation.ts';
import type { Service } from './service.ts';
import { refuseInJson } from './wire/json-errors.ts';
import { JsonInput, jsonBody, lowerCamel } from './wire/json-input.ts';
import { header } from './wire/raw-request.ts';
import type { RawRequest } from './wire/raw-request.ts';

export type JsonObject = Readonly<Record<string, unknown>>;
export type JsonOperation = Operation<JsonInput, JsonObject>;

/** Makes a service that speaks JSON 1.1: the action is named by `X-Amz-Target`, input and output are JSON objects. */
export function jsonService(definition: {
  name: string;
  /** What stands before the action in `X-Amz-Target`. */
  target: string;
  operations: readonly JsonOperation[];
  /** Members of the input that CloudTrail does not write down, and those it writes down as hidden. */
  secret?: { readonly leftOut?: readonly string[]; readonly hidden?: readonly string[] };
}): Service {
  const { name, target } = definition;
  const operations = new Map(definition.operations.map((operation) => [operation.name, operation]));
  const { leftOut = [], hidden = [] } = definition.secret ?? {};
  return {
    name,
    global: false,
    recognises: (request) => header(request, 'x-amz-target')?.startsWith(`${target}.`) ?? false,
    actionOf: (request) => actionOf(request, target),
    parametersOf: (request) =>
      Object.fromEntries(
        Object.entries(jsonBody(request) ?? {})
          .filter(([member]) => !leftOut.includes(member))
          .map(([member, value]) => [
            lowerCamel(member),
            hidden.includes(member) ? 'HIDDEN_DUE_TO_SECURITY_REASONS' : value,
          ]),
      ),
    refuse: (error) => refuseInJson(error),
    perform: ({ request, action, ...order }) => {
      const operation = operations.get(action ?? '');
      if (operation === undefined) {
        throw new AwsError('InvalidAction', 400, `Could not find operation ${action ?? '(none)'} of ${name}`);
      }
      const call = { ...order, input: JsonInput.of(request) };
      if (operation.access !== null) {
        const permission = `${name}:${operation.permission ?? operation.name}`;
        requireAllowed(call.caller, call.circumstances, permission, operation.access(call));
      }
      const result = operation.run(call) ?? {};
      return {
        status: 200,
        contentType: 'application/x-amz-json-1.1',
        errorCode: null,
        body: JSON.stringify(result),
        elements: result,
      };
    },
  };
}

function actionOf(request: RawRequest, target: string): string | null {
  const named = header(request, 'x-amz-target');
  return named?.startsWith(`${target}.`) ? named.slice(target.length + 1) : null;
}
