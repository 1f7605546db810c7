import { fetch as undiciFetch, type EnvHttpProxyAgent } from 'undici';

/** How long an answer to a response URL, and the bytes of a file, may take. */
const REPLY_MS = 10_000;
const UPLOAD_MS = 60_000;

/** Posts JSON to an address Slack gave (a response URL), through the proxy like everything else. */
export function postJson(dispatcher: EnvHttpProxyAgent) {
  return (url: string, body: unknown): Promise<{ ok: boolean; status: number }> =>
    undiciFetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      dispatcher,
      signal: AbortSignal.timeout(REPLY_MS),
    });
}

/** Posts the bytes of a file to the address Slack named for it; answers the status. */
export function postBytes(dispatcher: EnvHttpProxyAgent) {
  return async (url: string, body: Buffer): Promise<number> => {
    const signal = AbortSignal.timeout(UPLOAD_MS);
    return (await undiciFetch(url, { method: 'POST', body, dispatcher, signal })).status;
  };
}
