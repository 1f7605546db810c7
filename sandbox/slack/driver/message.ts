import type { Container } from '../acts/action.ts';
import type { Json } from '../json.ts';
import type { FileInMessage } from '../messages.ts';
import type { ShownMessage } from '../state.ts';
import type { Client } from './client.ts';
import { Surface } from './surface.ts';

/** A message as a person sees it, ephemeral or not. */
export class MessageDriver extends Surface {
  readonly ts: string;
  readonly channelId: string;
  readonly ephemeral: boolean;
  readonly threadTs: string | undefined;

  constructor(client: Client, userId: string, message: ShownMessage) {
    super(client, userId, message.blocks);
    this.ts = message.ts;
    this.channelId = message.channelId;
    this.ephemeral = message.ephemeral;
    this.threadTs = message.threadTs;
  }

  /** The fallback text, as it is now. */
  get text(): string {
    return this.#now().text;
  }

  /** The files it carries. */
  get files(): readonly FileInMessage[] {
    return this.#now().files;
  }

  override get blocks(): readonly Json[] {
    return this.#now().blocks;
  }

  /** Whether the person's client still shows it. */
  get shown(): boolean {
    return this.#find() !== undefined;
  }

  protected override get container(): Container {
    return { kind: 'message', channelId: this.channelId, ts: this.ts };
  }

  #find(): ShownMessage | undefined {
    const channel = this.client.state(this.userId).channels.find((each) => each.id === this.channelId);
    return channel?.messages.find((each) => each.ts === this.ts && each.ephemeral === this.ephemeral);
  }

  #now(): ShownMessage {
    const message = this.#find();
    if (message === undefined) throw new Error('That message is gone');
    return message;
  }
}
