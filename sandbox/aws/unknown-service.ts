import { AwsError } from './aws-error.ts';
import { refuseInXml } from './query-service.ts';
import type { Service } from './service.ts';
import { refuseInJson } from './wire/json-errors.ts';
import { header } from './wire/raw-request.ts';
import type { RawRequest } from './wire/raw-request.ts';

/**
 * Stands for a service the stand-in does not have: keys are checked as everywhere, and then no action is known. Answers in
 * the protocol of the request, so that an SDK client reads the refusal.
 */
export function unknownService(request: RawRequest, name: string): Service {
  const target = header(request, 'x-amz-target');
  return {
    name,
    global: false,
    recognises: () => false,
    actionOf: () => (target === null ? null : target.slice(target.indexOf('.') + 1)),
    parametersOf: () => ({}),
    perform: ({ action }) => {
      throw new AwsError('InvalidAction', 400, `Could not find operation ${action ?? '(none)'} of ${name}`);
    },
    refuse: (error, requestId) =>
      target === null
        ? refuseInXml(error, requestId, `https://${name}.amazonaws.com/doc/`)
        : refuseInJson(error),
  };
}
