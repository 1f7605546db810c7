import type { Services } from '../services.ts';

/** What containing takes; also what the command line has, which knows nothing of Slack. */
export type Containing = Pick<
  Services,
  | 'stores'
  | 'sealer'
  | 'sessions'
  | 'aws'
  | 'clock'
  | 'ids'
  | 'log'
  | 'jobs'
  | 'presenter'
  | 'hostIdentity'
  | 'instanceId'
  | 'onlyInstance'
  | 'defaultAlertChannel'
>;

/** How long whoever works on a containment is taken for alive between two writes; its calls end before; ms. */
export const TURN_LEASE_MS = 30_000;
/** What one round of calls may take; ms. */
export const CALLS_MS = 25_000;

/** Reads CloudTrail around contained users. */
export const SURROUNDINGS_JOB = 'containment-surroundings';

/** Looks what of the containments that stand is gone, or out of reach. */
export const GONE_JOB = 'containments-gone';

/** Leases of the command line's are respected even where a bot takes those of all others for dead. */
export const HOST_TURN = 'host-';
