import type { Actor } from '../src/domain/actor.ts';
import { RekeyError } from '../src/errors.ts';
import { authorise } from '../src/handlers/authorise.ts';
import { claimEvent } from '../src/handlers/claim.ts';
import { findActor } from '../src/handlers/find-actor.ts';
import type { Request } from '../src/handlers/request.ts';
import type { Services } from '../src/handlers/services.ts';
import type { Desk } from '../src/ports/slack.ts';
import type { Log } from '../src/ports/world.ts';
import { AckOnce, type Ack } from './ack-once.ts';
import type { Background } from './background.ts';
import type { Command, Context, Need, Registry, Surroundings } from './entry.ts';
import { Frame } from './frame.ts';
import { helpMessage } from './help.ts';
import type { Incoming } from './incoming.ts';
import { refusalOf } from './refusal.ts';
import { recordAttempt } from './refused-attempts.ts';
import { tellPerson } from './tell-person.ts';

export interface Entrance {
  /** The app's own id, or null when Slack would not say. */
  readonly appId: string | null;
  readonly services: Services;
  readonly desk: Desk;
  readonly registry: Registry;
  readonly background: Background;
}

/** One payload on its way through. */
interface Visit {
  readonly entrance: Entrance;
  readonly incoming: Incoming;
  readonly once: AckOnce;
  readonly frame: Frame;
  /** Names this visit in the log, in the audit and to the person. */
  readonly correlationId: string;
  readonly log: Log;
  /** Waits for the acknowledgement. */
  readonly later: (() => Promise<void>)[];
}

/**
 * The only way in. In this order: workspace, what is needed to answer, who asks and whether they may, the record
 * (claimed by the handlers in their own batch), the acknowledgement, the work, the reply. The one error exit too.
 */
export async function serve(entrance: Entrance, incoming: Incoming, ack: Ack): Promise<void> {
  const { background, services, desk } = entrance;
  const correlationId = services.ids.next();
  const log = services.log.with({ correlationId, kind: incoming.kind, name: incoming.name });
  const once = new AckOnce({ clock: services.clock, desk }, incoming, ack, log);
  const attended = (): Promise<void> => attend(entrance, incoming, once, { correlationId, log });
  return background.hold(services.log.within({ correlationId }, attended), once.answered);
}

async function attend(
  entrance: Entrance,
  incoming: Incoming,
  once: AckOnce,
  { correlationId, log }: Pick<Visit, 'correlationId' | 'log'>,
): Promise<void> {
  const { desk, background } = entrance;
  const frame = new Frame(desk, incoming);
  const visit: Visit = { entrance, incoming, once, frame, correlationId, log, later: [] };
  try {
    refuseForeign(entrance, incoming);
    await serveKind(visit);
  } catch (error) {
    await recordAttempt(entrance.services, incoming, correlationId, error);
    await once.refuse(error, correlationId);
  } finally {
    frame.end();
    try {
      await once.empty();
    } finally {
      for (const work of visit.later) background.run(work, log, { patient: true });
    }
  }
}

function refuseForeign(entrance: Entrance, incoming: Incoming): void {
  const { teamId } = entrance.services;
  const foreign = incoming.teamIds.length === 0 || incoming.teamIds.some((id) => id !== teamId);
  if (foreign || (entrance.appId !== null && incoming.appId !== entrance.appId)) {
    throw new RekeyError('forbidden', 'Rekey works only for members of the workspace it is installed in.');
  }
}

async function serveKind(visit: Visit): Promise<void> {
  switch (visit.incoming.kind) {
    case 'command':
      return serveCommand(visit);
    case 'submission':
      return serveSubmission(visit);
    case 'action':
      return serveAction(visit);
    case 'options':
      return serveOptions(visit);
    case 'event':
      return serveEvent(visit);
  }
}

async function serveCommand(visit: Visit): Promise<void> {
  const { entrance, incoming, once, frame, log } = visit;
  const command = entrance.registry.commands.find((entry) => entry.command === incoming.name);
  const text = incoming.text.trim();
  const asksHelp = /^(help|-h|--help|\?)$/i.test(text);
  if (command !== undefined && !asksHelp && opensModal(command, text)) {
    frame.openSoon(entrance.services.clock, log);
  }
  try {
    const needs = command === undefined || asksHelp ? 'member' : command.needs;
    const actor = await known(visit, needs, `use ${incoming.name}`, false);
    if (command === undefined) {
      throw new RekeyError('not_found', `Rekey does not know ${incoming.name}.`, {
        next: 'Try `/aws-help`.',
      });
    }
    if (asksHelp) {
      return await once.reply(helpMessage(command, actor));
    }
    await once.reply(await command.run(contextFor(visit, actor), text));
  } catch (error) {
    await recordAttempt(entrance.services, incoming, visit.correlationId, error);
    await frame.refuse(error, refusalPlace(visit));
  }
}

function opensModal(command: Command, text: string): boolean {
  return typeof command.opensModal === 'function' ? command.opensModal(text) : command.opensModal;
}

