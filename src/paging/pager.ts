import { request, type Dispatcher } from 'undici';
import { PAGER_NAMES, type PagerRegion } from '../domain/pager.ts';
import {
  addressProblem,
  chooseAddress,
  RefusedAddress,
  urlProblem,
  type Resolve,
} from '../outward/address.ts';
import { agentFor, resolveName } from '../outward/outward.ts';
import type { Page, Pager, PagerAccess, PageResult } from '../ports/pager.ts';
import type { Clock, Log } from '../ports/world.ts';
import { OPSGENIE_URLS, opsgenieRequest } from './opsgenie.ts';
import { PAGERDUTY_URL, pagerDutyRequest } from './pagerduty.ts';
import { PAGE_TIMEOUT_MS, resultOf, unreachable, type PagerAnswer, type PagerRequest } from './request.ts';
import { webhookRequest } from './webhook.ts';

/** Where the services are: tests and the sandbox put their own in. */
export interface PagerPlaces {
  readonly pagerDutyUrl?: string;
  readonly opsgenieUrls?: Readonly<Record<PagerRegion, string>>;
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
}

export interface PagerOptions extends PagerPlaces {
  /** Through the proxy, if there is one. Webhooks go straight to the address that was checked. */
  readonly dispatcher: Dispatcher;
  /** Hosts of webhooks that may be private, and may be reached by http. */
  readonly privateHosts: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

export function createPager(options: PagerOptions): Pager {
  const { dispatcher, clock, log } = options;
  const pagerDutyUrl = options.pagerDutyUrl ?? PAGERDUTY_URL;
  const opsgenieUrls = options.opsgenieUrls ?? OPSGENIE_URLS;
  const resolve = options.resolve ?? resolveName;
  const timeoutMs = options.timeoutMs ?? PAGE_TIMEOUT_MS;
  const allowed = new Set(options.privateHosts.map((host) => host.toLowerCase()));

  async function call(asked: PagerRequest, through: Dispatcher): Promise<PagerAnswer> {
    const { url, headers, body } = asked;
    const answer = await request(url, {
      method: 'POST',
      headers: { ...headers },
      body,
      dispatcher: through,
      signal: AbortSignal.timeout(timeoutMs),
    });
    // Unread, so that a long answer costs nothing.
    await answer.body.dump({ limit: 16_384 });
    const retryAfter = answer.headers['retry-after'];
    return {
      status: answer.statusCode,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
    };
  }

  async function toWebhook(access: PagerAccess, page: Page): Promise<PagerAnswer> {
    const url = access.url?.reveal() ?? '';
    const problem = urlProblem(url, allowed);
    if (problem !== null) throw new RefusedAddress(problem);
    const through = agentFor(await chooseAddress(new URL(url), resolve, allowed), timeoutMs);
    try {
      return await call(webhookRequest(url, access, page, clock.now()), through);
    } finally {
      await through.destroy();
    }
  }

  function deliver(access: PagerAccess, page: Page): Promise<PagerAnswer> {
    switch (access.kind) {
      case 'pagerduty':
        return call(pagerDutyRequest(pagerDutyUrl, access, page), dispatcher);
      case 'opsgenie':
        return call(opsgenieRequest(opsgenieUrls[access.region], access, page), dispatcher);
      case 'webhook':
        return toWebhook(access, page);
    }
  }

  return {
    async send(access, page): Promise<PageResult> {
      const service = access.kind === 'webhook' ? 'The webhook' : PAGER_NAMES[access.kind];
      try {
        const result = resultOf(service, await deliver(access, page));
        if (!result.ok) log.warn('page not delivered', { pageId: page.id, error: result.error });
        return result;
      } catch (error) {
        const result: PageResult =
          error instanceof RefusedAddress
            ? {
                ok: false,
                why: 'refused',
                error: `${service} is not used: ${error.message}`,
                retryAfterMs: 0,
              }
            : unreachable(service, error);
        // The name alone: messages of the network's errors may hold the address.
        const name = error instanceof Error ? error.name : 'failure';
        log.warn('page not delivered', { pageId: page.id, service, name });
        return result;
      }
    },
    addressProblem: (url) => addressProblem(url, resolve, allowed),
  };
}
