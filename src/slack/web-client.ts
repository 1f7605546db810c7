import { WebClient } from '@slack/web-api';
import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import type { Logger, WebAPICallResult } from '@slack/web-api';
import type { Secret } from '../domain/secret.ts';
import { NO_METRICS } from '../ports/metrics.ts';
import type { Metrics, SlackCallOutcome } from '../ports/metrics.ts';
import { slackFailure } from './failures.ts';
import { repeatBroken } from './repeat-broken.ts';

/** How long one call of the Web API may take; acknowledgements have three seconds in all. */
const CALL_TIMEOUT_MS = 10_000;

export interface SlackWebOptions {
  readonly botToken: Secret;
  /** Another Web API base (tests, the sandbox), or null for Slack's own. */
  readonly apiUrl: string | null;
  readonly logger: Logger;
  readonly dispatcher: EnvHttpProxyAgent;
}

/** The dispatcher that honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY, for the Web API and the socket alike. */
export function proxyDispatcher(environment: Readonly<Record<string, string>>): EnvHttpProxyAgent {
  const of = (name: string): string => environment[name] ?? environment[name.toLowerCase()] ?? '';
  return new EnvHttpProxyAgent({
    httpProxy: of('HTTP_PROXY'),
    httpsProxy: of('HTTPS_PROXY') || of('HTTP_PROXY'),
    noProxy: of('NO_PROXY'),
  });
}

/**
 * The options every client of the Web API shares: no retries of its own, since what may be repeated is decided by us (and at
 * once by {@link repeatBroken}).
 */
export function webClientOptions(
  options: Omit<SlackWebOptions, 'botToken'>,
): NonNullable<ConstructorParameters<typeof WebClient>[1]> {
  const repeating = repeatBroken(undiciFetch);
  return {
    ...(options.apiUrl === null ? {} : { slackApiUrl: options.apiUrl }),
    logger: options.logger,
    timeout: CALL_TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    fetch: ((url: string, init: Parameters<typeof undiciFetch>[1]) =>
      repeating(url, { ...init, dispatcher: options.dispatcher })) as unknown as typeof fetch,
  };
}

/** Counts and times every call by its method. */
class MeasuredWebClient extends WebClient {
  // Set after the parent's constructor, which makes no call.
  metrics: Metrics = NO_METRICS;

  override async apiCall(...[method, options]: Parameters<WebClient['apiCall']>): Promise<WebAPICallResult> {
    const startedAt = performance.now();
    const ended = (outcome: SlackCallOutcome): void =>
      this.metrics.slackCall(method, outcome, performance.now() - startedAt);
    try {
      const answer = await super.apiCall(method, options);
      ended('ok');
      return answer;
    } catch (error) {
      ended(slackFailure(error).kind);
      throw error;
    }
  }
}

export function webClient(options: SlackWebOptions & { readonly metrics?: Metrics }): WebClient {
  const client = new MeasuredWebClient(options.botToken.reveal(), webClientOptions(options));
  client.metrics = options.metrics ?? NO_METRICS;
  return client;
}
