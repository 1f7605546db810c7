import type { Clock, Timestamps } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Files } from './files.ts';
import type { Journal } from './journal.ts';
import type { Manifest } from './manifest.ts';
import type { Messages } from './messages.ts';
import type { Notices } from './notices.ts';
import type { RateLimits } from './rate-limits.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { Tokens } from './tokens.ts';
import type { Triggers } from './triggers.ts';
import type { Views } from './views.ts';
import type { World } from './world.ts';

/** Everything the stand-in knows; each part of it works on these. */
export interface Core {
  readonly clock: Clock;
  readonly wireClock: Clock;
  readonly timestamps: Timestamps;
  readonly world: World;
  readonly messages: Messages;
  readonly files: Files;
  readonly views: Views;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly tokens: Tokens;
  readonly notices: Notices;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly rateLimits: RateLimits;
  readonly manifest: Manifest;
  /** What can be changed while it runs. */
  readonly settings: Settings;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
}

export interface Settings {
  /** How long Slack waits for an acknowledgement. */
  ackMs: number;
  /** The waits before the retries of an event. */
  eventRetryDelaysMs: readonly number[];
  /** Free plans have no user groups. */
  freePlan: boolean;
}
