import type { IncomingMessage, ServerResponse } from 'node:http';

/** Slack's own window, applied to both sides: Bolt refuses what is too old, but takes what is from the future. */
const WINDOW_S = 5 * 60;

/** False, and answered 401, when the signature's time lies ahead of ours by more than five minutes. */
export function notFromTheFuture(request: IncomingMessage, response: ServerResponse, nowMs: number): boolean {
  const stamp = Number(request.headers['x-slack-request-timestamp']);
  if (!(stamp > nowMs / 1000 + WINDOW_S)) return true;
  response.writeHead(401, { connection: 'close' }).end();
  return false;
}
