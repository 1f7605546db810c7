/** A fact that was read, or why it could not be: unknown is not "no". Times are ms since the epoch. */
export type Known<Value> =
  | { readonly known: true; readonly value: Value; readonly asOf: number }
  | { readonly known: false; readonly why: string; readonly since: number };

export function known<Value>(value: Value, asOf: number): Known<Value> {
  return { known: true, value, asOf };
}

/** The same fact, no longer readable: `since` stays that of the first failure. */
export function unknown(why: string, at: number, before?: Known<unknown>): Known<never> {
  return { known: false, why, since: before?.known === false ? before.since : at };
}
