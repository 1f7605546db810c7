/** The kinds of things that are remembered of a key, and how many values of each. */
export const SIZES = {
  addresses: 64,
  prefixes: 64,
  operators: 24,
  countries: 16,
  agents: 24,
  regions: 24,
  services: 96,
  actions: 512,
  refused: 256,
} as const;

export type Dimension = keyof typeof SIZES;
export const DIMENSIONS = Object.keys(SIZES) as readonly Dimension[];
