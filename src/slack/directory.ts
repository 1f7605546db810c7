import type { WebClient } from '@slack/web-api';
import { RekeyError } from '../errors.ts';
import type { Directory, NamedPerson, Person, UserGroup } from '../ports/slack.ts';
import type { Clock } from '../ports/world.ts';
import { slackFailure, unreachable } from './failures.ts';
import { personOf } from './person.ts';
import { Remembered } from './remembered.ts';

const HOUR_MS = 3_600_000;
const MEMORY = { ageMs: HOUR_MS, troubleMs: 60_000 };
/** A larger workspace is not read as a whole: its people are found by e-mail and by id only. */
const MOST_PEOPLE = 20_000;
/** The most that Slack gives at a time; some twenty such calls a minute are let through. */
const PAGE = 1_000;
/** Slack's wait in the middle of the list, within reason; whoever asks is no person waiting. */
const LONGEST_WAIT_MS = 60_000;
const WAITS = 5;
const KEPT_EMAILS = 10_000;

/** What `users.list` told. */
interface Listing {
  /** False when the workspace is too large: then there is nobody in it. */
  readonly whole: boolean;
  /** Whether Slack lets us see addresses. */
  readonly emails: boolean;
  readonly byName: ReadonlyMap<string, readonly NamedPerson[]>;
  readonly byEmail: ReadonlyMap<string, Person>;
}

/** The workspace by name, from `users.list`; by e-mail from the same where it is whole. */
export function slackDirectory(
  web: WebClient,
  clock: Clock,
  askGroups: () => Promise<readonly UserGroup[]>,
): Directory {
  const listing = new Remembered(() => list(web, clock), clock, MEMORY);
  const groups = new Remembered(askGroups, clock, MEMORY);
  const emails = new Map<string, Remembered<Person | null>>();
  return {
    async named(name) {
      const { whole, byName } = await listing.get();
      if (!whole) {
        throw new RekeyError(
          'not_found',
          `This workspace has more than ${MOST_PEOPLE} people: Rekey does not look among them by name.`,
          { next: 'Use e-mail addresses or Slack ids.' },
        );
      }
      return byName.get(name.toLowerCase()) ?? [];
    },
    async withEmail(email) {
      const { whole, emails: shown, byEmail } = await listing.get();
      if (!shown) {
        throw new RekeyError('not_found', 'Rekey may not look people up by e-mail.', {
          next: 'Add the optional scope `users:read.email` to the app and reinstall it.',
        });
      }
      const address = email.toLowerCase();
      if (whole) return byEmail.get(address) ?? null;
      if (emails.size >= KEPT_EMAILS) emails.clear();
      const known = emails.get(address) ?? new Remembered(() => askEmail(web, address), clock, MEMORY);
      emails.set(address, known);
      return known.get();
    },
    async groupsNamed(name) {
      const handle = name.toLowerCase();
      const all = await groups.get();
      return all.filter((group) => group.groupId === name || group.handle.toLowerCase() === handle);
    },
  };
}

async function list(web: WebClient, clock: Clock): Promise<Listing> {
  const byName = new Map<string, NamedPerson[]>();
  const byEmail = new Map<string, Person>();
  let emails = false;
  let count = 0;
  let cursor = '';
  do {
    const answer = await page(web, clock, cursor);
    emails = answer.response_metadata?.scopes?.includes('users:read.email') ?? emails;
    for (const user of answer.members ?? []) {
      if (user.id === undefined || user.team_id === undefined) continue;
      count += 1;
      const person = personOf({ ...user, id: user.id, team_id: user.team_id });
      const handle = user.name ?? '';
      add(byName, handle, { ...person, by: 'handle' });
      for (const chosen of new Set([user.profile?.display_name, user.real_name])) {
        if (chosen?.toLowerCase() !== handle.toLowerCase())
          add(byName, chosen ?? '', { ...person, by: 'chosen' });
      }
      if (user.profile?.email !== undefined) byEmail.set(user.profile.email.toLowerCase(), person);
    }
    if (count > MOST_PEOPLE) return { whole: false, emails, byName: new Map(), byEmail: new Map() };
    cursor = answer.response_metadata?.next_cursor ?? '';
  } while (cursor !== '');
  return { whole: true, emails, byName, byEmail };
}

function add(byName: Map<string, NamedPerson[]>, name: string, person: NamedPerson): void {
  if (name === '') return;
  const same = byName.get(name.toLowerCase()) ?? [];
  byName.set(name.toLowerCase(), [...same, person]);
}

async function page(web: WebClient, clock: Clock, cursor: string): ReturnType<WebClient['users']['list']> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await web.users.list({ limit: PAGE, ...(cursor === '' ? {} : { cursor }) });
    } catch (error) {
      const failure = slackFailure(error);
      const patient = waits < WAITS && failure.kind === 'rate_limited';
      if (!patient || failure.retryAfterMs > LONGEST_WAIT_MS) {
        throw unreachable('Rekey could not ask Slack for its people', failure);
      }
      await clock.sleep(failure.retryAfterMs);
    }
  }
}

async function askEmail(web: WebClient, email: string): Promise<Person | null> {
  try {
    const { user } = await web.users.lookupByEmail({ email });
    if (user?.id === undefined || user.team_id === undefined) return null;
    return personOf({ ...user, id: user.id, team_id: user.team_id });
  } catch (error) {
    const failure = slackFailure(error);
    if (failure.kind === 'refused' && failure.error === 'users_not_found') return null;
    throw unreachable('Rekey could not ask Slack who has an e-mail address', failure);
  }
}
