import type { Connection } from '../../domain/connection.ts';
import type { NoticePlace } from '../../domain/notice.ts';
import type { Ownership } from '../../domain/owner.ts';
import type { Audience } from '../../domain/reminder.ts';
import { shiftAt, type WorkingHours } from '../../domain/working-hours.ts';
import { RekeyError } from '../../errors.ts';
import type { Services } from '../../handlers/services.ts';
import { alertChannel } from '../../handlers/settings.ts';
import { workingHours } from '../../handlers/working-hours.ts';

/** How old Slack's word on a person's time zone may be. */
const PERSON_MS = 24 * 3_600_000;

/** Somebody who is told, and as what. */
export interface Listener {
  /** `channel:ID` or `user:ID`. */
  readonly id: string;
  readonly place: NoticePlace;
  readonly audience: Audience;
}

/** Where what concerns an account goes: its channel, and the fallback; the admins where there is none. */
export interface AccountPlaces {
  readonly own: readonly NoticePlace[];
  readonly fallback: readonly NoticePlace[];
}

export async function placesOf(
  services: Services,
  connection: Pick<Connection, 'alertChannel'>,
): Promise<AccountPlaces> {
  const { channelId } = await alertChannel(services);
  const own = connection.alertChannel ?? channelId;
  const admins = services.admins.map((userId) => ({ kind: 'person', userId }) as const);
  const of = (id: string | null): readonly NoticePlace[] =>
    id === null ? admins : [{ kind: 'channel', channelId: id }];
  return { own: of(own), fallback: of(channelId ?? own) };
}

/**
 * Who hears of a key: its owners, each in a direct message, and the account's channel. A user group has no direct
 * message: the channel stands in for it; for an owner who is not known, the fallback does.
 */
export function listenersOf(ownership: Ownership, places: AccountPlaces): Listener[] {
  const owners: readonly NoticePlace[] = ownership.known
    ? ownership.owners.flatMap((owner): readonly NoticePlace[] =>
        owner.kind === 'user' ? [{ kind: 'person', userId: owner.userId }] : places.own,
      )
    : places.fallback;
  const found = new Map<string, Listener>();
  for (const listener of [
    ...owners.map((place) => listenerAt(place, 'owner')),
    ...accountListeners(places),
  ]) {
    // Who is told as an owner hears all that the channel would.
    if (!found.has(listener.id)) found.set(listener.id, listener);
  }
  return [...found.values()];
}

/** Who hears of an account as a whole. */
export function accountListeners({ own }: AccountPlaces): Listener[] {
  return own.map((place) => listenerAt(place, 'channel'));
}

function listenerAt(place: NoticePlace, audience: Audience): Listener {
  const id = place.kind === 'channel' ? `channel:${place.channelId}` : `user:${place.userId}`;
  return { id, place, audience };
}

/** The setting that remembers when somebody got a digest last. */
export function digestSetting(listenerId: string): string {
  return `digest:${listenerId}`;
}

/** Tells who may be told everything now, and who only what cannot wait; asks about each once. */
export class Gates {
  readonly #services: Services;
  readonly #now: number;
  readonly #known = new Map<string, Promise<boolean>>();

  constructor(services: Services, now: number) {
    this.#services = services;
    this.#now = now;
  }

  /** Whether it is within the hours, and the first digest of this shift. */
  isOpen(listener: Listener): Promise<boolean> {
    const known = this.#known.get(listener.id) ?? this.#ask(listener);
    this.#known.set(listener.id, known);
    return known;
  }

  async #ask({ id, place }: Listener): Promise<boolean> {
    const shift = shiftAt(await this.#hoursOf(place), this.#now);
    if (shift === null) return false;
    const last = Number((await this.#services.stores.settings.get(digestSetting(id))) ?? Number.NaN);
    // A time to come was written before the clock stepped back.
    return Number.isNaN(last) || last < shift.opens || last > this.#now;
  }

  /** A person works the workspace's hours in the time zone they have in Slack. */
  async #hoursOf(place: NoticePlace): Promise<WorkingHours> {
    if (place.kind === 'channel') return workingHours(this.#services, place.channelId);
    const hours = await workingHours(this.#services, null);
    try {
      const { timeZone } = await this.#services.people.person(place.userId, PERSON_MS);
      return timeZone === null ? hours : { ...hours, timeZone };
    } catch (error) {
      // Slack cannot say: the workspace's own zone does.
      if (error instanceof RekeyError) return hours;
      throw error;
    }
  }
}
