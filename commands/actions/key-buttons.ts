import { isAccessKeyId } from '../../src/domain/access-key-id.ts';
import { isConflict, RekeyError } from '../../src/errors.ts';
import { authorise } from '../../src/handlers/authorise.ts';
import { chooseForKey } from '../../src/handlers/choose-for-key.ts';
import { lookKey, type KeyLook } from '../../src/handlers/look-key.ts';
import { endSnooze, snoozeKey } from '../../src/handlers/snooze-key.ts';
import { DAY_MS } from '../../src/domain/time-words.ts';
import {
  KEY_DEACTIVATE,
  KEY_DETAILS,
  KEY_MENU,
  KEY_ROTATE,
  KEY_SNOOZE,
} from '../../src/slack/blocks/keys.ts';
import { moment } from '../../src/slack/blocks/mrkdwn.ts';
import { modal, tooOld, type Action, type Context } from '../entry.ts';
import { openContain } from './containment-buttons.ts';
import { openDelete } from './delete-buttons.ts';
import type { IncomingView } from '../incoming.ts';
import { KEY_CHOOSE, keyView } from '../modals/key-view.ts';
import {
  KEY_CHOICES_ERROR_BLOCK,
  KEY_CHOICES_FORM,
  keyChoicesForm,
  parseKeyChoices,
  type TypedChoices,
} from '../modals/key-choices-form.ts';
import { refusalText } from '../refusal.ts';
import { messageView } from '../modals/message-view.ts';
import {
  END_SNOOZE,
  parseSnooze,
  SNOOZE_ERROR_BLOCK,
  SNOOZE_FORM,
  snoozeForm,
  type TypedSnooze,
} from '../modals/snooze-form.ts';
import { morning } from '../morning.ts';
import { openPlan } from '../rotate.ts';
import { whichGroups } from '../user-groups.ts';

type Opens = (context: Context, accessKeyId: string) => Promise<void>;

const details: Opens = async (context, accessKeyId) => {
  await context.show(keyView(await look(context, accessKeyId), null));
};

const rotate: Opens = openPlan;

const snooze: Opens = async (context, accessKeyId) => {
  const found = await existing(context, accessKeyId);
  const { actor, services } = context;
  if (!found.maySnooze) authorise(actor, 'operator', 'snooze access keys of others', services.admins);
  await context.show(snoozeForm(found));
};

const choose: Opens = async (context, accessKeyId) => {
  const found = await existing(context, accessKeyId);
  await context.show(keyChoicesForm(found, await whichGroups(context)));
};

/** Who may not is refused, and recorded, by the handler. */
const deactivate: Opens = async (context, accessKeyId) => {
  if (!isAccessKeyId(accessKeyId)) throw tooOld();
  await openContain(context, { accessKeyId, incidentId: null });
};

/** Owners have no role; the handlers say who may. */
function opens(actionId: string, run: Opens): Action {
  return {
    actionId,
    needs: 'member',
    opensModal: true,
    run: (context) => run(context, context.incoming.text),
  };
}

const menu: Action = {
  actionId: KEY_MENU,
  needs: 'member',
  opensModal: true,
  async run(context) {
    const [choice = '', accessKeyId = ''] = context.incoming.text.split(':');
    const run = Object.hasOwn(CHOICES, choice) ? CHOICES[choice] : undefined;
    if (run !== undefined) return run(context, accessKeyId);
    throw new RekeyError('expired', 'This menu is from an older version of Rekey.', {
      next: 'Type `/aws-keys` again.',
    });
  },
};

const CHOICES: Readonly<Record<string, Opens>> = {
  details,
  rotate,
  snooze,
  deactivate,
  delete: openDelete,
};

/** Ends it, and shows so where the button stood and in the key's own window. */
const endNow: Action = {
  actionId: END_SNOOZE,
  needs: 'member',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const [accessKeyId = '', snoozeId = ''] = context.incoming.text.split(' ');
    const decision = `${END_SNOOZE}:${view.id}:${view.hash}`;
    let said = 'The snooze was ended: reminders of this key begin again.';
    try {
      await endSnooze(context.services, context.request({ decision }), accessKeyId, snoozeId);
    } catch (error) {
      // The window is out of date: it is drawn anew, and says so.
      if (!isConflict(error)) throw error;
      said = refusalText(error, context.correlationId, context.log);
    }
    const again = keyView(await look(context, accessKeyId), said);
    if (view.callbackId !== SNOOZE_FORM || isAlone(view)) {
      await context.desk.update(view.id, again);
    } else {
      await context.desk.update(view.id, messageView('End snooze', said));
      if (view.rootId !== null) await context.desk.update(view.rootId, again);
    }
  },
};

export const keyActions: readonly Action[] = [
  opens(KEY_DETAILS, details),
  opens(KEY_ROTATE, rotate),
  opens(KEY_SNOOZE, snooze),
  opens(KEY_DEACTIVATE, deactivate),
  { ...opens(KEY_CHOOSE, choose), needs: 'admin' },
  menu,
  endNow,
];

export const snoozeModal = modal<TypedSnooze>({
  callbackId: SNOOZE_FORM,
  needs: 'member',
  irreversible: false,
  errorBlock: SNOOZE_ERROR_BLOCK,
  parse: parseSnooze,
  async submit(context, { accessKeyId, seen, reason, until }, view) {
    const at =
      typeof until === 'number'
        ? context.services.clock.now() + until * DAY_MS
        : await morning(context, until);
    const kept = await snoozeKey(context.services, context.request(), {
      accessKeyId,
      reason,
      until: at,
      seen,
    });
    return shownIn(context, view, accessKeyId, `Snoozed until ${moment(kept.until)}.`);
  },
});

export const keyChoicesModal = modal<TypedChoices>({
  callbackId: KEY_CHOICES_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: KEY_CHOICES_ERROR_BLOCK,
  parse: parseKeyChoices,
  async submit(context, { accessKeyId, seen, choices }, view) {
    const changed = await chooseForKey(context.services, context.request(), accessKeyId, seen, choices);
    return shownIn(context, view, accessKeyId, changed ? 'Saved.' : 'Nothing was changed.');
  },
});

/** The key as it is after a change: in the window below, or in this one when there is none. */
async function shownIn(
  context: Context,
  view: IncomingView,
  accessKeyId: string,
  said: string,
): Promise<ReturnType<typeof keyView> | 'close'> {
  const again = keyView(await look(context, accessKeyId), said);
  const { rootId } = view;
  if (isAlone(view) || rootId === null) return again;
  context.later(async () => {
    await context.desk.update(rootId, again);
  });
  return 'close';
}

function isAlone({ id, rootId }: IncomingView): boolean {
  return rootId === null || rootId === id;
}

function look(context: Context, accessKeyId: string): Promise<KeyLook> {
  return lookKey(context.services, context.actor, accessKeyId);
}

/** A key one can still do something about. */
async function existing(context: Context, accessKeyId: string): Promise<KeyLook> {
  const found = await look(context, accessKeyId);
  if (found.key.goneAt === null) return found;
  throw new RekeyError('conflict', 'This access key no longer exists in AWS.', {
    next: 'Type `/aws-keys` for the keys there are.',
  });
}
