import { RULES } from '../../src/detections/registry.ts';
import type { RawRecord } from '../../src/detections/rule.ts';

/** The records of the examples of all rules: some of everything. */
export const samples: readonly RawRecord[] = RULES.flatMap(({ examples }) =>
  [...examples.fires, ...examples.quiet].flatMap(({ records }) => records),
);
