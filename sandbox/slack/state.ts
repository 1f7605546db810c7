import type { Core } from './core.ts';
import { parts, part, text, type Json } from './json.ts';
import type { FileInMessage, Message } from './messages.ts';
import type { Notice } from './notices.ts';
import type { OpenView } from './views.ts';
import type { Person, Workspace } from './world.ts';

/** A message as one person's client shows it. */
export interface ShownMessage {
  readonly ts: string;
  readonly channelId: string;
  readonly userId: string;
  readonly fromApp: boolean;
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly files: readonly FileInMessage[];
  readonly threadTs: string | undefined;
  readonly edited: boolean;
  /** "Only visible to you". */
  readonly ephemeral: boolean;
  /** Said by a script in this person's name. */
  readonly scripted: boolean;
}

export interface ShownChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly archived: boolean;
  readonly extShared: boolean;
  readonly purpose: string;
  /** In order; threads carry the timestamp of their first message. */
  readonly messages: readonly ShownMessage[];
}

export interface ShownView {
  readonly id: string;
  readonly hash: string;
  readonly type: 'modal' | 'home';
  readonly title: string | undefined;
  readonly submit: string | undefined;
  readonly close: string | undefined;
  readonly blocks: readonly Json[];
}

/** All that one person's client shows. */
export interface ClientState {
  readonly person: Person;
  readonly workspace: Workspace;
  /** Channels the person is in, then the direct message with the app. */
  readonly channels: readonly ShownChannel[];
  /** The open modals, the one in front last. */
  readonly modals: readonly ShownView[];
  readonly home: ShownView | undefined;
  readonly notices: readonly Notice[];
}

/** What this person's client shows now. */
export function clientState(core: Core, userId: string): ClientState {
  const { world, messages, views, notices } = core;
  const person = world.person(userId);
  const direct = person.isBot ? undefined : world.direct(userId);
  const hidden = messages.ephemeralsFor(userId);
  const joined = [...world.channels.values()].filter(
    (each) => each.kind !== 'im' && each.members.has(userId),
  );
  const channels = [...joined, ...(direct === undefined ? [] : [direct])].map((channel) => {
    const here = hidden.filter((each) => each.channelId === channel.id);
    const all = [...messages.in(channel.id).map(shown(false)), ...here.map(shown(true))];
    const { id, name, kind, archived, extShared, purpose } = channel;
    const inOrder = all.sort((a, b) => Number(a.ts) - Number(b.ts));
    const shownName = kind === 'im' ? world.app.name : name;
    return { id, name: shownName, kind, archived, extShared, purpose, messages: inOrder };
  });
  const home = views.home(userId);
  return {
    person,
    workspace: world.workspace(person.teamId),
    channels,
    modals: views.stack(userId).map(shownView),
    home: home === undefined ? undefined : shownView(home),
    notices: notices.for(userId),
  };
}

function shown(ephemeral: boolean): (message: Message) => ShownMessage {
  return ({ ts, channelId, userId, fromApp, text: words, blocks, files, threadTs, scripted, editedTs }) => ({
    ts,
    channelId,
    userId,
    fromApp,
    text: words,
    blocks,
    files,
    threadTs,
    scripted,
    edited: editedTs !== undefined,
    ephemeral,
  });
}

/** A view as a client shows it. */
export function shownView(view: OpenView): ShownView {
  const label = (key: string): string | undefined => text(part(view.content, key), 'text');
  return {
    id: view.id,
    hash: view.hash,
    type: view.content['type'] === 'home' ? 'home' : 'modal',
    title: label('title'),
    submit: label('submit'),
    close: label('close'),
    blocks: parts(view.content, 'blocks'),
  };
}
