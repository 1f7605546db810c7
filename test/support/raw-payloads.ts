import type { Ack } from '../../sandbox/slack/delivery.ts';
import type { Received } from '../../sandbox/slack/journal.ts';
import type { SlackStandIn } from '../../sandbox/slack/stand-in.ts';

/** Payloads sent as they are, as if the window or button they come from had been open. */

export interface RawPlace {
  readonly slack: SlackStandIn;
  readonly userId: string;
  /** Members to put in the place of the honest ones; undefined takes one away. */
  readonly changes?: Readonly<Record<string, unknown>>;
}

let count = 0;

function common({ slack, userId }: RawPlace): Record<string, unknown> {
  const { isStranger, teamId } = slack.world.person(userId);
  const inTeam = isStranger ? slack.teamId : teamId;
  return {
    team: { id: inTeam, domain: 'example' },
    user: { id: userId, team_id: teamId },
    api_app_id: slack.appId,
    trigger_id: slack.issueTrigger(userId),
  };
}

function view(name: string): Record<string, unknown> {
  count += 1;
  return {
    id: `V0RAW${count}`,
    type: 'modal',
    callback_id: name,
    hash: `${count}.raw`,
    private_metadata: '',
    state: { values: {} },
  };
}

function changed(body: Record<string, unknown>, { changes = {} }: RawPlace): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({ ...body, ...changes }).filter(([, value]) => value !== undefined),
  );
}

export function rawCommand(place: RawPlace, command: string): Promise<Ack> {
  const { slack, userId } = place;
  const { isStranger, teamId } = slack.world.person(userId);
  const body = {
    command,
    text: '',
    team_id: isStranger ? slack.teamId : teamId,
    user_id: userId,
    channel_id: 'C0ALERTS',
    api_app_id: slack.appId,
    trigger_id: slack.issueTrigger(userId),
  };
  return slack.sendRaw('command', changed(body, place));
}

export function rawSubmission(place: RawPlace, callbackId: string): Promise<Ack> {
  const body = { type: 'view_submission', ...common(place), view: view(callbackId) };
  return place.slack.sendRaw('interaction', changed(body, place));
}

export function rawAction(place: RawPlace, actionId: string): Promise<Ack> {
  count += 1;
  const action = { type: 'button', action_id: actionId, block_id: 'b', value: '', action_ts: String(count) };
  const body = {
    type: 'block_actions',
    ...common(place),
    view: { ...view(''), type: 'home' },
    actions: [action],
  };
  return place.slack.sendRaw('interaction', changed(body, place));
}

/** A button with what it carries, as one of a message or window that is no longer shown so. */
export function rawButton(place: RawPlace, actionId: string, value: string): Promise<Ack> {
  count += 1;
  const action = { action_id: actionId, block_id: 'b', action_ts: `${count}.b`, type: 'button', value };
  return rawAction({ ...place, changes: { ...place.changes, actions: [action] } }, actionId);
}

export function rawSuggestion(place: RawPlace, actionId: string): Promise<Ack> {
  const body = { type: 'block_suggestion', ...common(place), action_id: actionId, block_id: 'b', value: '' };
  return place.slack.sendRaw('suggestion', changed(body, place));
}

export async function rawEvent({ slack, userId }: RawPlace, type: string): Promise<Ack> {
  return slack.sendEvent({ type, user: userId, tab: 'home', channel: 'D0' }).first;
}

/** Every text that left Rekey for a person's eyes. */
export function said(received: readonly Received[]): string {
  const shown = received.filter(({ method }) => /^(ack|response_url|views\.|chat\.)/.test(method));
  return shown.flatMap(({ args }) => textsOf(args)).join('\n');
}

function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'errors' && typeof inner === 'object' && inner !== null)
      return Object.values(inner).map(String);
    return typeof inner === 'string' ? (key === 'text' ? [inner] : []) : textsOf(inner);
  });
}
