import type { EventEntry } from './entry.ts';

/** What became of the app itself: nobody in Slack can be told any more, so the host's log is. */
export const appEvents: readonly EventEntry[] = [
  {
    event: 'app_uninstalled',
    from: 'slack',
    run({ log }) {
      log.error(
        'Rekey was uninstalled from the workspace: it can see and tell nothing there until it is installed again',
      );
      return Promise.resolve();
    },
  },
  {
    event: 'tokens_revoked',
    from: 'slack',
    run({ log }) {
      log.error('Slack revoked a token of this app: install it again and set the new SLACK_BOT_TOKEN');
      return Promise.resolve();
    },
  },
];
