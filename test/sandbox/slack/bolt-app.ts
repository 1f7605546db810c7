import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { SlackStandIn, type StandInOptions } from '../../../sandbox/slack/stand-in.ts';

/** A real Bolt app joined to a stand-in by one of the two transports. */
export interface Joined {
  readonly slack: SlackStandIn;
  readonly app: App;
  stop(): Promise<void>;
}

const quiet = { logLevel: LogLevel.ERROR };

/** Silences Bolt's logger, whose complaints are part of some tests. */
const logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

export type Listen = (app: App, slack: SlackStandIn) => void;

async function overSocket(listen: Listen, options: StandInOptions): Promise<Joined> {
  const slack = await SlackStandIn.start(options);
  const clientOptions = { slackApiUrl: slack.url };
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    clientPingTimeout: 1_000,
    installerOptions: { clientOptions },
    logger,
    ...quiet,
  });
  const app = new App({ token: slack.botToken, receiver, clientOptions, logger, ...quiet });
  app.error(() => Promise.resolve());
  listen(app, slack);
  await app.start();
  await slack.sockets.connected();
  const stop = async (): Promise<void> => {
    await app.stop();
    await slack.stop();
  };
  return { slack, app, stop };
}

async function overHttp(listen: Listen, options: StandInOptions): Promise<Joined> {
  const slack = await SlackStandIn.start(options);
  const clientOptions = { slackApiUrl: slack.url };
  const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, logger, ...quiet });
  const app = new App({ token: slack.botToken, receiver, clientOptions, logger, ...quiet });
  app.error(() => Promise.resolve());
  listen(app, slack);
  const server = await receiver.start({ port: 0, host: '127.0.0.1' });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  slack.useHttp(`http://127.0.0.1:${port}/slack/events`);
  const stop = async (): Promise<void> => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    await receiver.stop();
    await slack.stop();
  };
  return { slack, app, stop };
}

export const transports = [
  ['Socket Mode', overSocket],
  ['signed HTTP', overHttp],
] as const;

export { overHttp, overSocket };
