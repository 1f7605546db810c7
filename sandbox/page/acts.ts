import * as z from 'zod';
import type { SampleWorld } from '../aws/fixtures.ts';
import type { Shop } from '../aws/shop/shop.ts';
import type { AwsStandIn } from '../aws/stand-in.ts';
import type { MovableClock } from '../clock.ts';
import type { Meanwhile } from '../meanwhile.ts';
import { moveCalmly } from '../moves.ts';
import { setUpPlaces, type BillingAccount } from '../places.ts';
import type { SlackStandIn } from '../slack/stand-in.ts';
import type { Person } from '../slack/world.ts';
import type { TeamAnswers } from '../team-answers.ts';
import type { Troubles } from './troubles.ts';
import type { Act, Done, StateValues } from './wire.ts';

/** Nothing happens in the very moment in which a visitor presses a button. */
const A_MOMENT_MS = 60_000;

/** What acts work on. */
export interface Stage {
  readonly slack: SlackStandIn;
  readonly aws: AwsStandIn;
  readonly clock: MovableClock;
  readonly answers: TeamAnswers;
  readonly samples: SampleWorld;
  readonly shop: Shop;
  readonly meanwhile: Meanwhile;
  readonly troubles: Troubles;
  readonly billing: BillingAccount;
}

const id = z.string().min(1).max(255);
const json = z.record(z.string(), z.unknown());
const values = z.record(z.string(), z.record(z.string(), json));
const container = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), channelId: id, ts: id }),
  z.object({ kind: z.literal('view'), viewId: id }),
]);
const element = { as: id, container, blockId: id, actionId: id };

const schema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('command'), as: id, channelId: id, line: z.string().max(4000) }),
  z.object({ act: z.literal('say'), as: id, channelId: id, text: z.string().min(1).max(4000) }),
  z.object({ act: z.literal('erase'), as: id, channelId: id, ts: id }),
  z.object({ act: z.literal('open_home'), as: id, tab: z.enum(['home', 'messages']) }),
  z.object({
    act: z.literal('block_action'),
    ...element,
    chosen: json.optional(),
    values: values.optional(),
    seen: z.array(json).max(100),
  }),
  z.object({ act: z.literal('suggest'), ...element, query: z.string().max(200) }),
  z.object({ act: z.literal('submit'), as: id, viewId: id, values }),
  z.object({ act: z.literal('close'), as: id, viewId: id, how: z.enum(['cancel', 'x']) }),
  z.object({ act: z.literal('make_role'), externalId: z.string().trim().min(2).max(1224) }),
  z.object({ act: z.literal('set_up_places') }),
  z.object({ act: z.literal('trouble'), id, on: z.boolean() }),
  z.object({ act: z.literal('theft') }),
  z.object({ act: z.literal('replay'), log: z.string().min(1) }),
  z.object({ act: z.literal('team_answers'), on: z.boolean() }),
  z.object({ act: z.literal('move_clock'), step: z.enum(['hour', 'day', 'week', 'morning']) }),
]);

/** The act in a request's body, or null when it is none. */
export function readAct(body: unknown): Act | null {
  const parsed = schema.safeParse(body);
  return parsed.success ? parsed.data : null;
}

/**
 * Does what a person does in their client. What the client could not do (the window was closed meanwhile) is
 * answered with its reason; it never throws for that.
 */
export async function carryOutAct(stage: Stage, act: Act): Promise<Done> {
  try {
    return await done(stage, act);
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : 'That did not work.' };
  }
}

async function done(stage: Stage, act: Act): Promise<Done> {
  const { slack, aws, clock, answers, samples, shop, meanwhile, troubles, billing } = stage;
  switch (act.act) {
    case 'command': {
      const invited = /^\/invite\s+@?(.+)$/i.exec(act.line.trim())?.[1];
      if (invited !== undefined) return invite(slack, act.as, act.channelId, invited);
      const { error } = await slack.runCommand(act.as, act.channelId, act.line);
      return { ok: error === undefined };
    }
    case 'say':
      slack.say(act.as, act.channelId, act.text);
      return { ok: true };
    case 'erase':
      slack.erase(act.as, act.channelId, act.ts);
      return { ok: true };
    case 'open_home':
      await slack.openHome(act.as, act.tab)?.first;
      return { ok: true };
    case 'block_action': {
      const { blockId, actionId, chosen, seen } = act;
      const action = { blockId, actionId, seen, ...(chosen === undefined ? {} : { chosen }) };
      const ack = await slack.blockAction(act.as, act.container, action, act.values);
      return { ok: ack.outcome === 'ack' };
    }
    case 'suggest':
      return { ok: true, options: await slack.suggest(act.as, act.container, act, act.query) };
    case 'submit': {
      const outcome = await slack.submitView(act.as, act.viewId, act.values satisfies StateValues);
      if (outcome.result === 'errors') return { ok: false, errors: outcome.errors };
      return { ok: outcome.result !== 'failed' };
    }
    case 'close':
      // The window is gone at once; whether the app hears of it does not matter to the person.
      void slack.closeView(act.as, act.viewId, act.how).catch(() => undefined);
      return { ok: true };
    case 'make_role':
      return { ok: true, roleArn: samples.createRoleFor(act.externalId).arn };
    case 'set_up_places':
      await setUpPlaces(slack, billing);
      return { ok: true };
    case 'trouble':
      return troubles.set(act.id, act.on)
        ? { ok: true }
        : { ok: false, message: 'There is no such trouble.' };
    case 'theft': {
      const at = clock.now();
      meanwhile.add('AWS', [{ at, words: shop.theft(at) }]);
      return { ok: true };
    }
    case 'replay': {
      const at = clock.now();
      meanwhile.add('AWS', [{ at, words: shop.replay(act.log, at - A_MOMENT_MS) }]);
      return { ok: true };
    }
    case 'team_answers':
      answers.on = act.on;
      return { ok: true };
    case 'move_clock':
      await moveCalmly(clock, act.step, [slack.traffic, aws.traffic]);
      return { ok: true };
  }
}

/** Slack's own `/invite`, which is how an app gets into a channel. */
function invite(slack: SlackStandIn, as: string, channelId: string, name: string): Done {
  const wanted = name.trim().toLowerCase();
  const channel = slack.world.channel(channelId);
  const names = (person: Person): string[] => [person.name, person.isBot ? 'rekey' : person.realName];
  const invited = [...slack.world.people.values()].find((person) =>
    names(person).some((each) => each.toLowerCase() === wanted),
  );
  if (channel === undefined || channel.archived || channel.kind === 'im') {
    return { ok: false, message: 'Nobody can be invited here.' };
  }
  if (invited === undefined) return { ok: false, message: `Nobody here is called ${name}.` };
  if (channel.members.has(invited.id)) return { ok: false, message: 'They are in this channel already.' };
  channel.members.add(invited.id);
  slack.say(as, channelId, `added <@${invited.id}> to this channel.`);
  return { ok: true };
}
