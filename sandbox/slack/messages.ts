import type { Timestamps } from './clock.ts';
import type { Json } from './json.ts';

/** A file as a message names it; size in bytes. */
export interface FileInMessage {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly size: number;
}

/** A message in a channel or direct message. */
export interface Message {
  readonly ts: string;
  readonly channelId: string;
  readonly userId: string;
  readonly fromApp: boolean;
  text: string;
  blocks: readonly Json[];
  metadata: Json | undefined;
  readonly files: readonly FileInMessage[];
  readonly threadTs: string | undefined;
  /** Said by a script in somebody's name. */
  readonly scripted: boolean;
  editedTs: string | undefined;
}

/** A message that one person sees and that is gone when their client reloads. */
export interface Ephemeral extends Message {
  readonly forUser: string;
}

export type Draft = Pick<Message, 'channelId' | 'userId' | 'fromApp' | 'text' | 'blocks'> &
  Partial<Pick<Message, 'metadata' | 'threadTs' | 'files' | 'scripted'>>;

/** What was posted, public and ephemeral kept apart. */
export class Messages {
  readonly #timestamps: Timestamps;
  #messages: Message[] = [];
  #ephemerals: Ephemeral[] = [];

  constructor(timestamps: Timestamps) {
    this.#timestamps = timestamps;
  }

  post(draft: Draft): Message {
    const message = this.#dated(draft);
    this.#messages.push(message);
    return message;
  }

  postEphemeral(forUser: string, draft: Draft): Ephemeral {
    const message = { ...this.#dated(draft), forUser };
    this.#ephemerals.push(message);
    return message;
  }

  find(channelId: string, ts: string): Message | undefined {
    return this.#messages.find((each) => each.channelId === channelId && each.ts === ts);
  }

  findEphemeral(channelId: string, ts: string): Ephemeral | undefined {
    return this.#ephemerals.find((each) => each.channelId === channelId && each.ts === ts);
  }

  /** Removes a message of either kind. */
  delete(ts: string): void {
    this.#messages = this.#messages.filter((each) => each.ts !== ts);
    this.#ephemerals = this.#ephemerals.filter((each) => each.ts !== ts);
  }

  edit(message: Message, change: Partial<Pick<Message, 'text' | 'blocks' | 'metadata'>>): void {
    Object.assign(message, change);
    message.editedTs = this.#timestamps.next();
  }

  in(channelId: string): Message[] {
    return this.#messages.filter((each) => each.channelId === channelId);
  }

  ephemeralsFor(userId: string): Ephemeral[] {
    return this.#ephemerals.filter((each) => each.forUser === userId);
  }

  /** Forgets a person's ephemeral messages, as a reload of their client does. */
  reload(userId: string): void {
    this.#ephemerals = this.#ephemerals.filter((each) => each.forUser !== userId);
  }

  #dated(draft: Draft): Message {
    return {
      metadata: undefined,
      files: [],
      threadTs: undefined,
      scripted: false,
      ...draft,
      ts: this.#timestamps.next(),
      editedTs: undefined,
    };
  }
}
