/** How many of these happened within a stretch of so many milliseconds, wherever it began. */
export function mostWithin(ms: number, happened: readonly { readonly at: number }[]): number {
  const times = happened.map(({ at }) => at).toSorted((one, other) => one - other);
  let most = 0;
  let first = 0;
  for (const [index, at] of times.entries()) {
    while (at - (times[first] ?? at) >= ms) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
