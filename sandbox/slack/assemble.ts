import { Timestamps, systemClock, type Clock } from './clock.ts';
import type { Core, Settings } from './core.ts';
import { Faults } from './faults.ts';
import { Files } from './files.ts';
import { Journal } from './journal.ts';
import { manifestOf } from './manifest.ts';
import { Messages } from './messages.ts';
import { Notices } from './notices.ts';
import { RateLimits } from './rate-limits.ts';
import { ResponseUrls } from './response-urls.ts';
import { Tokens } from './tokens.ts';
import { Triggers } from './triggers.ts';
import { Views } from './views.ts';
import { World } from './world.ts';

export interface StandInOptions {
  /** A free port when left out. */
  readonly port?: number;
  readonly clock?: Clock;
  /**
   * What is over within seconds goes by this: trigger ids, rate limits, the time stamps of signatures; `clock` when
   * left out. Somebody who puts `clock` forward while a click is under way does not lose it.
   */
  readonly wireClock?: Clock;
  /** The app's parsed manifest: its commands, scopes and events. Without one everything is allowed. */
  readonly manifest?: unknown;
  /** The bot token's scopes; those of the manifest when left out. */
  readonly scopes?: readonly string[];
  readonly teamId?: string;
  readonly appName?: string;
  /** Enforces Slack's tiers and one message a second and channel. */
  readonly rateLimits?: boolean;
  /** 3,000 when left out. */
  readonly ackMs?: number;
  /** 3,000 when left out. */
  readonly triggerMs?: number;
  /** Slack's 0 s, 1 min and 5 min when left out. */
  readonly eventRetryDelaysMs?: readonly number[];
  readonly freePlan?: boolean;
}

/** Makes the parts of a stand-in that listens on this port. */
export function assemble(options: StandInOptions, port: number): Core {
  const origin = `http://127.0.0.1:${port}`;
  const clock = options.clock ?? systemClock;
  const wireClock = options.wireClock ?? clock;
  const timestamps = new Timestamps(clock);
  const name = options.appName ?? 'rekey';
  const team = { id: options.teamId ?? 'T0REKEY', name: 'Example', domain: 'example' };
  const world = new World(team, { appId: 'A0REKEY', botId: 'B0REKEY', botUserId: 'U0REKEY', name });
  const journal = new Journal(clock);
  const manifest = manifestOf(options.manifest);
  const settings: Settings = {
    ackMs: options.ackMs ?? 3_000,
    eventRetryDelaysMs: options.eventRetryDelaysMs ?? [0, 60_000, 300_000],
    freePlan: options.freePlan ?? false,
  };
  return {
    clock,
    wireClock,
    timestamps,
    world,
    journal,
    settings,
    origin,
    messages: new Messages(timestamps),
    files: new Files(origin),
    views: new Views(world),
    triggers: new Triggers(wireClock, options.triggerMs ?? 3_000),
    responseUrls: new ResponseUrls(clock, origin),
    tokens: new Tokens(),
    notices: new Notices(clock),
    faults: new Faults(),
    rateLimits: new RateLimits(wireClock, options.rateLimits ?? false),
    manifest: options.scopes === undefined ? manifest : { ...manifest, scopes: options.scopes },
  };
}
