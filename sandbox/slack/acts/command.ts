import type { Core } from '../core.ts';
import type { Deliveries, EventDelivery } from '../deliveries.ts';
import type { Ack } from '../delivery.ts';
import { isPlain } from '../json.ts';
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
    const kind = { public: 'channel', private: 'group', im: 'im' }[channel.kind];
    if (!manifest.subscribed(`message.${kind === 'im' ? 'im' : `${kind}s`}`)) return undefined;
    if (!channel.members.has(world.app.botUserId)) return undefined;
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
    const event = {
      type: 'message',
      user: userId,
      text: words,
      ts: message.ts,
      channel: channel.id,
      ...thread,
    };
    const extShared = channel.extShared;
    return this.#deliveries.sendEvent({ ...event, event_ts: message.ts, channel_type: kind }, { extShared });
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
