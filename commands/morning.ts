import { instantOf } from '../src/domain/working-hours.ts';
import type { Context } from './entry.ts';

/** How old Slack's word on somebody's time zone may be. */
const PERSON_MS = 5 * 60_000;

/** Nine o'clock of a day (ISO) where the person is; ms. */
export async function morning(
  { services, actor }: Pick<Context, 'services' | 'actor'>,
  day: string,
): Promise<number> {
  const { timeZone } = await services.people.person(actor.userId, PERSON_MS);
  return instantOf(timeZone ?? 'UTC', Date.parse(`${day}T09:00:00Z`));
}
