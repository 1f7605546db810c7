import type { AccessKey } from '../accounts/access-key.ts';
import { stockTaking, type SampleKey } from '../fixtures.ts';
import type { AwsStandIn } from '../stand-in.ts';
import type { Account } from '../world.ts';
import { lastUseBy, type Habit } from './habits.ts';
import { SEALED_PATH } from './kinds.ts';
import { planLabs, planPlatform } from './plan.ts';
import type { PlannedUser } from './planned.ts';
import { STORY, type Happening } from './story.ts';

const DAY = 86_400_000;
/** Any number; another makes another crowd. */
const SEED = 20_261_128;

/** Something others did, as the page tells it. */
export interface Happened {
  /** ms */
  readonly at: number;
  readonly words: string;
}

/** Two accounts full of users, and how they live on while the clock is moved. */
export class Crowd {
  /** Keys that may take stock of them. */
  readonly keys: { readonly platform: SampleKey; readonly labs: SampleKey };
  readonly #began: number;
  readonly #habits = new Map<AccessKey, Habit>();
  readonly #platform: Account;
  #left: readonly Happening[] = STORY;

  /** Fills a stand-in; the same seed makes the same users, with ages counted from now. */
  constructor({ world }: AwsStandIn, seed = SEED) {
    this.#began = world.clock();
    const createdAt = this.#began - 2200 * DAY;
    this.#platform = world.addAccount({ alias: 'acme-platform', createdAt });
    const labs = world.addAccount({ alias: 'acme-labs', createdAt });
    const platformUsers = planPlatform(seed);
    const labsUsers = planLabs(seed + 1);
    this.keys = {
      platform: this.#reader(
        this.#platform,
        'Platform',
        `${platformUsers.length} users of every kind: for /aws-keys, reminders and the clock.`,
      ),
      labs: this.#reader(labs, 'Labs', `${labsUsers.length} users, and an access key of the root user.`),
    };
    labs.addRootKey({ createdAt: this.#began - 700 * DAY });
    for (const planned of platformUsers) this.#add(this.#platform, planned);
    for (const planned of labsUsers) this.#add(labs, planned);
  }

  /** Lets everybody live up to this time (ms); what happened that is worth telling, in order. */
  advance(at: number): readonly Happened[] {
    const due = this.#left.filter(({ afterMs }) => this.#began + afterMs <= at);
    this.#left = this.#left.slice(due.length);
    const scenery = {
      account: this.#platform,
      uses: (key: AccessKey, habit: Habit) => void this.#habits.set(key, habit),
    };
    const happened = due.flatMap(({ afterMs, words, happen }) => {
      const then = this.#began + afterMs;
      // Up to then everybody did what they always do; an act of that moment changes it.
      this.#live(then);
      return happen(scenery, then) ? [{ at: then, words }] : [];
    });
    this.#live(at);
    return happened;
  }

  #live(at: number): void {
    for (const [key, habit] of this.#habits) {
      if (key.currentStatus !== 'Active') continue;
      const use = lastUseBy(habit, { began: this.#began, createdAt: key.createdAt, at });
      if (use !== null) key.recordUse(use);
    }
  }

  #add(account: Account, planned: PlannedUser): void {
    const user = account.addUser(planned.name, {
      path: planned.path,
      tags: planned.tags,
      consolePassword: planned.console,
      createdAt: Math.round(this.#began - planned.ageMs),
      attached: planned.quarantined ? ['AWSCompromisedKeyQuarantineV3'] : [],
    });
    for (const { ageMs, status, habit, description } of planned.keys) {
      const createdAt = Math.round(this.#began - ageMs);
      const lastUsed = lastUseBy(habit, { began: this.#began, createdAt, at: this.#began });
      const made = user.addKey({ createdAt, status, ...(lastUsed === null ? {} : { lastUsed }) });
      const key = user.keys.get(made.accessKeyId);
      this.#habits.set(key, habit);
      if (description !== undefined) user.tags.set(made.accessKeyId, description);
    }
  }

  #reader(account: Account, label: string, about: string): SampleKey {
    const reader = account.addUser('rekey-reader', {
      attached: stockTaking(account, { kind: 'user', arn: null }, 'rekey'),
      inline: {
        'sealed-off': {
          Version: '2012-10-17',
          Statement: {
            Sid: 'NotHere',
            Effect: 'Deny',
            Action: 'iam:GetAccessKeyLastUsed',
            Resource: account.arn(`user${SEALED_PATH}*`),
          },
        },
      },
      createdAt: this.#began - 40 * DAY,
      tags: { team: 'platform', owner: 'ada' },
    });
    const key = reader.addKey({ createdAt: this.#began - 30 * DAY });
    return { label, about, accountId: account.id, ...key };
  }
}
