import { isConflict } from '../src/errors.ts';
import { pursue } from '../src/handlers/containments/pursue.ts';
import { giveBack, stopDrill } from '../src/handlers/drills/act.ts';
import { beginDrill, decoys, raiseDrill, type DrillInput } from '../src/handlers/drills/start.ts';
import { pagerSetting } from '../src/handlers/pager.ts';
import { DRILL_GIVE_BACK, DRILL_OPEN, DRILL_STOP } from '../src/slack/blocks/drill.ts';
import { section } from '../src/slack/blocks/elements.ts';
import { code } from '../src/slack/blocks/mrkdwn.ts';
import { modal, type Action, type Context } from './entry.ts';
import type { IncomingView } from './incoming.ts';
import { DRILL_ERROR_BLOCK, DRILL_FORM, drillForm, parseDrill } from './modals/drill-form.ts';
import { SETTINGS_FORM } from './modals/settings-view.ts';
import { messageView } from './modals/message-view.ts';
import { refusalText } from './refusal.ts';
import { look } from './settings.ts';

/** How long AWS may take to say whether a decoy is one, and how long a click waits for an Undo; ms. */
const CHECK_MS = 30_000;
const UNDO_MS = 60_000;

const open: Action = {
  actionId: DRILL_OPEN,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    const { services } = context;
    await context.show(drillForm(await decoys(services), (await pagerSetting(services)) !== null));
  },
};

export const drillModal = modal<DrillInput>({
  callbackId: DRILL_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: DRILL_ERROR_BLOCK,
  parse: parseDrill,
  async submit(context, input, view) {
    const request = context.request();
    await beginDrill(context.services, request, input);
    context.later(async () => {
      let said: string;
      try {
        await raiseDrill(context.services, request, input, AbortSignal.timeout(CHECK_MS));
        said = `*The drill has begun.* Its message about ${code(input.accessKeyId)} is in the alert channel.`;
      } catch (error) {
        said = `*No drill.* ${refusalText(error, context.correlationId, context.log)}`;
      }
      await context.desk.update(view.id, messageView('Drill', said));
      await settingsAgain(context, view, said);
    });
    return messageView('Drill', 'Asking AWS whether nothing else hangs on this key…');
  },
});

/** The settings below, where the form was opened from them. */
async function settingsAgain(context: Context, { rootId, id }: IncomingView, said: string): Promise<void> {
  if (rootId !== null && rootId !== id) await context.desk.update(rootId, await look(context, said));
}

/** The same buttons stand in messages. */
function isSettings(view: IncomingView | null): view is IncomingView {
  return view?.callbackId === SETTINGS_FORM;
}

const stop: Action = {
  actionId: DRILL_STOP,
  needs: 'member',
  opensModal: false,
  async run(context, view) {
    const { services, incoming } = context;
    const decision = `${DRILL_STOP}:${incoming.text}`;
    await stopDrill(services, context.request({ decision }), incoming.text);
    if (isSettings(view)) await context.desk.update(view.id, await look(context, 'The drill was stopped.'));
  },
};

/** One click: what was is restored, as with any containment. */
const back: Action = {
  actionId: DRILL_GIVE_BACK,
  needs: 'member',
  opensModal: false,
  async run(context, view) {
    const { services, desk, incoming, correlationId, log } = context;
    let said = 'The decoy is being given back; the message of its containment says how it goes.';
    try {
      const decision = `${DRILL_GIVE_BACK}:${incoming.text}`;
      const row = await giveBack(services, context.request({ decision }), incoming.text);
      context.atOnce(async ({ leaving }) => void (await pursue(services, row.id, UNDO_MS, leaving)));
    } catch (error) {
      if (!isConflict(error)) throw error;
      said = refusalText(error, correlationId, log);
    }
    if (isSettings(view)) await desk.update(view.id, await look(context, said));
    else if (incoming.responseUrl !== null) {
      await desk.reply(incoming.responseUrl, { text: said, blocks: [section(said)] });
    }
  },
};

export const drillActions: readonly Action[] = [open, stop, back];
