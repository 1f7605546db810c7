import type { ModalView } from '@slack/types';
import type { KeptIncident } from '../../src/domain/incident.ts';
import type { OwnerAnswer } from '../../src/domain/owner-question.ts';
import { answerOwnerQuestion, lookToAnswer } from '../../src/handlers/owner-questions/answer.ts';
import { whoseText } from '../../src/slack/blocks/incident.ts';
import { OWNER_IT_WAS_ME, OWNER_IT_WAS_NOT_ME } from '../../src/slack/blocks/owner-question.ts';
import { modal, type Action } from '../entry.ts';
import { ANSWER_ERROR_BLOCK, answerForm, parseAnswer } from '../modals/answer-form.ts';
import { messageView } from '../modals/message-view.ts';

export const OWNER_ME_FORM = 'owner.me_form';
export const OWNER_NOT_ME_FORM = 'owner.not_me_form';

/** The window in which an owner says why it was them, or what they know of it. */
export function ownerForm(incident: KeptIncident, answer: OwnerAnswer): ModalView {
  const isMe = answer === 'me';
  return answerForm({
    callbackId: isMe ? OWNER_ME_FORM : OWNER_NOT_ME_FORM,
    title: isMe ? 'It was me' : 'It was not me',
    submit: 'Send',
    what: isMe
      ? `${whoseText(incident)}\nIf you are not sure, close this and choose *It was not me*: everything that follows can be taken back.`
      : `${whoseText(incident)}\nResponders and on-call are told at once, and can shut the key off. Do not delete anything.`,
    label: isMe ? 'What did you do, and from where?' : 'What you know of it',
    optional: !isMe,
    about: incident.id,
  });
}

function asks(actionId: string, answer: OwnerAnswer): Action {
  return {
    actionId,
    // An owner has no role: the handler asks whose key it is, and records who is refused.
    needs: 'member',
    opensModal: true,
    async run(context) {
      const incidentId = context.incoming.text;
      const incident = await lookToAnswer(context.services, context.request(), { incidentId, answer });
      await context.show(ownerForm(incident, answer));
    },
  };
}

export const answerActions: readonly Action[] = [
  asks(OWNER_IT_WAS_ME, 'me'),
  asks(OWNER_IT_WAS_NOT_ME, 'not_me'),
];

function answers(callbackId: string, answer: OwnerAnswer): ReturnType<typeof modal> {
  return modal<{ readonly about: string; readonly reason: string }>({
    callbackId,
    needs: 'member',
    irreversible: false,
    errorBlock: ANSWER_ERROR_BLOCK,
    parse: (view) =>
      parseAnswer(view, answer === 'me' ? 'Say what it was: others must understand it.' : null),
    async submit(context, { about: incidentId, reason }) {
      const { services, actor } = context;
      // One answer of a kind from each person, from whichever copy of the message.
      const decision = `owner.${answer}:${incidentId}:${actor.userId}`;
      await answerOwnerQuestion(services, context.request({ decision }), { incidentId, answer, reason });
      return messageView(
        'Thank you',
        answer === 'me'
          ? 'It is in the incident’s thread. A responder decides whether that ends it.'
          : 'Responders and on-call are told in the incident’s thread, and can shut the key off from there.',
      );
    },
  });
}

export const answerModals = [answers(OWNER_ME_FORM, 'me'), answers(OWNER_NOT_ME_FORM, 'not_me')];
