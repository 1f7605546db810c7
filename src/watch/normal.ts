import type { Normal } from '../domain/incident.ts';
import type { Dimension } from '../detections/dimensions.ts';
import { DAY, type Profile } from '../detections/profile.ts';

/** How many values of each kind are told. */
const TOLD = 4;

/** What was normal before the day of an event, for people. */
export function normalOf(profile: Profile, at: number): Normal {
  const usual = (dimension: Dimension): string[] => {
    const table = profile.tables[dimension];
    return table.values
      .filter((value) => (table.firstSeen(value) ?? at) <= at - DAY)
      .sort((a, b) => table.count(b) - table.count(a) || (a < b ? -1 : 1))
      .slice(0, TOLD)
      .map((value) => value.slice(0, 120));
  };
  const isKnown = profile.events > 0 && profile.firstSeen <= at - DAY;
  return {
    since: isKnown ? profile.firstSeen : null,
    settled: profile.isSettled,
    networks: usual('prefixes'),
    operators: usual('operators'),
    agents: usual('agents'),
    regions: usual('regions'),
    services: usual('services'),
  };
}
