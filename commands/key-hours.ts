import { hoursWords } from '../src/domain/working-hours.ts';
import { keptHours, setWorkingHours, workingHours } from '../src/handlers/working-hours.ts';
import { channel, words } from '../src/slack/blocks/mrkdwn.ts';
import { modal, type Action, type Context } from './entry.ts';
import {
  chosenHoursChannel,
  HOURS_CHANNEL,
  HOURS_FORM,
  HOURS_OPEN,
  HOURS_RESET,
  hoursForm,
  parseHours,
  type TypedHours,
} from './modals/hours-form.ts';

async function look(
  { services }: Context,
  channelId: string | null,
  said: string | null,
): Promise<ReturnType<typeof hoursForm>> {
  const own = channelId !== null && (await keptHours(services, channelId)) !== null;
  return hoursForm({ channelId, hours: await workingHours(services, channelId), own, said });
}

const open: Action = {
  actionId: HOURS_OPEN,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    await context.show(await look(context, null, null));
  },
};

/** Another channel was chosen: the same window with its hours. */
const chooseChannel: Action = {
  actionId: HOURS_CHANNEL,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view !== null)
      await context.desk.update(view.id, await look(context, chosenHoursChannel(view), null));
  },
};

export const hoursModal = modal<TypedHours>({
  callbackId: HOURS_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: HOURS_CHANNEL,
  parse: parseHours,
  async submit(context, { channelId, hours }) {
    await setWorkingHours(context.services, context.request(), channelId, hours);
    const where = channelId === null ? 'the whole workspace' : channel(channelId);
    return look(context, channelId, `Saved for ${where}: ${words(hoursWords(hours))}.`);
  },
});

const reset: Action = {
  actionId: HOURS_RESET,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const channelId = context.incoming.text;
    await setWorkingHours(context.services, context.request(), channelId, null);
    const said = `${channel(channelId)} has no hours of its own any more.`;
    await context.desk.update(view.id, await look(context, channelId, said));
  },
};

export const hoursActions: readonly Action[] = [open, chooseChannel, reset];
