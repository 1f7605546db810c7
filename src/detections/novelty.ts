import type { CloudTrailEvent } from './event.ts';
import { placeOf, type LookUp } from './place.ts';
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

/** What most events are compared to: nothing is new. */
export const NOTHING: Novelty = {
  prefix: false,
  operator: false,
  country: false,
  agent: false,
  region: false,
  service: false,
  action: false,
};

/** Compares an event with what is known. Events of AWS's services, and those without a time, compare to nothing. */
export function noveltyOf(event: CloudTrailEvent, profile: Profile, lookUp: LookUp): Novelty {
  const { at, address, agent, region, call } = event;
  if (at === null || profile.events === 0 || event.byService) return NOTHING;
  const [isOld, isOldCall] = [profile.isFamiliarOrigin(event), profile.isFamiliarCall(event)];
  if (isOld && isOldCall) return NOTHING;
  const { tables } = profile;
  const prefix =
    !isOld && address !== null && tables.prefixes.size > 0 && !profile.knows('prefixes', address.prefix, at);
  const isNewAgent =
    !isOld &&
    agent.kind !== 'unknown' &&
    tables.agents.size > 0 &&
    !profile.knows('agents', agent.family, at);
  const isNewRegion =
    !isOldCall &&
    region !== null &&
    !call.isGlobal &&
    tables.regions.size > 0 &&
    !profile.knows('regions', region, at);
  const isNewAction = !isOldCall && !profile.knows('actions', call.action, at);
  if (!prefix && !isNewAgent && !isNewRegion && !isNewAction) return NOTHING;
  // A known prefix has a known place; only a new one is looked up.
  const place = prefix ? placeOf(address, lookUp) : null;
  const isNew = (dimension: 'operators' | 'countries', value: string | null | undefined): boolean =>
    value !== null &&
    value !== undefined &&
    tables[dimension].size > 0 &&
    tables[dimension].lastSeen(value) === null;
  return {
    prefix,
    operator: isNew('operators', place?.operator),
    country: isNew('countries', place?.country),
    agent: isNewAgent,
    region: isNewRegion,
    service: isNewAction && !profile.knows('services', call.service, at),
    action: isNewAction,
  };
}

/** True when it came from a network or a program the key was never seen with. */
export function isStrange({ prefix, agent }: Novelty): boolean {
  return prefix || agent;
}