/** Where a refusal goes that no window shows. */
function refusalPlace({ entrance, incoming, correlationId, log }: Visit): Parameters<Frame['refuse']>[1] {
  const to = { userId: incoming.userId, correlationId };
  return { reference: correlationId, log, aside: (text) => tellPerson(entrance.services, to, text) };
}

async function serveSubmission(visit: Visit): Promise<void> {
  const { entrance, incoming, once } = visit;
  const entry = entrance.registry.modals.find((candidate) => candidate.callbackId === incoming.name);
  if (entry === undefined || incoming.view === null) {
    await known(visit, 'member', 'do this', false);
    throw new RekeyError('expired', 'This window is from an older version of Rekey. Please open it again.');
  }
  once.errorBlock = entry.errorBlock;
  const may = (): Promise<Actor> => known(visit, entry.needs, 'do this', entry.irreversible);
  let received: ReturnType<typeof entry.receive>;
  try {
    received = entry.receive(incoming.view);
  } catch (error) {
    // Who may not is told that, and not how the window looks.
    await may();
    throw error;
  }
  const actor = await may();
  if ('errors' in received) return once.send({ response_action: 'errors', errors: received.errors });
  const next = await received.submit(contextFor(visit, actor));
  await once.send(next === 'close' ? undefined : { response_action: 'update', view: next });
}

async function serveAction(visit: Visit): Promise<void> {
  const { entrance, incoming, frame, log } = visit;
  const entry = entrance.registry.actions.find((candidate) => candidate.actionId === incoming.name);
  // Inputs that merely keep a value send actions too; they need an answer and nothing else.
  if (entry === undefined && incoming.name.startsWith('field.')) return;
  if (entry?.opensModal === true) frame.openSoon(entrance.services.clock, log);
  try {
    const actor = await known(visit, entry?.needs ?? 'member', 'do this', entry?.irreversible ?? false);
    if (entry === undefined) {
      throw new RekeyError('expired', 'This button is from an older version of Rekey.', {
        next: 'Please open the page again.',
      });
    }
    await entry.run(contextFor(visit, actor), incoming.view);
  } catch (error) {
    await recordAttempt(entrance.services, incoming, visit.correlationId, error);
    await frame.refuse(error, refusalPlace(visit));
  }
}

async function serveOptions(visit: Visit): Promise<void> {
  const { entrance, incoming, once } = visit;
  const entry = entrance.registry.suggestions.find((candidate) => candidate.actionId === incoming.name);
  if (entry === undefined) return once.send({ options: [] });
  const actor = await known(visit, entry.needs, 'choose this', false);
  const options = await entry.options(contextFor(visit, actor), incoming.text);
  await once.send({ options: options.slice(0, 100) });
}

async function serveEvent(visit: Visit): Promise<void> {
  const { entrance, incoming, correlationId, log } = visit;
  const entry = entrance.registry.events.find((candidate) => candidate.event === incoming.name);
  if (entry === undefined) return;
  if (incoming.uniqueId === '') {
    log.warn('an event without an id was left alone');
    return;
  }
  try {
    const { name, userId, uniqueId: claimId } = incoming;
    // Slack delivers an event again when our answer got lost; by then its work is done or under way.
    if (!(await claimEvent(entrance.services, { claimId, name, userId }))) return;
    if (entry.from === 'slack') return await entry.run(surroundingsOf(visit));
    await entry.run(contextFor(visit, await known(visit, 'member', 'see this', false)));
  } catch (error) {
    const why = refusalOf(error, correlationId, log);
    log.warn('event not served', { error });
    if (entry.from === 'person') await entry.refused(surroundingsOf(visit), why);
  }
}

/** Finds and authorises the person. */
async function known(visit: Visit, needs: Need, act: string, irreversible: boolean): Promise<Actor> {
  const { services } = visit.entrance;
  if (visit.incoming.userId === '') throw new RekeyError('forbidden', 'Slack did not say who is asking.');
  const who = { teamId: services.teamId, userId: visit.incoming.userId };
  const actor = await findActor(services, who, { irreversible });
  if (needs !== 'member') authorise(actor, needs, act, services.admins);
  return actor;
}

function surroundingsOf(visit: Visit): Surroundings {
  const { entrance, incoming, frame, correlationId, log } = visit;
  return {
    services: entrance.services,
    desk: entrance.desk,
    correlationId,
    log,
    incoming,
    show: (view) => frame.show(view),
    later: (work) => void visit.later.push(work),
    atOnce: (work) => entrance.background.atOnce(work, log),
  };
}

function contextFor(visit: Visit, actor: Actor): Context {
  const { incoming, correlationId } = visit;
  return {
    ...surroundingsOf(visit),
    actor,
    request: (options = {}): Request => ({
      actor,
      correlationId,
      viewId: options.viewId === undefined ? (incoming.view?.id ?? null) : options.viewId,
      claimId: options.decision ?? incoming.uniqueId,
      name: incoming.name,
    }),
  };
}
