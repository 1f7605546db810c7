import { onCallSetting, removeOnCall, setOnCall, type OnCallInput } from '../src/handlers/on-call.ts';
import { onCallText } from '../src/slack/blocks/on-call.ts';
import { modal, type Action } from './entry.ts';
import { messageView } from './modals/message-view.ts';
import {
  ON_CALL_ERROR_BLOCK,
  ON_CALL_FORM,
  ON_CALL_OPEN,
  ON_CALL_REMOVE,
  onCallForm,
  parseOnCall,
} from './modals/on-call-view.ts';
import { look } from './settings.ts';
import { whichGroups } from './user-groups.ts';

export const openOnCall: Action = {
  actionId: ON_CALL_OPEN,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    const groups = await whichGroups(context);
    await context.show(onCallForm(await onCallSetting(context.services), groups));
  },
};

export const onCallModal = modal<OnCallInput>({
  callbackId: ON_CALL_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: ON_CALL_ERROR_BLOCK,
  parse: parseOnCall,
  async submit(context, input, view) {
    const set = await setOnCall(context.services, context.request(), input);
    const said = `${onCallText(set)} is mentioned in incidents of severity ${set.least} and above from now on.`;
    const { rootId } = view;
    if (rootId !== null && rootId !== view.id) {
      const again = await look(context, said);
      context.later(async () => void (await context.desk.update(rootId, again)));
    }
    return messageView('Saved', said);
  },
});

export const removeOnCallAction: Action = {
  actionId: ON_CALL_REMOVE,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    await removeOnCall(context.services, context.request());
    if (view !== null)
      await context.desk.update(view.id, await look(context, 'Nobody is mentioned any more.'));
  },
};
