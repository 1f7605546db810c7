import type { AcknowledgePlan } from './acknowledge.ts';
import type { ContainPlan } from './contain.ts';
import type { IngestPlan } from './ingest.ts';
import type { InventoryPlan } from './inventory.ts';
import type { DetectPlan } from './detect.ts';
import type { RotationPlan } from './rotation.ts';
import type { MemoryPlan } from './start.ts';
import type { Amount } from './throughput.ts';

/** How much each bench measures. */
export interface Plan {
  readonly acknowledge: AcknowledgePlan;
  readonly ingest: IngestPlan;
  readonly start: { readonly rounds: number };
  readonly memory: MemoryPlan;
  readonly jobs: { readonly sqlite: Amount; readonly postgres: Amount };
  readonly seal: Amount;
  readonly verify: Amount;
  readonly inventory: InventoryPlan;
  readonly rotation: RotationPlan;
  readonly contain: ContainPlan;
  readonly detect: DetectPlan;
}

/** Shows that everything runs. */
export const SHORT: Plan = {
  acknowledge: { rounds: 1, slices: 1, alone: 5, connectsAlone: 2, bursts: 1, warmUp: 2 },
  ingest: {
    rounds: 1,
    slices: 1,
    alone: 5,
    connectsAlone: 2,
    bursts: 1,
    warmUp: 2,
    accounts: 1,
    events: 500,
  },
  start: { rounds: 1 },
  memory: { rounds: 1, restMs: 100, commands: 50, connects: 2, keys: 1_000 },
  jobs: { sqlite: { rounds: 1, times: 50 }, postgres: { rounds: 1, times: 20 } },
  seal: { rounds: 1, times: 200 },
  verify: { rounds: 1, times: 2 },
  inventory: { users: 100, keys: 120, changed: 10 },
  rotation: { rounds: 1, open: 50, looks: 5 },
  contain: { rounds: 1, alone: 2, atOnce: 5, bursts: 1, warmUp: 0 },
  detect: {
    rounds: 1,
    records: 5_000,
    memory: [2_000, 4_000],
    keys: { few: 10, many: 1_000, records: 5_000 },
  },
};

export const FULL: Plan = {
  acknowledge: { rounds: 3, slices: 3, alone: 120, connectsAlone: 25, bursts: 5, warmUp: 20 },
  ingest: {
    rounds: 3,
    slices: 1,
    alone: 100,
    connectsAlone: 20,
    bursts: 4,
    warmUp: 10,
    accounts: 4,
    events: 9_000,
  },
  start: { rounds: 9 },
  memory: { rounds: 3, restMs: 3_000, commands: 2_000, connects: 50, keys: 10_000 },
  jobs: { sqlite: { rounds: 5, times: 1_000 }, postgres: { rounds: 5, times: 300 } },
  seal: { rounds: 7, times: 20_000 },
  verify: { rounds: 5, times: 30 },
  inventory: { users: 5_000, keys: 6_000, changed: 50 },
  rotation: { rounds: 5, open: 1_000, looks: 200 },
  contain: { rounds: 3, alone: 20, atOnce: 50, bursts: 3, warmUp: 2 },
  detect: {
    rounds: 5,
    records: 300_000,
    memory: [100_000, 1_000_000],
    keys: { few: 10, many: 10_000, records: 1_000_000 },
  },
};
