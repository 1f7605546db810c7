import type { Clock } from './clock.ts';

/** What Slack itself tells one person, for example that a command failed. */
export interface Notice {
  readonly at: number;
  readonly userId: string;
  readonly code:
    | 'operation_timeout'
    | 'dispatch_failed'
    | 'unknown_command'
    | 'not_sent'
    | 'trouble_connecting';
  readonly text: string;
}

export class Notices {
  readonly #clock: Clock;
  readonly #notices: Notice[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  tell(userId: string, code: Notice['code'], text: string): void {
    this.#notices.push({ at: this.#clock.now(), userId, code, text });
  }

  for(userId: string): Notice[] {
    return this.#notices.filter((each) => each.userId === userId);
  }
}
