import type { CloudTrailEvent } from './event.ts';
import type { Place } from './place.ts';
import type { Profile } from './profile.ts';

/** What of an event is new for its key. Unknown is never new, and nothing is new for a key that was never seen. */
export interface Novelty {
  readonly prefix: boolean;
  readonly operator: boolean;
  readonly country: boolean;
  readonly agent: boolean;
  readonly region: boolean;
  readonly service: boolean;
  readonly action: boolean;
}

const NOTHING: Novelty = {
  prefix: false,
  operator: false,
  country: false,
  agent: false,
  region: false,
  service: false,
  action: false,
};

/** Compares an event with what is known. Events of AWS's services, and those without a time, compare to nothing. */
export function noveltyOf(event: CloudTrailEvent, profile: Profile, placeOf: () => Place): Novelty {
  const { at, address, agent, region, call } = event;
  if (at === null || profile.events === 0 || event.byService) return NOTHING;
  const prefix =
    address !== null && profile.tables.prefixes.size > 0 && !profile.knows('prefixes', address.prefix, at);
  // A known prefix has a known place; only a new one is looked up.
  const place = prefix ? placeOf() : null;
  const isNew = (dimension: 'operators' | 'countries', value: string | null | undefined): boolean =>
    value !== null &&
    value !== undefined &&
    profile.tables[dimension].size > 0 &&
    profile.tables[dimension].lastSeen(value) === null;
  const novelty = {
    prefix,
    operator: isNew('operators', place?.operator),
    country: isNew('countries', place?.country),
    agent:
      agent.kind !== 'unknown' &&
      profile.tables.agents.size > 0 &&
      !profile.knows('agents', agent.family, at),
    region:
      region !== null &&
      !call.isGlobal &&
      profile.tables.regions.size > 0 &&
      !profile.knows('regions', region, at),
    service: !profile.knows('services', call.service, at),
    action: !profile.knows('actions', call.action, at),
  };
  return novelty;
}

/** True when it came from a network or a program the key was never seen with. */
export function isStrange({ prefix, agent }: Novelty): boolean {
  return prefix || agent;
}
