import { wakeOutbox } from '../src/handlers/alert.ts';
import { resumeChannelWatch, stopChannelWatch } from '../src/handlers/leaks/channel-watch.ts';
import type { Message } from '../src/ports/slack.ts';
import { section } from '../src/slack/blocks/elements.ts';
import { cut, escape, person, words } from '../src/slack/blocks/mrkdwn.ts';
import { modal, type Action, type Context } from './entry.ts';
import {
  CHANNEL_WATCH_ERROR_BLOCK,
  CHANNEL_WATCH_FORM,
  CHANNEL_WATCH_OFF,
  CHANNEL_WATCH_ON,
  channelWatchForm,
  parseChannelWatch,
} from './modals/channel-watch-view.ts';
import { messageView } from './modals/message-view.ts';
import { look } from './settings.ts';

const openOff: Action = {
  actionId: CHANNEL_WATCH_OFF,
  needs: 'admin',
  opensModal: true,
  run: async (context) => void (await context.show(channelWatchForm())),
};

const on: Action = {
  actionId: CHANNEL_WATCH_ON,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    const said = `Keys in channels are looked for again, by ${person(context.actor.userId)}.`;
    await resumeChannelWatch(context.services, context.request(), { text: said, blocks: [section(said)] });
    context.later(() => shown(context, view?.id ?? null, 'Keys in channels are looked for again.'));
  },
};

export const channelWatchActions: readonly Action[] = [openOff, on];

export const channelWatchModal = modal<{ why: string }>({
  callbackId: CHANNEL_WATCH_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: CHANNEL_WATCH_ERROR_BLOCK,
  parse: parseChannelWatch,
  async submit(context, { why }, view) {
    await stopChannelWatch(context.services, context.request(), why, offMessage(context, why));
    const { rootId } = view;
    const said = 'Keys in channels are not looked for any more.';
    context.later(() => shown(context, rootId === view.id ? null : rootId, said));
    return messageView('Switched off', said);
  },
});

/** Lets the notice go out, and draws the settings again if they are open. */
async function shown(context: Context, viewId: string | null, said: string): Promise<void> {
  await wakeOutbox(context.services);
  if (viewId !== null) await context.desk.update(viewId, await look(context, said));
}

function offMessage({ actor }: Context, why: string): Message {
  const by = person(actor.userId);
  return {
    text: `Keys in channels are not looked for any more, by ${by}: ${escape(cut(why, 200))}`,
    blocks: [section(`*Keys in channels are not looked for any more*, by ${by}: ${words(why)}`)],
  };
}
