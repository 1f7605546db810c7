import type { ModalView } from '@slack/types';
import type { Urgent } from '../background.ts';
import type { Context } from '../entry.ts';

/** How long a window follows what it shows; the message tells the rest. */
export const WATCH_MS = 60_000;
/** A stopping process does not wait for Slack for longer; ms. */
const LAST_WORD_MS = 3_000;

const RESTARTS =
  '*Rekey is being stopped or restarted: this window says no more.* It goes on with this when it runs again, and the message in the channel says how it came out; `/aws-deactivate` shows it, too.';

/** What a window follows. */
export interface Followed<Row> {
  readonly draw: (row: Row, said: string | null) => ModalView | Promise<ModalView>;
  /** Whether more is to come of it, which the next process goes on with. */
  readonly isUnderWay: (row: Row) => boolean;
}

/**
 * Does what was asked at once, beside the acknowledgement, and shows in the window how it comes out. `work` ends its
 * waiting when `leaving` comes, and shows how it stood then.
 */
export function follow<Row>(
  context: Context,
  viewId: string,
  { draw, isUnderWay }: Followed<Row>,
  work: (show: (row: Row) => Promise<void>, urgent: Urgent) => Promise<unknown>,
): void {
  const { desk, log } = context;
  context.atOnce(async (urgent) => {
    const { leaving } = urgent;
    const isOver = new AbortController();
    const left = lastWordOver(context, leaving, isOver.signal);
    const show = async (row: Row): Promise<void> => {
      try {
        const said = leaving.aborted && isUnderWay(row) ? RESTARTS : null;
        await Promise.race([desk.update(viewId, await draw(row, said)), left]);
      } catch (error) {
        log.warn('a window does not show how it came out', { error });
      }
    };
    try {
      await work(show, urgent);
    } finally {
      isOver.abort();
    }
  });
}

/** Settles when a process that is to stop has no more time to show anything. */
async function lastWordOver({ services }: Context, leaving: AbortSignal, isOver: AbortSignal): Promise<void> {
  if (!leaving.aborted) {
    await new Promise((resolve) => {
      leaving.addEventListener('abort', resolve, { once: true, signal: isOver });
    });
  }
  await services.clock.sleep(LAST_WORD_MS, isOver).catch(() => undefined);
}
