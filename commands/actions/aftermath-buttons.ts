import type { ModalView } from '@slack/types';
import type { Containment } from '../../src/domain/containment.ts';
import { RekeyError } from '../../src/errors.ts';
import { lookToSayWhatBroke, sayWhatBroke } from '../../src/handlers/containments/broken.ts';
import { closingOf } from '../../src/handlers/containments/closing.ts';
import { existingContainment } from '../../src/handlers/containments/take-back.ts';
import { lookIncident } from '../../src/handlers/look-incident.ts';
import { CONTAINMENT_BROKE, CONTAINMENT_WELL } from '../../src/slack/blocks/aftermath.ts';
import { CONTAINMENT_CLOSE } from '../../src/slack/blocks/closing.ts';
import { whoseText } from '../../src/slack/blocks/containment.ts';
import { section } from '../../src/slack/blocks/elements.ts';
import { person } from '../../src/slack/blocks/mrkdwn.ts';
import { modal, type Action, type Context } from '../entry.ts';
import { ANSWER_ERROR_BLOCK, answerForm, parseAnswer } from '../modals/answer-form.ts';
import { closeForm } from '../modals/incident-forms.ts';
import { messageView } from '../modals/message-view.ts';

export const BROKE_FORM = 'containment.broke_form';

/** The window in which somebody says what broke. */
export function brokeForm(containment: Containment): ModalView {
  return answerForm({
    callbackId: BROKE_FORM,
    title: 'Something broke',
    submit: 'Tell',
    what: `${whoseText(containment)}\nWhoever contained it is told at once. It changes nothing by itself: a responder takes it back.`,
    label: 'What broke?',
    optional: true,
    about: containment.id,
  });
}

const well: Action = {
  actionId: CONTAINMENT_WELL,
  // Owners have no role: the handler says who may, and records who is refused.
  needs: 'member',
  opensModal: false,
  async run(context) {
    const { services, actor, desk, incoming } = context;
    const containmentId = incoming.text;
    const { confirmedAt } = await existingOrRefuse(context, containmentId);
    const decision = `${CONTAINMENT_WELL}:${containmentId}:${confirmedAt ?? ''}:${actor.userId}`;
    await sayWhatBroke(services, context.request({ decision }), { containmentId, broken: null });
    if (incoming.responseUrl === null) return;
    const said = 'Noted in the thread: all is well.';
    await desk.reply(incoming.responseUrl, { text: said, blocks: [section(said)] });
  },
};

const broke: Action = {
  actionId: CONTAINMENT_BROKE,
  needs: 'member',
  opensModal: true,
  async run(context) {
    await context.show(brokeForm(await existingOrRefuse(context, context.incoming.text)));
  },
};

function existingOrRefuse(context: Context, containmentId: string): Promise<Containment> {
  return lookToSayWhatBroke(context.services, context.request(), containmentId);
}

/** The form of the incident, with the verdict that the end of the containment suggests. */
const close: Action = {
  actionId: CONTAINMENT_CLOSE,
  needs: 'responder',
  opensModal: true,
  async run(context) {
    const { services, actor, incoming } = context;
    const row = await existingContainment(services, incoming.text);
    const closing = await closingOf(services, row);
    if (closing === null) {
      throw new RekeyError('conflict', 'No incident of this containment is open and over any more.', {
        next: 'Type `/aws-incidents` for those that are open.',
      });
    }
    await context.show(closeForm(await lookIncident(services, actor, closing.incidentId), closing.verdict));
  },
};

export const aftermathActions: readonly Action[] = [well, broke, close];

export const brokeModal = modal<{ readonly about: string; readonly reason: string }>({
  callbackId: BROKE_FORM,
  needs: 'member',
  irreversible: false,
  errorBlock: ANSWER_ERROR_BLOCK,
  parse: (view) => parseAnswer(view, null),
  async submit(context, { about: containmentId, reason }) {
    const { services } = context;
    const broken = { what: reason };
    const row = await sayWhatBroke(services, context.request(), { containmentId, broken });
    const by = [...new Set(row.holders.flatMap((holder) => holder.by ?? []))].slice(0, 5);
    const told =
      by.length === 0 ? 'It is in the thread.' : `${by.map(person).join(', ')} is told in the thread.`;
    return messageView(
      'Told',
      `${told} Responders may take it back with *Undo* (or *Reactivate*) and *Recover*, in the thread and in the message. Admins give that role: ${services.admins.map(person).join(', ')}.`,
    );
  },
});
