import { RekeyError } from '../src/errors.ts';
import { authorise } from '../src/handlers/authorise.ts';
import { findActor } from '../src/handlers/find-actor.ts';
import type { Request } from '../src/handlers/request.ts';
import type { Services } from '../src/handlers/services.ts';
import type { Actor } from '../src/domain/actor.ts';
import type { Desk } from '../src/ports/slack.ts';
import type { Log } from '../src/ports/world.ts';
import { AckOnce, type Ack } from './ack-once.ts';
import type { Background } from './background.ts';
import type { Context, Need, Registry } from './entry.ts';
import { Frame } from './frame.ts';
import type { Incoming } from './incoming.ts';
import { refusalOf } from './refusal.ts';

/** How long we look for the person before a first frame is opened. */
const FRAME_AFTER_MS = 600;

export interface Entrance {
  /** The app's own id, or null when Slack would not say. */
  readonly appId: string | null;
  readonly services: Services;
  readonly desk: Desk;
  readonly registry: Registry;
  readonly background: Background;
}

/**
 * The only way in. In this order: workspace, what is needed to answer, who asks and whether they may, the record
 * (claimed by the handlers in their own batch), the acknowledgement, the work, the reply. The one error exit too.
 */
export async function serve(entrance: Entrance, incoming: Incoming, ack: Ack): Promise<void> {
  const correlationId = entrance.services.ids.next();
  const log = entrance.services.log.with({ correlationId, kind: incoming.kind, name: incoming.name });
  const once = new AckOnce({ clock: entrance.services.clock, desk: entrance.desk }, incoming, ack, log);
  try {
    refuseForeign(entrance, incoming);
    switch (incoming.kind) {
      case 'command':
        return await serveCommand(entrance, incoming, once, correlationId, log);
      case 'submission':
        return await serveSubmission(entrance, incoming, once, correlationId, log);
      case 'action':
        return await serveAction(entrance, incoming, once, correlationId, log);
      case 'options':
        return await serveOptions(entrance, incoming, once, correlationId, log);
      case 'event':
        return await serveEvent(entrance, incoming, correlationId, log);
    }
  } catch (error) {
    await once.refuse(error, correlationId);
  } finally {
    await once.empty();
  }
}

function refuseForeign(entrance: Entrance, incoming: Incoming): void {
  const { teamId } = entrance.services;
  const foreign = incoming.teamIds.length === 0 || incoming.teamIds.some((id) => id !== teamId);
  if (foreign || (entrance.appId !== null && incoming.appId !== null && incoming.appId !== entrance.appId)) {
    throw new RekeyError('forbidden', 'Rekey works only for members of the workspace it is installed in.');
  }
}

async function serveCommand(
  entrance: Entrance,
  incoming: Incoming,
  once: AckOnce,
  correlationId: string,
  log: Log,
): Promise<void> {
  const command = entrance.registry.commands.find((entry) => entry.command === incoming.name);
  if (command === undefined) {
    throw new RekeyError('not_found', `Rekey does not know ${incoming.name}.`, { next: 'Try `/aws-help`.' });
  }
  const text = incoming.text.trim();
  const asksHelp = /^(help|-h|--help|\?)$/i.test(text);
  const frame = new Frame(entrance.desk, incoming);
  const actor = await known(
    entrance,
    incoming,
    asksHelp ? 'member' : command.needs,
    command.command,
    false,
    command.opensModal && !asksHelp ? frame : null,
  ).catch((error: unknown) => frame.refuse(error, correlationId, log));
  if (asksHelp) {
    const line = `\`${command.command}${command.usage === '' ? '' : ` ${command.usage}`}\` ${command.summary}`;
    return once.reply({ text: line, blocks: [{ type: 'section', text: { type: 'mrkdwn', text: line } }] });
  }
  const reply = await command
    .run(contextFor(entrance, incoming, actor, correlationId, log, frame), text)
    .catch((error: unknown) => frame.refuse(error, correlationId, log));
  await once.reply(reply);
}

