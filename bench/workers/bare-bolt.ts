// The floor: Bolt alone, as its documentation starts it. Its listeners only acknowledge.
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';

const {
  SLACK_BOT_TOKEN: token = '',
  SLACK_APP_TOKEN: appToken,
  SLACK_SIGNING_SECRET: signingSecret = '',
  SLACK_API_URL: slackApiUrl = '',
} = process.env;
const clientOptions = { slackApiUrl };
const logLevel = LogLevel.ERROR;

function listen(app: App): void {
  app.command(/^\//, ({ ack }) => ack());
  app.view({ callback_id: /^/, type: 'view_submission' }, ({ ack }) => ack());
}

if (appToken === undefined) {
  const receiver = new HTTPReceiver({ signingSecret, logLevel });
  const app = new App({ token, receiver, clientOptions, logLevel });
  listen(app);
  const server = await receiver.start({ port: 0, host: '127.0.0.1' });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`Bolt is ready http://127.0.0.1:${port}/slack/events\n`);
} else {
  const app = new App({ token, appToken, socketMode: true, clientOptions, logLevel });
  listen(app);
  await app.start();
  process.stdout.write('Bolt is ready\n');
}
