import { figure, type Figure } from './figures.ts';
import { Worker } from './processes.ts';
import { withFile } from './throughput.ts';
import type { AccountAnswer, AccountQuestion } from './workers/aws-account.ts';
import type { InventoryAnswer, InventoryQuestion } from './workers/inventory.ts';

/** Beyond what the sweeps for changes wait for; ms. */
const CYCLE_MS = (4 * 60 + 15) * 60_000;
/** The pace of the call budget. */
const PER_SECOND = 5;

/** How large the account is, and how many of its users change between the sweeps. */
export interface InventoryPlan {
  readonly users: number;
  readonly keys: number;
  readonly changed: number;
}

interface Swept extends InventoryAnswer {
  readonly calls: number;
}

/** Calls and time of a first sweep and of one after some changes, beside the formulas of the plain way. */
export async function benchInventory({ users, keys, changed }: InventoryPlan): Promise<Figure[]> {
  const [full, changes] = await withFile((place) => sweeps(place.url, { users, keys, changed }));
  // Every user listed, every user's keys, every key's last use; and for changes three calls for each changed user.
  const formula = { full: Math.ceil(users / 1_000) + users + keys, changes: 4 + 3 * changed };
  const named = `${users.toLocaleString('en')} users, ${keys.toLocaleString('en')} keys`;
  return (
    [
      [`first sweep, ${named}`, full, formula.full],
      [`${changed} users changed, ${named}`, changes, formula.changes],
    ] as const
  ).flatMap(([what, swept, calls]) => [
    figure(
      { bench: 'inventory', what: `${what}: calls of AWS`, unit: 'calls' },
      [swept.calls],
      { what: 'formula', rounds: [calls] },
      { words: 'the formula', most: calls },
    ),
    figure(
      { bench: 'inventory', what: `${what}: time in the call budget`, unit: 's' },
      [swept.paceMs / 1_000],
      { what: 'formula at 5 a second', rounds: [calls / PER_SECOND] },
    ),
    figure(
      { bench: 'inventory', what: `${what}: work, waits left out`, unit: 's' },
      [swept.workMs / 1_000],
      null,
    ),
  ]);
}

async function sweeps(url: string, plan: InventoryPlan): Promise<readonly [Swept, Swept]> {
  const aws = Worker.start<AccountQuestion, AccountAnswer>('aws-account', [
    String(plan.users),
    String(plan.keys),
  ]);
  const worker = Worker.start<InventoryQuestion, InventoryAnswer>('inventory', [url]);
  const sweep = async (change: number, forwardMs: number): Promise<Swept> => {
    const { url: awsUrl, accountId, key } = await aws.ask({ change, forwardMs });
    const answer = await worker.ask({ awsUrl, accountId, ...key, forwardMs });
    const { requests } = await aws.ask({ change: 0, forwardMs: 0 });
    return { ...answer, calls: requests };
  };
  try {
    return [await sweep(0, 0), await sweep(plan.changed, CYCLE_MS)];
  } finally {
    await worker.stop();
    await aws.stop();
  }
}
