import { wakeOutbox } from '../src/handlers/alert.ts';
import { pause, resume } from '../src/handlers/pause.ts';
import type { Message } from '../src/ports/slack.ts';
import { section } from '../src/slack/blocks/elements.ts';
import { cut, escape, person, words } from '../src/slack/blocks/mrkdwn.ts';
import { refreshHome } from './refresh-home.ts';
import { modal, type Action, type Context } from './entry.ts';
import { messageView } from './modals/message-view.ts';
import {
  parsePause,
  PAUSE_ERROR_BLOCK,
  PAUSE_FORM,
  PAUSE_OPEN,
  pauseForm,
  RESUME,
} from './modals/pause-view.ts';
import { look } from './settings.ts';

export const openPause: Action = {
  actionId: PAUSE_OPEN,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    await context.show(pauseForm());
  },
};

export const pauseModal = modal<{ why: string }>({
  callbackId: PAUSE_FORM,
  needs: 'admin',
  // Stopping is safe whoever does it; resuming is not.
  irreversible: false,
  errorBlock: PAUSE_ERROR_BLOCK,
  parse: parsePause,
  async submit(context, { why }, view) {
    await pause(context.services, context.request(), why, pausedMessage(context, why));
    const { rootId } = view;
    context.later(() => shown(context, rootId === view.id ? null : rootId, 'Rekey is paused.'));
    return messageView(
      'Paused',
      'Rekey changes nothing in AWS until an admin resumes it under /aws-settings.',
    );
  },
});

export const resumeAction: Action = {
  actionId: RESUME,
  needs: 'admin',
  irreversible: true,
  opensModal: false,
  async run(context, view) {
    await resume(context.services, context.request(), resumedMessage(context));
    context.later(() => shown(context, view?.id ?? null, 'Rekey may change AWS again.'));
  },
};

/** Draws the settings again (if they are open) and Home, and lets the notice go out. */
async function shown(context: Context, viewId: string | null, said: string): Promise<void> {
  const { services, desk, actor } = context;
  await wakeOutbox(services);
  if (viewId !== null) await desk.update(viewId, await look(context, said));
  await refreshHome(services, desk, actor.userId);
}

function pausedMessage({ actor }: Context, why: string): Message {
  const by = person(actor.userId);
  return {
    text: `Rekey was paused by ${by}: ${escape(cut(why, 200))}`,
    blocks: [
      section(`*Rekey was paused* by ${by}: ${words(why)}`),
      section(
        'It changes nothing in AWS until an admin resumes it under /aws-settings. Alerts go on, and keys can be contained.',
      ),
    ],
  };
}

function resumedMessage({ actor }: Context): Message {
  const text = `Rekey was resumed by ${person(actor.userId)}: it may change AWS again.`;
  return { text, blocks: [section(text)] };
}
