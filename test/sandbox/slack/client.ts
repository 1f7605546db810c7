import { LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** A real client of the Web API that neither retries nor logs. */
export function clientOf(token: string, slackApiUrl: string, options: WebClientOptions = {}): WebClient {
  const quiet = { logLevel: LogLevel.ERROR, logger: silent };
  return new WebClient(token, { slackApiUrl, retryConfig: { retries: 0 }, ...quiet, ...options });
}

export { silent };
