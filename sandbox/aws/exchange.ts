import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from './aws-error.ts';
import { authenticate } from './auth/authenticate.ts';
import type { Caller } from './auth/authenticate.ts';
import { principalArn } from './auth/principal.ts';
import type { FaultEffect, Faults } from './faults.ts';
import type { RequestLog } from './request-log.ts';
import type { Service } from './service.ts';
import { recordEvent } from './cloudtrail/record.ts';
import { services } from './services.ts';
import { unknownService } from './unknown-service.ts';
import { header } from './wire/raw-request.ts';
import type { RawRequest } from './wire/raw-request.ts';
import type { Reply } from './wire/reply.ts';
import { readClaim } from './wire/sigv4.ts';
import type { Claim } from './wire/sigv4.ts';
import type { World } from './world.ts';

/** What a request meets on its way. */
export interface Surroundings {
  readonly world: World;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly pageSize: number;
}

/** How a request ends for the one who sent it. */
export type Outcome =
  | { readonly kind: 'reply'; readonly reply: Reply; readonly requestId: string }
  | { readonly kind: 'hang' }
  | { readonly kind: 'drop' };

/** Either a value or the refusal that took its place. */
type Attempt<T> = { readonly value: T } | { readonly error: AwsError };

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof AwsError) return { error };
    throw error;
  }
}

/** Takes one request through faults, authentication, authorisation and its operation, and logs how it ended. */
export async function answer(surroundings: Surroundings, request: RawRequest): Promise<Outcome> {
  const { world, requests, faults } = surroundings;
  const claim = attempt(() => readClaim(request));
  const claimed = 'value' in claim ? claim.value : null;
  const service = serviceOf(request, claimed);
  const caller: Attempt<Caller> =
    'error' in claim
      ? claim
      : attempt(() =>
          authenticate(world, request, claim.value, { service: service.name, global: service.global }),
        );
  const known = 'value' in caller ? caller.value : null;
  const action = service.actionOf(request);
  const seen = {
    service: service.name,
    action,
    accessKeyId: claimed?.accessKeyId ?? null,
    region: claimed?.region ?? null,
    principalArn: known === null ? null : principalArn(known.principal),
  };
  const effects = faults.strike({ ...seen, principal: seen.principalArn });
  for (const effect of effects) if (effect.kind === 'latency') await sleep(effect.ms, null, { ref: false });
  const isKnown = 'value' in caller && effects.every(({ kind }) => kind === 'latency');
  if (isKnown) await service.waits?.({ world, caller: caller.value, request, action });
  const outcome = suffer(effects.at(-1), service, world, (requestId) =>
    perform({ surroundings, request, service, caller, action, requestId }),
  );
  requests.add({
    at: world.clock(),
    ...seen,
    accountId: known?.principal.account.id ?? null,
    userAgent: header(request, 'user-agent') ?? '',
    status: outcome.kind === 'reply' ? outcome.reply.status : null,
    errorCode: outcome.kind === 'reply' ? outcome.reply.errorCode : null,
  });
  return outcome;
}

function serviceOf(request: RawRequest, claim: Claim | null): Service {
  const byShape = services.find((service) => service.recognises(request));
  const byScope = services.find((service) => service.name === claim?.service);
  return byShape ?? byScope ?? unknownService(request, claim?.service ?? 'unknown');
}

function suffer(
  effect: FaultEffect | undefined,
  service: Service,
  world: World,
  work: (requestId: string) => Reply,
): Outcome {
  const requestId = world.ids.requestId();
  const refuse = (error: AwsError): Outcome => ({
    kind: 'reply',
    requestId,
    reply: service.refuse(error, requestId),
  });
  switch (effect?.kind) {
    case 'error':
      return refuse(new AwsError(effect.code, effect.status, effect.message));
    case 'throttle':
      return refuse(new AwsError('Throttling', 400, 'Rate exceeded'));
    case 'service-failure':
      return refuse(new AwsError('ServiceFailure', 500, 'The request processing has failed.'));
    case 'proxy-page':
      return { kind: 'reply', requestId, reply: proxyPage(effect.status ?? 503) };
    case 'hang':
      return { kind: 'hang' };
    case 'drop-before':
      return { kind: 'drop' };
    case 'drop-after':
      work(requestId);
      return { kind: 'drop' };
    case 'latency':
    case undefined:
      break;
  }
  return { kind: 'reply', requestId, reply: work(requestId) };
}

function proxyPage(status: number): Reply {
  const body =
    '<!doctype html><html><head><title>Proxy</title></head><body><h1>Service not reachable</h1></body></html>';
  return { status, contentType: 'text/html', body, errorCode: null };
}

function perform(given: {
  surroundings: Surroundings;
  request: RawRequest;
  service: Service;
  caller: Attempt<Caller>;
  action: string | null;
  requestId: string;
}): Reply {
  const { surroundings, request, service, caller, action, requestId } = given;
  const { world, pageSize } = surroundings;
  // Without a proved caller there is no event: CloudTrail does not see such requests.
  if ('error' in caller) return service.refuse(caller.error, requestId);
  const { value } = caller;
  const now = world.clock();
  // Whoever proved the key has used it, whether or not the call is then allowed.
  value.key?.recordUse({ at: now, service: service.name, region: value.region });
  const circumstances = { now, sourceIp: request.sourceIp, userAgent: header(request, 'user-agent') ?? '' };
  const reply = attempt(() =>
    service.perform({ world, caller: value, request, action, circumstances, requestId, pageSize }),
  );
  const done = 'value' in reply ? reply.value : service.refuse(reply.error, requestId);
  const refusal = 'error' in reply ? reply.error : null;
  if (action !== null && service.dataActions?.has(action) !== true) {
    const parameters = service.parametersOf(request);
    const { name } = service;
    recordEvent(world, {
      service: name,
      caller: value,
      action,
      circumstances,
      requestId,
      parameters,
      done,
      refusal,
    });
  }
  return done;
}
