import type { Clock, Log } from '../ports/world.ts';
import { slackFailure } from './failures.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Makes a Socket Mode client come back however often Slack fails to give it a new socket. Its own way (socket-mode
 * 3.1) takes a failed request for the end and lets the rejection fall, which ends the process. The first start still
 * fails as it is. Answers how to call it off.
 */
export function keepReconnecting<Answer>(
  client: { start(): Promise<Answer> },
  clock: Clock,
  log: Log,
): () => void {
  const start = client.start.bind(client);
  const stopped = new AbortController();
  let connected = false;
  client.start = async (): Promise<Answer> => {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      try {
        const answer = await start();
        connected = true;
        return answer;
      } catch (error) {
        if (!connected) throw error;
        log.warn('the socket to Slack could not be opened again yet', { failure: slackFailure(error), wait });
      }
      // Called off, it stays silent: nobody hears its answer any more.
      await clock.sleep(wait, stopped.signal).catch(() => new Promise(() => undefined));
    }
  };
  return () => stopped.abort();
}
