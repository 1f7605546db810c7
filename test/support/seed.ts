/**
 * The seed of a test that plays at random: SEED, so that a run can be had again. Without it the same in CI each time, so
 * that a red run is about the change, and a new one elsewhere.
 */
export function seedOfRun(): number {
  const given = process.env['SEED'];
  if (given !== undefined) return Number(given);
  return process.env['CI'] === undefined ? Date.now() % 1_000_000 : 20_261_128;
}
