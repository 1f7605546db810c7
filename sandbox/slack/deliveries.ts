import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Core } from './core.ts';
import type { Ack, Delivery, Transport } from './delivery.ts';
import type { DeliveryKind } from './journal.ts';
import type { Json } from './json.ts';

/** An event on its way, with its retries. */
export interface EventDelivery {
  readonly eventId: string;
  /** The outcome of the first attempt. */
  readonly first: Promise<Ack>;
  /** The outcomes of all attempts: up to the first acknowledgement, or all four. */
  readonly done: Promise<readonly Ack[]>;
}

/** Sends what happens in Slack to the bot, by whichever transport is in use. */
export class Deliveries {
  readonly #core: Core;
  readonly #stopped = new AbortController();
  transport: Transport;

  constructor(core: Core, transport: Transport) {
    this.#core = core;
    this.transport = transport;
  }

  /** Sends a command, interaction or suggestion; these are never retried. */
  async send(kind: Exclude<DeliveryKind, 'event'>, body: Json): Promise<Ack> {
    return this.#attempt({ kind, body });
  }

  /** Sends an event, and again while nobody acknowledges it. */
  sendEvent(
    event: Json,
    options: { eventId?: string; teamId?: string; extShared?: boolean } = {},
  ): EventDelivery {
    const { app, teamId } = this.#core.world;
    const eventId = options.eventId ?? `Ev0${randomBytes(5).toString('hex').toUpperCase()}`;
    const inTeam = options.teamId ?? teamId;
    const authorization = { enterprise_id: null, team_id: teamId, user_id: app.botUserId, is_bot: true };
    const body: Json = {
      token: 'unused',
      team_id: inTeam,
      context_team_id: inTeam,
      context_enterprise_id: null,
      api_app_id: app.appId,
      event,
      type: 'event_callback',
      event_id: eventId,
      event_time: Math.floor(this.#core.clock.now() / 1_000),
      authorizations: [{ ...authorization, is_enterprise_install: false }],
      is_ext_shared_channel: options.extShared ?? false,
      event_context: `4-${eventId}`,
    };
    const first = this.#attempt({ kind: 'event', body });
    return { eventId, first, done: this.#retried(body, first) };
  }

  /** Ends the retries that are still waiting. */
  stop(): void {
    this.#stopped.abort();
  }

  async #retried(body: Json, first: Promise<Ack>): Promise<readonly Ack[]> {
    const acks = [await first];
    for (const [index, delay] of this.#core.settings.eventRetryDelaysMs.entries()) {
      const last = acks.at(-1);
      if (last === undefined || last.outcome === 'ack' || (last.outcome === 'refused' && last.noRetry)) break;
      if (delay > 0)
        await sleep(delay, undefined, { signal: this.#stopped.signal, ref: false }).catch(() => undefined);
      if (this.#stopped.signal.aborted) break;
      acks.push(
        await this.#attempt({ kind: 'event', body, retry: { number: index + 1, reason: reasonOf(last) } }),
      );
    }
    return acks;
  }

  async #attempt(delivery: Delivery): Promise<Ack> {
    const { faults, journal, settings } = this.#core;
    const fault = faults.take(`deliver:${delivery.kind}`, delivery.body);
    const { via } = this.transport;
    journal.delivered({ via, kind: delivery.kind, body: delivery.body, retry: delivery.retry?.number ?? 0 });
    if (fault?.kind === 'lost') {
      await sleep(settings.ackMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      return { outcome: 'timeout', ms: settings.ackMs };
    }
    if (fault?.kind === 'latency') await sleep(fault.ms);
    const [ack] = await Promise.all([
      this.transport.send(delivery),
      ...(fault?.kind === 'twice' ? [this.transport.send(delivery)] : []),
    ]);
    if (ack.outcome === 'timeout')
      journal.defect(`${delivery.kind} not acknowledged in time`, titleOf(delivery.body));
    return ack;
  }
}

function reasonOf(ack: Ack): string {
  if (ack.outcome === 'timeout') return 'http_timeout';
  return ack.outcome === 'unreachable' ? 'connection_failed' : 'http_error';
}

function titleOf(body: Json): unknown {
  return body['command'] ?? body['type'];
}
