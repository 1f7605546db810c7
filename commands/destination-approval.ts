import { RekeyError } from '../src/errors.ts';
import { approveBindings, refuseBindings, type Reviewed } from '../src/handlers/destinations/decide.ts';
import { lookDestination } from '../src/handlers/destinations/look.ts';
import type { Binding } from '../src/domain/destination.ts';
import { APPROVAL_REVIEW } from '../src/slack/blocks/approval.ts';
import { bold, cut } from '../src/slack/blocks/mrkdwn.ts';
import { one, shownBelow } from './destinations.ts';
import { modal, type Action } from './entry.ts';
import {
  APPROVAL_ERROR_BLOCK,
  APPROVAL_FORM,
  APPROVAL_REFUSE,
  approvalView,
  parseApproval,
  refusalReason,
  reviewed,
} from './modals/approval-view.ts';
import { messageView } from './modals/message-view.ts';
import { refusalText } from './refusal.ts';

/** From the notice that asks, or from the destination's own window: what waits now, exactly. */
const review: Action = {
  actionId: APPROVAL_REVIEW,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    const look = await lookDestination(context.services, context.actor, context.incoming.text);
    await context.show(approvalView(look, context.actor.userId));
  },
};

export const approvalModal = modal<Reviewed>({
  callbackId: APPROVAL_FORM,
  needs: 'admin',
  // A key that went there cannot be taken back.
  irreversible: true,
  errorBlock: APPROVAL_ERROR_BLOCK,
  parse: parseApproval,
  async submit(context, input, view) {
    const approved = await approveBindings(context.services, context.request(), input);
    const said = `Approved for ${named(approved)}: their new keys may go there.`;
    return shownBelow(context, view, ['Approved', said], () => one(context, input.destinationId, said));
  },
});

const refuse: Action = {
  actionId: APPROVAL_REFUSE,
  needs: 'admin',
  irreversible: true,
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const what = reviewed(view);
    let said: string;
    try {
      const { why, wrong } = refusalReason(view);
      if (wrong !== null) throw new RekeyError('invalid', wrong);
      const request = context.request({ decision: `${APPROVAL_REFUSE}:${view.id}:${view.hash}` });
      const refused = await refuseBindings(context.services, request, what, why);
      said = `Refused for ${named(refused)}: they are unbound.`;
    } catch (error) {
      // Said in the window itself: it may be the third, and Slack stacks no fourth.
      const text = refusalText(error, context.correlationId, context.log);
      await context.desk.update(view.id, messageView('Not done', text));
      return;
    }
    await context.desk.update(view.id, messageView('Refused', said));
    if (view.previousId !== null) {
      await context.desk.update(view.previousId, await one(context, what.destinationId, said));
    }
  },
};

function named(bindings: readonly Binding[]): string {
  return bindings.map(({ userName }) => bold(cut(userName, 80))).join(', ');
}

export const approvalActions: readonly Action[] = [review, refuse];
