/** The candidate that differs least from the word, ignoring case; null when none is near enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const wanted = word.toLowerCase().slice(0, 100);
  let best: { readonly candidate: string; readonly steps: number } | null = null;
  for (const candidate of candidates) {
    const steps = distance(wanted, candidate.toLowerCase().slice(0, 100));
    if (best === null || steps < best.steps) best = { candidate, steps };
  }
  const most = Math.ceil(wanted.length / 3);
  return best === null || best.steps > most ? null : best.candidate;
}

/** How many letters must be put in, left out or changed (Levenshtein). */
function distance(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 0; row < one.length; row += 1) {
    const now = [row + 1];
    for (let column = 1; column <= other.length; column += 1) {
      const changed = (before[column - 1] ?? 0) + (one.charAt(row) === other.charAt(column - 1) ? 0 : 1);
      now.push(Math.min(changed, (before[column] ?? 0) + 1, (now[column - 1] ?? 0) + 1));
    }
    before = now;
  }
  return before.at(-1) ?? 0;
}
