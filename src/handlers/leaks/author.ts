import type { AuthorTold, LeakAuthor } from '../../domain/leak.ts';
import { RekeyError } from '../../errors.ts';
import { FRESH_MS } from '../group-members.ts';
import type { Services } from '../services.ts';

/**
 * How an author can be told in private: members by a direct message; guests and people of other organizations, whom an
 * app may not write to, by words in the channel that they alone see; apps not at all.
 */
export async function wayToTell(services: Pick<Services, 'people'>, author: LeakAuthor): Promise<AuthorTold> {
  if (author.kind !== 'person') return 'not';
  if (author.foreign) return 'in_channel';
  try {
    const person = await services.people.person(author.userId, FRESH_MS);
    if (person.bot || person.deactivated) return 'not';
    return person.guest || person.stranger ? 'in_channel' : 'direct';
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    // Slack cannot say who it is: a direct message waits until it can.
    return 'direct';
  }
}
