import type { Json } from './json.ts';

/**
 * What goes wrong with a call or delivery.
 * - `http`: answered with this status and no effect (429 carries Retry-After)
 * - `error`: answered `ok: false` with this error and no effect
 * - `hang`: never answered, no effect
 * - `answer_lost`: the effect happens, the answer never comes (`reset`: the connection breaks instead)
 * - `latency`: done and answered after a while
 * - `lost`, `twice`: for deliveries; never arrives, arrives two times
 */
export type Fault =
  | { readonly kind: 'http'; readonly status: number; readonly retryAfter?: number }
  | { readonly kind: 'error'; readonly error: string; readonly messages?: readonly string[] }
  | { readonly kind: 'hang' }
  | { readonly kind: 'answer_lost'; readonly how?: 'hang' | 'reset' }
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'twice' };

/** A method's name, `response_url`, a delivery (`deliver:command` …), or `*` for every method and response_url. */
export type FaultTarget = string;

interface Planned {
  readonly target: FaultTarget;
  readonly fault: Fault;
  readonly when: (args: Json) => boolean;
  left: number;
}

/** The faults to come. */
export class Faults {
  #planned: Planned[] = [];

  /**
   * Makes the next `times` (1) matching calls or deliveries go wrong; several plans apply in order. Answers how to take
   * back what nothing has met yet.
   */
  add(
    target: FaultTarget,
    fault: Fault,
    options: { times?: number; when?: (args: Json) => boolean } = {},
  ): () => void {
    const planned = { target, fault, left: options.times ?? 1, when: options.when ?? (() => true) };
    this.#planned.push(planned);
    return () => {
      planned.left = 0;
    };
  }

  clear(): void {
    this.#planned = [];
  }

  take(target: FaultTarget, args: Json): Fault | undefined {
    const matches = (each: Planned): boolean =>
      each.target === target || (each.target === '*' && !target.startsWith('deliver:'));
    const found = this.#planned.find((each) => each.left > 0 && matches(each) && each.when(args));
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.fault;
  }
}