async function serveSubmission(
  entrance: Entrance,
  incoming: Incoming,
  once: AckOnce,
  correlationId: string,
  log: Log,
): Promise<void> {
  const entry = entrance.registry.modals.find((candidate) => candidate.callbackId === incoming.name);
  if (entry === undefined || incoming.view === null) {
    throw new RekeyError('expired', 'This window is from an older version of Rekey. Please open it again.');
  }
  once.errorBlock = entry.errorBlock;
  const received = entry.receive(incoming.view);
  const actor = await known(entrance, incoming, entry.needs, 'do this', entry.irreversible, null);
  if ('errors' in received) return once.send({ response_action: 'errors', errors: received.errors });
  const frame = new Frame(entrance.desk, incoming);
  const next = await received.submit(contextFor(entrance, incoming, actor, correlationId, log, frame));
  await once.send(next === 'close' ? undefined : { response_action: 'update', view: next });
}

async function serveAction(
  entrance: Entrance,
  incoming: Incoming,
  once: AckOnce,
  correlationId: string,
  log: Log,
): Promise<void> {
  const entry = entrance.registry.actions.find((candidate) => candidate.actionId === incoming.name);
  // Inputs that merely keep a value send actions too; they need an answer and nothing else.
  if (entry === undefined) {
    if (incoming.name.startsWith('field.')) return once.empty();
    throw new RekeyError(
      'expired',
      'This button is from an older version of Rekey. Please open the page again.',
    );
  }
  const frame = new Frame(entrance.desk, incoming);
  const irreversible = entry.irreversible ?? false;
  const actor = await known(
    entrance,
    incoming,
    entry.needs,
    'do this',
    irreversible,
    entry.opensModal ? frame : null,
  ).catch((error: unknown) => frame.refuse(error, correlationId, log));
  await entry
    .run(contextFor(entrance, incoming, actor, correlationId, log, frame), incoming.view)
    .catch((error: unknown) => frame.refuse(error, correlationId, log));
}

async function serveOptions(
  entrance: Entrance,
  incoming: Incoming,
  once: AckOnce,
  correlationId: string,
  log: Log,
): Promise<void> {
  const entry = entrance.registry.suggestions.find((candidate) => candidate.actionId === incoming.name);
  if (entry === undefined) return once.send({ options: [] });
  const actor = await known(entrance, incoming, entry.needs, 'choose this', false, null);
  const frame = new Frame(entrance.desk, incoming);
  const options = await entry.options(
    contextFor(entrance, incoming, actor, correlationId, log, frame),
    incoming.text,
  );
  await once.send({ options: options.slice(0, 100) });
}

async function serveEvent(
  entrance: Entrance,
  incoming: Incoming,
  correlationId: string,
  log: Log,
): Promise<void> {
  const entry = entrance.registry.events.find((candidate) => candidate.event === incoming.name);
  if (entry === undefined) return;
  const frame = new Frame(entrance.desk, incoming);
  try {
    const actor = await known(entrance, incoming, 'member', 'see this', false, null);
    await entry.run(contextFor(entrance, incoming, actor, correlationId, log, frame));
  } catch (error) {
    const why = refusalOf(error, correlationId, log);
    await entry.refused?.(contextWithout(entrance, incoming, correlationId, log, frame), why);
  }
}

/** Finds and authorises the person; opens the first frame when that takes long enough to endanger the trigger. */
async function known(
  entrance: Entrance,
  incoming: Incoming,
  needs: Need,
  act: string,
  irreversible: boolean,
  frame: Frame | null,
): Promise<Actor> {
  const { services } = entrance;
  const who = { teamId: services.teamId, userId: incoming.userId };
  const finding = findActor(services, who, { irreversible });
  if (frame !== null) {
    const slow = await Promise.race([
      finding.then(
        () => false,
        () => false,
      ),
      services.clock.sleep(FRAME_AFTER_MS).then(() => true),
    ]);
    if (slow) await frame.open();
  }
  const actor = await finding;
  if (needs !== 'member') authorise(actor, needs, act === 'do this' ? act : `use ${act}`, services.admins);
  return actor;
}

function contextWithout(
  entrance: Entrance,
  incoming: Incoming,
  correlationId: string,
  log: Log,
  frame: Frame,
): Omit<Context, 'actor' | 'request'> {
  return {
    services: entrance.services,
    desk: entrance.desk,
    correlationId,
    log,
    incoming,
    show: (view) => frame.show(view),
    later: (work) => entrance.background.run(work, log),
  };
}

function contextFor(
  entrance: Entrance,
  incoming: Incoming,
  actor: Actor,
  correlationId: string,
  log: Log,
  frame: Frame,
): Context {
  return {
    ...contextWithout(entrance, incoming, correlationId, log, frame),
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
