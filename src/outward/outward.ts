import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Outward, OutwardAnswer } from '../ports/outward.ts';
import { addressProblem, chooseAddress, RefusedAddress, urlProblem } from './address.ts';
import type { Address, Resolve } from './address.ts';

const TIMEOUT_MS = 10_000;
/** Of looking a name up: a form with an address is answered within Slack's three seconds. */
const LOOK_UP_MS = 1_500;
const MOST_BYTES = 16_384;

export interface OutwardOptions {
  /** Hosts that may be private, and may be reached by http (`REKEY_PRIVATE_WEBHOOKS`). */
  readonly privateHosts: readonly string[];
  readonly resolve?: Resolve;
  /** Of one request in all; ms. */
  readonly timeoutMs?: number;
}

/** Posts straight to the address that was checked, past any proxy: a proxy would look the name up again. */
export function createOutward(options: OutwardOptions): Outward {
  const allowed = new Set(options.privateHosts.map((host) => host.toLowerCase()));
  const resolve = inTime(options.resolve ?? resolveName);
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;

  return {
    addressProblem: (url) => addressProblem(url, resolve, allowed),
    async post({ url, headers, body }, signal) {
      const problem = urlProblem(url, allowed);
      if (problem !== null) return { kind: 'refused', why: problem };
      let agent: Agent | null = null;
      try {
        agent = agentFor(await chooseAddress(new URL(url), resolve, allowed), timeoutMs);
        const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
        const answer = await request(url, {
          method: 'POST',
          headers,
          body,
          dispatcher: agent,
          signal: limit,
        });
        const text = await textOf(answer.body);
        return {
          kind: 'answered',
          status: answer.statusCode,
          retryAfterMs: secondsIn(answer.headers['retry-after']),
          body: text,
        };
      } catch (error) {
        return failed(error);
      } finally {
        await agent?.destroy();
      }
    },
  };
}

/** Connects to exactly this address, whatever the name would answer now; TLS still asks for the name. */
export function agentFor(address: Address, timeoutMs: number): Agent {
  return new Agent({
    connect: {
      timeout: timeoutMs,
      lookup: (_host, options, callback) => {
        if (options.all === true) callback(null, [{ ...address }]);
        else callback(null, address.address, address.family);
      },
    },
  });
}

export async function resolveName(host: string): Promise<Address[]> {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

/** A name server may let us wait as long as it likes; the system's look-up cannot be stopped, only left. */
function inTime(resolve: Resolve): Resolve {
  return async (host) => {
    const over = new AbortController();
    const late = sleep(LOOK_UP_MS, undefined, { signal: over.signal }).then(() => {
      throw new Error('its name could not be looked up in time');
    });
    try {
      return await Promise.race([resolve(host), late]);
    } finally {
      over.abort();
      late.catch(() => null);
    }
  };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return null;
  }
}

/** Dates are left alone, since clocks differ. */
function secondsIn(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1_000 : null;
}

/** Only the kind of failure: messages of the network's errors may hold the address. */
function failed(error: unknown): OutwardAnswer {
  if (error instanceof RefusedAddress) return { kind: 'refused', why: error.message };
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  return { kind: 'unreachable', why: timedOut ? 'it did not answer in time' : 'it could not be reached' };
}
