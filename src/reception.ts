import { HTTPReceiver, SocketModeReceiver, type App, type Receiver } from '@slack/bolt';
import type { Closer } from './closers.ts';
import type { Config } from './config.ts';
import type { Clock, Log } from './ports/world.ts';
import { openHttpDoor } from './slack/http-door.ts';
import { socketTrouble } from './slack/identity.ts';
import { keepReconnecting } from './slack/reconnect.ts';
import { closeInTime } from './slack/socket-close.ts';
import { webClientOptions } from './slack/web-client.ts';

/** How Slack reaches us: by signed requests, or by a socket that we open. */
export function receiverOf(
  config: Config,
  web: Parameters<typeof webClientOptions>[0],
  logger: typeof web.logger,
): Receiver {
  const { transport } = config;
  if (transport.kind === 'http') {
    return new HTTPReceiver({ signingSecret: transport.signingSecret.reveal(), logger });
  }
  return new SocketModeReceiver({
    appToken: transport.appToken.reveal(),
    logger,
    dispatcher: web.dispatcher,
    // Short, since the client waits this long before it connects again (five seconds otherwise); not so short that a
    // busy moment is taken for a dead socket.
    clientPingTimeout: 2_000,
    installerOptions: { clientOptions: webClientOptions(web) },
  });
}

/** Lets Slack in: by its socket, or over HTTP, then the URL is answered. */
export async function openDoor(
  config: Config,
  { closers, clock, log }: { readonly closers: Closer[]; readonly clock: Clock; readonly log: Log },
  receiver: Receiver,
  app: App,
): Promise<string | null> {
  if (receiver instanceof HTTPReceiver && config.transport.kind === 'http') {
    const door = await openHttpDoor(config.transport, receiver.requestListener, clock);
    closers.push(() => door.close());
    return door.url;
  }
  closers.push(() => closeInTime(() => app.stop(), clock, log));
  if (receiver instanceof SocketModeReceiver) {
    // Called off before the socket is closed, or it might open another.
    closers.push(keepReconnecting(receiver.client, clock, log));
  }
  try {
    await app.start();
  } catch (error) {
    throw socketTrouble(error);
  }
  return null;
}

/** Why nothing comes through the socket, or null; the HTTP door is open until we stop. */
export function socketSilence(receiver: Receiver): string | null {
  if (!(receiver instanceof SocketModeReceiver)) return null;
  return receiver.client.websocket?.isActive() === true ? null : 'no socket is open';
}
