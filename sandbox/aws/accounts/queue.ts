/** A message in a queue. Times are ms. */
export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
  firstReceivedAt: number | null;
  receipt: string | null;
}

/** What a queue is made with; as SQS makes one where a field is left out. */
export interface QueueSettings {
  readonly visibilityMs?: number;
  readonly retentionMs?: number;
  readonly delayMs?: number;
  readonly kmsKeyArn?: string | null;
  /** Where messages go that were received more often than this. */
  readonly redrive?: { readonly to: StoredQueue; readonly most: number } | null;
}

/** A standard queue of SQS. */
export class StoredQueue {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly settings: QueueSettings;
  /** The part of messages that comes out twice although it was hidden, from 0 to 1. */
  duplicates = 0;
  /** Messages come out in any order. */
  disorder = false;
  private messages: StoredMessage[] = [];
  private readonly ids: { requestId(): string; chance(): number };

  constructor(given: {
    name: string;
    arn: string;
    createdAt: number;
    settings: QueueSettings;
    ids: { requestId(): string; chance(): number };
  }) {
    this.name = given.name;
    this.arn = given.arn;
    this.createdAt = given.createdAt;
    this.settings = given.settings;
    this.ids = given.ids;
  }

  get visibilityMs(): number {
    return this.settings.visibilityMs ?? 30_000;
  }

  get retentionMs(): number {
    return this.settings.retentionMs ?? 345_600_000;
  }

  /** Puts a message in; its id. */
  send(body: string, now: number, delayMs = this.settings.delayMs ?? 0): string {
    const id = this.ids.requestId();
    const visibleAt = now + delayMs;
    this.messages.push({
      id,
      body,
      sentAt: now,
      visibleAt,
      receives: 0,
      firstReceivedAt: null,
      receipt: null,
    });
    return id;
  }

  /** Up to `most` messages, hidden for so long from now on; what was received too often goes where the policy says. */
  receive(most: number, hiddenMs: number, now: number): readonly StoredMessage[] {
    this.expire(now);
    const { redrive = null } = this.settings;
    const ready = this.messages.filter(({ visibleAt }) => visibleAt <= now);
    if (this.disorder) ready.sort(() => this.ids.chance() - 0.5);
    const taken: StoredMessage[] = [];
    for (const message of ready) {
      if (taken.length >= most) break;
      if (redrive !== null && message.receives >= redrive.most) {
        this.remove(message);
        redrive.to.send(message.body, now);
        continue;
      }
      message.receives += 1;
      message.firstReceivedAt ??= now;
      message.receipt = this.ids.requestId();
      message.visibleAt = this.ids.chance() < this.duplicates ? now : now + hiddenMs;
      taken.push({ ...message });
    }
    return taken;
  }

  /** By its latest receipt; an older one deletes nothing, and is no error (SQS API reference, DeleteMessage). */
  delete(receipt: string): void {
    const message = this.messages.find((each) => each.receipt === receipt);
    if (message !== undefined) this.remove(message);
  }

  /** False when the receipt is not the latest of a message that is hidden. */
  hide(receipt: string, ms: number, now: number): boolean {
    const message = this.messages.find((each) => each.receipt === receipt && each.visibleAt > now);
    if (message !== undefined) message.visibleAt = now + ms;
    return message !== undefined;
  }

  counts(now: number): { visible: number; inFlight: number; delayed: number } {
    this.expire(now);
    const hidden = this.messages.filter(({ visibleAt }) => visibleAt > now);
    const inFlight = hidden.filter(({ receives }) => receives > 0).length;
    return { visible: this.messages.length - hidden.length, inFlight, delayed: hidden.length - inFlight };
  }

  private expire(now: number): void {
    this.messages = this.messages.filter(({ sentAt }) => now - sentAt < this.retentionMs);
  }

  private remove(message: StoredMessage): void {
    this.messages = this.messages.filter((each) => each !== message);
  }
}
