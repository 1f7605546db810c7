import { AwsStandIn } from '../../../sandbox/aws/stand-in.ts';
import type { AwsStandInOptions } from '../../../sandbox/aws/stand-in.ts';
import type { Account } from '../../../sandbox/aws/world.ts';
import type { Keys, Where } from './clients.ts';

/** Time that only moves when it is told to; it starts at the real time, which the SDK signs with. */
export class ManualTime {
  /** Milliseconds. */
  now = Date.now();

  advance(ms: number): void {
    this.now += ms;
  }
}

/** A stand-in with one account, its administrator and a clock in the hands of the test. */
export interface Stage extends AsyncDisposable {
  readonly standIn: AwsStandIn;
  readonly time: ManualTime;
  readonly where: Where;
  readonly account: Account;
  readonly admin: Keys;
}

/** Sets the stage; dispose of it with `await using`. */
export async function stage(options: AwsStandInOptions = {}): Promise<Stage> {
  const time = new ManualTime();
  const standIn = await AwsStandIn.start({ clock: () => time.now, ...options });
  const account = standIn.world.addAccount();
  const admin = account.addUser('admin', { attached: ['AdministratorAccess'] }).addKey();
  return {
    standIn,
    time,
    where: { endpoint: standIn.url, aheadMs: () => time.now - Date.now() },
    account,
    admin,
    [Symbol.asyncDispose]: () => standIn.stop(),
  };
}

/** A policy of one statement that allows. */
export function allowing(
  Action: string | readonly string[],
  Resource: string | readonly string[] = '*',
): { Version: string; Statement: { Effect: 'Allow'; Action: typeof Action; Resource: typeof Resource } } {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource } };
}
