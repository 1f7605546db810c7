import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { SlackStandIn, type StandInOptions } from '../../../sandbox/slack/stand-in.ts';
import { silent } from './client.ts';

/** A real Bolt app joined to a stand-in by one of the two transports. */
export interface Joined {
  readonly slack: SlackStandIn;
  readonly app: App;
  /** The names of the errors that reached app.error. */
  readonly errors: string[];
  stop(): Promise<void>;
}

const quiet = { logLevel: LogLevel.ERROR };

function collected(app: App): string[] {
  const errors: string[] = [];
  app.error((error) => {
    errors.push(error.code);
    return Promise.resolve();
  });
  return errors;
}

export type Listen = (app: App, slack: SlackStandIn) => void;

async function overSocket(listen: Listen, options: StandInOptions): Promise<Joined> {
  const slack = await SlackStandIn.start(options);
  const clientOptions = { slackApiUrl: slack.url };
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    clientPingTimeout: 1_000,
    installerOptions: { clientOptions },
    logger: silent,
    ...quiet,
  });
  const app = new App({ token: slack.botToken, receiver, clientOptions, logger: silent, ...quiet });
  const errors = collected(app);
  listen(app, slack);
  await app.start();
  await slack.sockets.connected();
  const stop = async (): Promise<void> => {
    await app.stop();
    await slack.stop();
  };
  return { slack, app, errors, stop };
}

async function overHttp(listen: Listen, options: StandInOptions): Promise<Joined> {
  const slack = await SlackStandIn.start(options);
  const clientOptions = { slackApiUrl: slack.url };
  const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, logger: silent, ...quiet });
  const app = new App({ token: slack.botToken, receiver, clientOptions, logger: silent, ...quiet });
  const errors = collected(app);
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
  return { slack, app, errors, stop };
}

export const transports = [
  ['Socket Mode', overSocket],
  ['signed HTTP', overHttp],
] as const;

export { overHttp, overSocket };
