import { recoverableOf, undoableOf } from '../../src/domain/containment-acts.ts';
import { isOutOfReach } from '../../src/domain/containment-unread.ts';
import type { Containment } from '../../src/domain/containment.ts';
import { isConflict } from '../../src/errors.ts';
import { beginContainment, type ContainInput } from '../../src/handlers/containments/begin.ts';
import {
  lookAtCallers,
  lookBeforeContaining,
  lookContainment,
  openContainmentOf,
} from '../../src/handlers/containments/look.ts';
import { authoriseContainment } from '../../src/handlers/containments/may.ts';
import { isWaitedFor, pursue } from '../../src/handlers/containments/pursue.ts';
import {
  closeAsItIs,
  recoverContainment,
  stopHolding,
  undoContainment,
  type TakeBackInput,
} from '../../src/handlers/containments/take-back.ts';
import { cardOf } from '../../src/handlers/containments/tell.ts';
import {
  CONTAINMENT_DETAILS,
  CONTAINMENT_LEAVE,
  CONTAINMENT_RECOVER,
  CONTAINMENT_STOP,
  CONTAINMENT_UNDO,
} from '../../src/slack/blocks/containment-buttons.ts';
import { section } from '../../src/slack/blocks/elements.ts';
import { modal, type Action, type Context } from '../entry.ts';
import {
  CONTAIN_ERROR_BLOCK,
  CONTAIN_FORM,
  containForm,
  parseContain,
  type ContainModel,
} from '../modals/contain-form.ts';
import {
  containmentView,
  LEAVE_FORM,
  leaveForm,
  parseLeave,
  parseTakeBack,
  RECOVER_FORM,
  TAKE_BACK_ERROR_BLOCK,
  takeBackForm,
  UNDO_FORM,
} from '../modals/containment-view.ts';
import { refusalText } from '../refusal.ts';
import { follow, WATCH_MS } from './follow.ts';

/** How long AWS may take to answer what a window asks. */
const FACTS_MS = 30_000;
const CALLERS_MS = 60_000;

/** Opens the confirmation, and fills in what is known as it comes. The attempt of somebody who may not is recorded. */
export async function openContain(
  context: Context,
  subject: Pick<ContainModel, 'accessKeyId' | 'incidentId'>,
  typed: Pick<ContainModel, 'reason' | 'secretSeen'> = { reason: '', secretSeen: false },
): Promise<void> {
  const { services, desk, log } = context;
  await authoriseContainment(services, context, 'contain', subject);
  const blank = { ...subject, ...typed, facts: null, callers: null };
  const drawn = (more: Partial<ContainModel>) =>
    containForm({ ...blank, ...more, now: services.clock.now() });
  const viewId = await context.show(drawn({}));
  context.later(async () => {
    const facts = await lookBeforeContaining(services, subject.accessKeyId, AbortSignal.timeout(FACTS_MS));
    // Somebody who did not wait has another window by now, which stays.
    if ((await desk.fill(viewId, drawn({ facts }))) !== 'shown') return;
    const callers = await lookAtCallers(services, facts, AbortSignal.timeout(CALLERS_MS));
    const filled = await desk.fill(viewId, drawn({ facts, callers }));
    log.debug('the facts about a key were shown', { filled });
  });
}

/** Does what was asked at once, beside the acknowledgement, and shows in the window how it came out. */
function pursueIn(context: Context, viewId: string, { id }: Containment): void {
  const followed = {
    draw: (row: Containment, said: string | null) => shown(context, row, said),
    isUnderWay: isWaitedFor,
  };
  follow(context, viewId, followed, (show, urgent) =>
    pursue(context.services, id, WATCH_MS, urgent.leaving, show, urgent),
  );
}

async function shown(
  context: Context,
  row: Containment,
  said: string | null,
): Promise<ReturnType<typeof containmentView>> {
  return containmentView(await cardOf(context.services, row), context.actor, said);
}

