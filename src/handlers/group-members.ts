import type { Services } from './services.ts';

/** How long an answer of Slack about a person or a group is taken as current. */
export const FRESH_MS = 5 * 60_000;
/** How old a group's membership may be for reversible acts while Slack cannot be asked. */
const STALE_LIMIT_MS = 24 * 3_600_000;

/** The members of a user group, or null when that is not known well enough for such an act. */
export async function membersOf(
  services: Pick<Services, 'stores' | 'clock' | 'people' | 'log'>,
  groupId: string,
  irreversible: boolean,
): Promise<readonly string[] | null> {
  const { stores, clock, people, log } = services;
  const kept = await stores.groupMembers.byId(groupId);
  const age = kept === null ? Infinity : Math.abs(clock.now() - kept.fetchedAt);
  if (kept !== null && age < FRESH_MS && !irreversible) return kept.members;
  try {
    const members = await people.groupMembers(groupId);
    await stores.atomically([stores.groupMembers.set({ groupId, members, fetchedAt: clock.now() })]);
    return members;
  } catch (error) {
    log.warn('user group could not be read', { groupId, error });
    return kept !== null && !irreversible && age < STALE_LIMIT_MS ? kept.members : null;
  }
}
