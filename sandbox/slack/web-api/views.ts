import type { Core } from '../core.ts';
import { text, type Json } from '../json.ts';
import type { Trigger } from '../triggers.ts';
import type { OpenView } from '../views.ts';
import { viewOf } from './checked.ts';
import { Refusal, type Call, type Methods } from './method.ts';

function triggerOf(call: Call): { id: string; trigger: Trigger } {
  const id = text(call.args, 'trigger_id') ?? '';
  const trigger = call.core.triggers.look(id);
  if (typeof trigger === 'string') throw new Refusal(trigger);
  return { id, trigger };
}

function freeExternalId(core: Core, view: Json, except?: OpenView): void {
  const externalId = text(view, 'external_id');
  const holder = externalId === undefined ? undefined : core.views.findExternal(externalId);
  if (holder !== undefined && holder !== except) throw new Refusal('duplicate_external_id');
}

function guard(args: Json, view: OpenView | undefined): void {
  const hash = text(args, 'hash');
  if (hash !== undefined && view !== undefined && hash !== view.hash) throw new Refusal('hash_conflict');
}

function open(call: Call): Json {
  const { core } = call;
  const view = viewOf(call.args, 'modal');
  const { id, trigger } = triggerOf(call);
  freeExternalId(core, view);
  core.triggers.use(id);
  const opened = core.views.open(trigger.userId, view);
  core.journal.changed();
  return { view: core.views.object(opened) };
}

function push(call: Call): Json {
  const { core } = call;
  const view = viewOf(call.args, 'modal');
  const { id, trigger } = triggerOf(call);
  const stack = core.views.stack(trigger.userId);
  if (!stack.some((each) => each.id === trigger.viewId)) throw new Refusal('not_found');
  freeExternalId(core, view);
  const pushed = core.views.push(trigger.userId, view);
  if (pushed === undefined) throw new Refusal('push_limit_reached');
  core.triggers.use(id);
  core.journal.changed();
  return { view: core.views.object(pushed) };
}

function update(call: Call): Json {
  const { core, args } = call;
  const [id, externalId] = [text(args, 'view_id'), text(args, 'external_id')];
  if (id === undefined && externalId === undefined) throw new Refusal('invalid_arguments');
  const known = id === undefined ? core.views.findExternal(externalId ?? '') : core.views.find(id);
  const view = viewOf(args, known?.content['type'] === 'home' ? 'home' : 'modal');
  if (known === undefined) throw new Refusal('not_found');
  guard(args, known);
  freeExternalId(core, view, known);
  core.views.replace(known, view);
  core.journal.changed();
  return { view: core.views.object(known) };
}

function publish(call: Call): Json {
  const { core, args } = call;
  if (!core.manifest.homeTab) throw new Refusal('not_enabled');
  const person = core.world.people.get(text(args, 'user_id') ?? '');
  if (person === undefined || person.isBot) throw new Refusal('invalid_arguments');
  const view = viewOf(args, 'home');
  const known = core.views.home(person.id);
  guard(args, known);
  freeExternalId(core, view, known);
  const published = core.views.publish(person.id, view);
  core.journal.changed();
  return { view: core.views.object(published) };
}

export const views: Methods = {
  'views.open': { token: 'bot', required: ['trigger_id', 'view'], tier: 'tier4', run: open },
  'views.push': { token: 'bot', required: ['trigger_id', 'view'], tier: 'tier4', run: push },
  'views.update': { token: 'bot', required: ['view'], tier: 'tier4', run: update },
  'views.publish': { token: 'bot', required: ['user_id', 'view'], tier: 'tier4', run: publish },
};