export const containModal = modal<ContainInput>({
  callbackId: CONTAIN_FORM,
  // Who may not is refused, and recorded, by the handler.
  needs: 'member',
  irreversible: false,
  errorBlock: CONTAIN_ERROR_BLOCK,
  parse: parseContain,
  async submit(context, input, view) {
    let row: Containment;
    try {
      row = await beginContainment(context.services, context.request(), input, (work) => context.later(work));
    } catch (error) {
      // Somebody was first: how it stands is what whoever came second needs.
      const first = isConflict(error) ? await openContainmentOf(context.services, input.accessKeyId) : null;
      if (first === null) throw error;
      pursueIn(context, view.id, first);
      return shown(context, first, refusalText(error, context.correlationId, context.log));
    }
    pursueIn(context, view.id, row);
    return shown(context, row, '*Begun.* This window and the message in the channel say how it goes.');
  },
});

function takeBackModal(
  callbackId: string,
  act: typeof undoContainment,
  said: string,
): ReturnType<typeof modal<TakeBackInput>> {
  return modal<TakeBackInput>({
    callbackId,
    needs: 'member',
    irreversible: false,
    errorBlock: TAKE_BACK_ERROR_BLOCK,
    parse: parseTakeBack,
    async submit(context, input, view) {
      const row = await act(context.services, context.request(), input);
      pursueIn(context, view.id, row);
      return shown(context, row, said);
    },
  });
}

export const takeBackModals = [
  takeBackModal(UNDO_FORM, undoContainment, '*Nothing is put back any more.* What was is being restored.'),
  takeBackModal(
    RECOVER_FORM,
    recoverContainment,
    '*Being recovered.* The deny comes off when sessions from before are denied.',
  ),
];

/** The containment a button is about; the button's own message may be long out of date. */
function look(context: Context): ReturnType<typeof lookContainment> {
  return lookContainment(context.services, context.actor, context.incoming.text);
}

function asks(actionId: string, act: 'undo' | 'recover'): Action {
  return {
    actionId,
    needs: 'member',
    opensModal: true,
    async run(context) {
      await authoriseContainment(context.services, context, act, { containmentId: context.incoming.text });
      const card = await look(context);
      const reasons = act === 'undo' ? undoableOf(card.containment) : recoverableOf(card.containment);
      await context.show(
        reasons.length === 0
          ? containmentView(
              card,
              context.actor,
              '*Nothing is left to take back here.* This is how it stands.',
            )
          : takeBackForm(card, act),
      );
    },
  };
}

const stop: Action = {
  actionId: CONTAINMENT_STOP,
  needs: 'member',
  opensModal: false,
  async run(context, view) {
    const { services, desk, actor, incoming, correlationId, log } = context;
    const [id = '', reasons] = incoming.text.split(':');
    let said = 'The hold was stopped: nothing is put back any more. Key and deny stay as they are.';
    try {
      await stopHolding(services, context.request(), id, reasons === undefined ? null : Number(reasons));
    } catch (error) {
      if (!isConflict(error)) throw error;
      said = refusalText(error, correlationId, log);
    }
    const card = await lookContainment(services, actor, id);
    if (view?.type === 'modal') await desk.update(view.id, containmentView(card, actor, said));
    else if (incoming.responseUrl !== null) {
      await desk.reply(incoming.responseUrl, { text: said, blocks: [section(said)] });
    }
  },
};

const leave: Action = {
  actionId: CONTAINMENT_LEAVE,
  needs: 'member',
  opensModal: true,
  async run(context) {
    await authoriseContainment(context.services, context, 'close', { containmentId: context.incoming.text });
    const card = await look(context);
    await context.show(
      isOutOfReach(card.containment)
        ? leaveForm(card.containment)
        : containmentView(card, context.actor, '*It need not be closed as it is.* This is how it stands.'),
    );
  },
};

export const leaveModal = modal<Pick<TakeBackInput, 'containmentId' | 'reason'>>({
  callbackId: LEAVE_FORM,
  needs: 'member',
  irreversible: false,
  errorBlock: TAKE_BACK_ERROR_BLOCK,
  parse: parseLeave,
  async submit(context, input) {
    const row = await closeAsItIs(context.services, context.request(), input);
    return shown(context, row, '*Closed as it is.* AWS was not asked.');
  },
});

const details: Action = {
  actionId: CONTAINMENT_DETAILS,
  needs: 'viewer',
  opensModal: true,
  run: async (context) =>
    void (await context.show(containmentView(await look(context), context.actor, null))),
};

export const containmentActions: readonly Action[] = [
  asks(CONTAINMENT_UNDO, 'undo'),
  asks(CONTAINMENT_RECOVER, 'recover'),
  stop,
  leave,
  details,
];
