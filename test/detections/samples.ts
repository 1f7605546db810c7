import { RULES } from '../../src/detections/registry.ts';
import type { RawRecord } from '../../src/detections/rule.ts';

/** The records of the examples of all rules: some of everything. */
export const samples: readonly RawRecord[] = RULES.flatMap((rule) => {
  const { fires, quiet } = rule.examples();
  return [...fires, ...quiet].flatMap(({ records }) => records);
});
