import { findActor } from '../src/handlers/find-actor.ts';
import { lookHome } from '../src/handlers/look-home.ts';
import type { Services } from '../src/handlers/services.ts';
import type { Desk } from '../src/ports/slack.ts';
import type { Stores } from '../src/ports/stores.ts';
import { homeView } from './home.ts';

/** A drawing under way, and the one after it that all who asked meanwhile share. */
interface Turn {
  readonly drawn: Promise<void>;
  next: Promise<void> | null;
}

/** For each database that a process serves, and each person. */
const turns = new WeakMap<Stores, Map<string, Turn>>();

/**
 * Draws somebody's Home page again, if they may see one; a failure is only logged. Resolves when a page was published that
 * was read after this call: many calls at a time need two drawings, not many, and an older page never comes last.
 */
export async function refreshHome(services: Services, desk: Desk, userId: string): Promise<void> {
  const people = turns.get(services.stores) ?? new Map<string, Turn>();
  turns.set(services.stores, people);
  const begin = (): Promise<void> => {
    const turn: Turn = {
      drawn: draw(services, desk, userId).finally(() => {
        if (turn.next === null) people.delete(userId);
      }),
      next: null,
    };
    people.set(userId, turn);
    return turn.drawn;
  };
  const now = people.get(userId);
  if (now === undefined) return begin();
  now.next ??= now.drawn.then(begin);
  return now.next;
}

async function draw(services: Services, desk: Desk, userId: string): Promise<void> {
  try {
    const actor = await findActor(services, { teamId: services.teamId, userId }, { irreversible: false });
    await desk.publishHome(userId, homeView(await lookHome(services, actor), 0));
  } catch (error) {
    services.log.warn('Home was not refreshed', { userId, error });
  }
}
