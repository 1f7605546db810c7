import type { ServerResponse } from 'node:http';

const BEAT_MS = 20_000;
/** Changes that come together are sent together. */
const GATHER_MS = 15;

/**
 * Sends a value as server-sent events: now, and again soon after every change, when it differs.
 * @param onChange calls its listener after every change; answers how to stop it
 */
export function streamValue(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  read: () => unknown,
  onChange: (listener: () => void) => () => void,
): void {
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
  let last = '';
  let waiting: NodeJS.Timeout | null = null;
  const send = (): void => {
    waiting = null;
    const text = JSON.stringify(read());
    if (text === last) return;
    last = text;
    response.write(`data: ${text}\n\n`);
  };
  send();
  const stop = onChange(() => {
    waiting ??= setTimeout(send, GATHER_MS);
  });
  const beat = setInterval(() => response.write(': still here\n\n'), BEAT_MS);
  response.on('close', () => {
    stop();
    clearInterval(beat);
    if (waiting !== null) clearTimeout(waiting);
  });
}
