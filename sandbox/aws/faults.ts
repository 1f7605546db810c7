/** What goes wrong. */
export type FaultEffect =
  /** An error in the service's own protocol; nothing happens in the world. */
  | { readonly kind: 'error'; readonly code: string; readonly status: number; readonly message: string }
  /** `Throttling`, 400. */
  | { readonly kind: 'throttle' }
  /** `ServiceFailure`, 500: nothing happened, but the client cannot know. */
  | { readonly kind: 'service-failure' }
  /** Waits so many milliseconds of real time before anything happens. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Closes the connection before anything happened. */
  | { readonly kind: 'drop-before' }
  /** Does what was asked, then closes the connection: the response is lost. */
  | { readonly kind: 'drop-after' }
  /** The HTML page of a proxy that stands between. */
  | { readonly kind: 'proxy-page'; readonly status?: number };

/** Which requests a fault strikes; a field that is absent fits all. */
export interface FaultRule {
  readonly service?: string;
  readonly action?: string;
  readonly accessKeyId?: string;
  /** That the request was signed for. */
  readonly region?: string;
  /** The ARN of an authenticated principal. */
  readonly principal?: string;
  /** How often it strikes before it is spent; always when absent. */
  readonly times?: number;
  /** How many matching requests pass first. */
  readonly skip?: number;
  /** From 0 to 1, of those that match. */
  readonly probability?: number;
  readonly effect: FaultEffect;
}

/** What is known of a request when faults are looked up. */
export interface FaultSubject {
  readonly service: string | null;
  readonly action: string | null;
  readonly accessKeyId: string | null;
  readonly region: string | null;
  readonly principal: string | null;
}

/** A fault that is armed. */
export interface ArmedFault {
  readonly rule: FaultRule;
  /** How often it has struck. */
  readonly fired: number;
  remove(): void;
}

/** The faults of a stand-in, in the order they were added. */
export class Faults {
  private readonly chance: () => number;
  private armed: { rule: FaultRule; fired: number; seen: number }[] = [];

  constructor(chance: () => number) {
    this.chance = chance;
  }

  /** Arms a fault. */
  add(rule: FaultRule): ArmedFault {
    const entry = { rule, fired: 0, seen: 0 };
    this.armed.push(entry);
    return {
      rule,
      get fired() {
        return entry.fired;
      },
      remove: () => {
        this.armed = this.armed.filter((candidate) => candidate !== entry);
      },
    };
  }

  clear(): void {
    this.armed = [];
  }

  /** The effects on one request: every latency up to the first effect of another kind, which ends the search. */
  strike(subject: FaultSubject): readonly FaultEffect[] {
    const effects: FaultEffect[] = [];
    for (const entry of this.armed) {
      const { rule } = entry;
      if (!fits(rule, subject)) continue;
      entry.seen += 1;
      if (entry.seen <= (rule.skip ?? 0)) continue;
      if (entry.fired >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
      if (rule.probability !== undefined && this.chance() >= rule.probability) continue;
      entry.fired += 1;
      effects.push(rule.effect);
      if (rule.effect.kind !== 'latency') break;
    }
    return effects;
  }
}

function fits(rule: FaultRule, subject: FaultSubject): boolean {
  return (['service', 'action', 'accessKeyId', 'region', 'principal'] as const).every(
    (field) => rule[field] === undefined || rule[field] === subject[field],
  );
}
