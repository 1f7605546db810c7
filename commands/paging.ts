import { isConflict } from '../src/errors.ts';
import { pagerSetting, removePager, setPager, testPage, type PagerInput } from '../src/handlers/pager.ts';
import { wakeOutbox } from '../src/handlers/alert.ts';
import { PAGER_NAMES } from '../src/domain/pager.ts';
import { refreshHome } from './refresh-home.ts';
import { modal, type Action, type Context } from './entry.ts';
import { messageView } from './modals/message-view.ts';
import {
  PAGING_ERROR_BLOCK,
  PAGING_FORM,
  PAGING_OPEN,
  PAGING_REMOVE,
  PAGING_TEST,
  pagingForm,
  parsePaging,
} from './modals/paging-view.ts';
import { refusalText } from './refusal.ts';
import { look } from './settings.ts';

export const openPaging: Action = {
  actionId: PAGING_OPEN,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    await context.show(pagingForm(await pagerSetting(context.services)));
  },
};

export const pagingModal = modal<PagerInput>({
  callbackId: PAGING_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: PAGING_ERROR_BLOCK,
  parse: parsePaging,
  async submit(context, input, view) {
    const set = await setPager(context.services, context.request(), input);
    const said = `Pages go to ${PAGER_NAMES[set.kind]} from now on. Send a test page to see one arrive.`;
    const { rootId } = view;
    context.later(async () => {
      await wakeOutbox(context.services);
      if (rootId !== null && rootId !== view.id) {
        await context.desk.update(rootId, await look(context, said));
      }
      await refreshHome(context.services, context.desk, context.actor.userId);
    });
    return messageView('Saved', said);
  },
});

export const sendTestPage: Action = {
  actionId: PAGING_TEST,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const request = context.request({ decision: `${PAGING_TEST}:${view.id}:${view.hash}` });
    await context.desk.update(view.id, await look(context, 'Sending a test page…'));
    context.later(async () => {
      const said = await tested(context, () => testPage(context.services, request));
      if (said !== null) await context.desk.update(view.id, await look(context, said));
      await refreshHome(context.services, context.desk, context.actor.userId);
    });
  },
};

/** What came of the test page; null when a second click was first. */
async function tested(context: Context, test: () => Promise<void>): Promise<string | null> {
  try {
    await test();
    return 'A test page was opened and closed again.';
  } catch (error) {
    if (isConflict(error)) return null;
    return `*The test page did not get through.* ${refusalText(error, context.correlationId, context.log)}`;
  }
}

export const removePaging: Action = {
  actionId: PAGING_REMOVE,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    await removePager(context.services, context.request());
    if (view !== null) await context.desk.update(view.id, await look(context, 'Paging was removed.'));
    context.later(() => refreshHome(context.services, context.desk, context.actor.userId));
  },
};
