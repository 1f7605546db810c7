import type { Core } from '../core.ts';
import type { Deliveries, EventDelivery } from '../deliveries.ts';
import type { Ack } from '../delivery.ts';
import { isPlain, type Json } from '../json.ts';
import type { Message } from '../messages.ts';
import { channelOf, commandPayload } from '../payloads.ts';
import { respond } from '../respond.ts';
import type { Channel, Person } from '../world.ts';

/** What came of a slash command. */
export interface CommandOutcome {
  readonly ack: Ack;
  /** What Slack told the person instead, when the app did not answer. */
  readonly error?: 'operation_timeout' | 'dispatch_failed' | 'unknown_command';
}

/** What is special about somebody's words. */
export interface Aside {
  /** The message they answer, in its thread. */
  readonly threadTs?: string;
  /** Nobody typed them: a script spoke in this person's name. */
  readonly scripted?: boolean;
}

/** What people do in a channel's message box and with the app's Home. */
export class Speaking {
  readonly #core: Core;
  readonly #deliveries: Deliveries;

  constructor(core: Core, deliveries: Deliveries) {
    this.#core = core;
    this.#deliveries = deliveries;
  }

  /** Sends a slash command, for example `/aws-connect prod`, from a channel or direct message. */
  async runCommand(userId: string, channelId: string, line: string): Promise<CommandOutcome> {
    const { world, manifest, notices, journal } = this.#core;
    const [, command = '', words = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(line.trim()) ?? [];
    const known = manifest.command(command);
    if (known === undefined) {
      notices.tell(userId, 'unknown_command', `${command || line} is not a valid command.`);
      journal.changed();
      return { ack: { outcome: 'unreachable', ms: 0 }, error: 'unknown_command' };
    }
    const person = world.person(userId);
    const channel = this.#seen(person, channelId);
    const text = known.shouldEscape ? this.#escaped(words) : words;
    const ack = await this.#deliveries.send(
      'command',
      commandPayload(this.#core, person, channel, command, text),
    );
    if (ack.outcome === 'ack') {
      if (isPlain(ack.payload) && Object.keys(ack.payload).length > 0) {
        respond(this.#core, { userId, channelId: channel.id, original: undefined }, ack.payload);
      }
      return { ack };
    }
    const error = ack.outcome === 'timeout' ? 'operation_timeout' : 'dispatch_failed';
    notices.tell(userId, error, `${command} failed with the error "${error}"`);
    journal.changed();
    return { ack, error };
  }

  /** Posts a person's own words; direct messages to an app whose Messages tab is read-only are refused. */
  say(userId: string, channelId: string, words: string, more: Aside = {}): EventDelivery | undefined {
    const { world, manifest, notices, messages, journal } = this.#core;
    const channel = this.#seen(world.person(userId), channelId);
    if (channel.archived || (channel.kind === 'im' && manifest.messagesReadOnly)) {
      notices.tell(userId, 'not_sent', 'Sending messages is turned off here.');
      journal.changed();
      return undefined;
    }
    const { threadTs, scripted = false } = more;
    const draft = { channelId: channel.id, userId, fromApp: false, text: words, blocks: [] };
    const message = messages.post({ ...draft, threadTs, scripted });
    journal.changed();
    return this.#messageEvent(channel, { ...this.#written(message), event_ts: message.ts });
  }

  /** Puts other words into a person's own message. */
  rewrite(userId: string, channelId: string, ts: string, words: string): EventDelivery | undefined {
    const { messages, journal, timestamps } = this.#core;
    const { channel, message } = this.#own(userId, channelId, ts);
    const previous = this.#written(message);
    messages.edit(message, { text: words });
    journal.changed();
    const edited = { user: userId, ts: message.editedTs };
    return this.#messageEvent(channel, {
      subtype: 'message_changed',
      hidden: true,
      message: { ...this.#written(message), edited },
      previous_message: previous,
      ts: timestamps.next(),
    });
  }

  /** Removes a person's own message. */
  erase(userId: string, channelId: string, ts: string): EventDelivery | undefined {
    const { messages, journal, timestamps } = this.#core;
    const { channel, message } = this.#own(userId, channelId, ts);
    messages.delete(ts);
    journal.changed();
    return this.#messageEvent(channel, {
      subtype: 'message_deleted',
      hidden: true,
      deleted_ts: ts,
      previous_message: this.#written(message),
      ts: timestamps.next(),
    });
  }

  #own(userId: string, channelId: string, ts: string): { channel: Channel; message: Message } {
    const channel = this.#seen(this.#core.world.person(userId), channelId);
    const message = this.#core.messages.find(channel.id, ts);
    if (message === undefined) throw new Error('That message is gone.');
    if (message.userId !== userId || message.fromApp)
      throw new Error('Only its author can change a message.');
    return { channel, message };
  }

  /** What somebody typed, as events write it: once as text with escapes, once as rich text without. */
  #written({ userId, text, ts, threadTs }: Message): Json {
    const { teamId } = this.#core.world.person(userId);
    const pieces = [{ type: 'text', text }];
    return {
      type: 'message',
      user: userId,
      ts,
      team: teamId,
      text: this.#escaped(text),
      blocks: [
        { type: 'rich_text', block_id: 'b', elements: [{ type: 'rich_text_section', elements: pieces }] },
      ],
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    };
  }

  /** Tells the app, where it is in the channel and subscribed to such events. */
  #messageEvent(channel: Channel, event: Json): EventDelivery | undefined {
    const { world, manifest } = this.#core;
    const kind = { public: 'channel', private: 'group', im: 'im' }[channel.kind];
    if (!manifest.subscribed(`message.${kind === 'im' ? 'im' : `${kind}s`}`)) return undefined;
    if (!channel.members.has(world.app.botUserId)) return undefined;
    const place = { type: 'message', channel: channel.id, channel_type: kind };
    return this.#deliveries.sendEvent(
      { event_ts: event['ts'], ...event, ...place },
      { extShared: channel.extShared },
    );
  }

  /** Opens the app's Home (or Messages) tab; undefined when the app does not hear of it. */
  openHome(userId: string, tab: 'home' | 'messages' = 'home'): EventDelivery | undefined {
    const { world, manifest, timestamps, views } = this.#core;
    if (!manifest.subscribed('app_home_opened')) return undefined;
    const person = world.person(userId);
    const published = views.home(userId);
    const event = {
      type: 'app_home_opened',
      user: userId,
      channel: channelOf(world.direct(userId))['id'],
      tab,
      event_ts: timestamps.next(),
      ...(published === undefined || tab !== 'home' ? {} : { view: views.object(published) }),
    };
    return this.#deliveries.sendEvent(event, { teamId: person.isStranger ? world.teamId : person.teamId });
  }

  #seen(person: Person, channelId: string): Channel {
    const channel = this.#core.world.channel(channelId);
    if (channel === undefined || !channel.members.has(person.id)) {
      throw new Error(`${person.name} is not in ${channelId}`);
    }
    return channel;
  }

  /** Mentions, channels and links as `should_escape` writes them. */
  #escaped(words: string): string {
    const { people, channels } = this.#core.world;
    return words
      .split(/(\s+)/)
      .map((word) => {
        // Also behind a colon, as in `owner:@ada`.
        const [, before = '', mentioned] = /^((?:[^@]*:)?)@(.+)$/.exec(word) ?? [];
        const person = [...people.values()].find((each) => mentioned === each.name);
        if (person !== undefined) return `${before}<@${person.id}>`;
        const channel = [...channels.values()].find((each) => each.kind !== 'im' && word === `#${each.name}`);
        if (channel !== undefined) return `<#${channel.id}|${channel.kind === 'public' ? channel.name : ''}>`;
        const safe = word.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        return /^https?:\/\/\S+$/.test(word) ? `<${safe}>` : safe;
      })
      .join('');
  }
}
