import type { AuditSigner } from '../ports/audit.ts';
import type { HostIdentity, Aws, Sessions } from '../ports/aws.ts';
import type { Instances } from '../ports/instances.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { Judges } from '../ports/judges.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Outward } from '../ports/outward.ts';
import type { Pager } from '../ports/pager.ts';
import type { Files, People, Poster, Presenter } from '../ports/slack.ts';
import type { Stores } from '../ports/stores.ts';
import type { Clock, Ids, Log, Sealer } from '../ports/world.ts';
import type { Leases } from './leases.ts';

/** What Slack said of its workspace and of our token when the process started. */
export interface WorkspaceFacts {
  /** `https://NAME.slack.com/`; null when Slack did not say. */
  readonly url: string | null;
  /** Those of the bot's token; null when Slack did not say. */
  readonly scopes: readonly string[] | null;
}

/** What the handlers work with; put together once, in `main.ts`. */
export interface Services {
  readonly stores: Stores;
  readonly sealer: Sealer;
  readonly auditSigner: AuditSigner;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly aws: Aws;
  /** Of the roles that connections use. */
  readonly sessions: Sessions;
  readonly people: People;
  readonly poster: Poster;
  readonly files: Files;
  readonly pager: Pager;
  /** To webhooks and redeploy hooks. */
  readonly outward: Outward;
  readonly presenter: Presenter;
  readonly jobs: Jobs;
  /** Which processes share this database. */
  readonly instances: Instances;
  /** Beside the event loop. */
  readonly judges: Judges;
  /**
   * Rekey's own AWS identity, asked again when the last answer is some minutes old; `afresh`: one that is missing is
   * looked for before this answers, unless that was just done.
   */
  hostIdentity(how?: 'afresh'): Promise<HostIdentity>;
  /** New at each start of the process: names the holder of leases. */
  readonly instanceId: string;
  /** True where no other bot can share the database (SQLite): leases of earlier processes are void. */
  readonly onlyInstance: boolean;
  readonly leases: Leases;
  readonly teamId: string;
  readonly workspace: WorkspaceFacts;
  /** `REKEY_ADMINS`. */
  readonly admins: readonly string[];
  /** `REKEY_ALERT_CHANNEL`, or null. */
  readonly defaultAlertChannel: string | null;
}
