import { isAccessKeyId } from '../../src/domain/access-key-id.ts';
import { personOf } from '../../src/domain/actor.ts';
import { RekeyError } from '../../src/errors.ts';
import { attemptedBy, mayContain } from '../../src/handlers/containments/may.ts';
import { closeIncident, isHarmless, type ClosingInput } from '../../src/handlers/close-incident.ts';
import { keysOfIncident } from '../../src/handlers/keys-of-incident.ts';
import { expectSignals, type ExpectationInput } from '../../src/handlers/expect-incident.ts';
import { lookIncident } from '../../src/handlers/look-incident.ts';
import { recordRefusal } from '../../src/handlers/refused.ts';
import type { IncidentLook } from '../../src/domain/incident.ts';
import {
  INCIDENT_CLOSE,
  INCIDENT_DEACTIVATE,
  INCIDENT_DETAILS,
  INCIDENT_EXPECT,
} from '../../src/slack/blocks/incident.ts';
import { moment } from '../../src/slack/blocks/mrkdwn.ts';
import { modal, type Action, type Context } from '../entry.ts';
import { openContain } from './containment-buttons.ts';
import {
  CLOSE_ERROR_BLOCK,
  CLOSE_FORM,
  closedView,
  closeForm,
  EXPECT_ERROR_BLOCK,
  EXPECT_FORM,
  expectForm,
  parseClosing,
  parseExpectation,
} from '../modals/incident-forms.ts';
import { deactivateByHand, incidentView } from '../modals/incident-view.ts';
import { messageView } from '../modals/message-view.ts';

function look(context: Context): Promise<IncidentLook> {
  return lookIncident(context.services, context.actor, context.incoming.text);
}

/** One that can still be decided. */
async function open(context: Context): Promise<IncidentLook> {
  const found = await look(context);
  if (found.incident.closed === null) return found;
  throw new RekeyError('conflict', 'This incident was closed already.', {
    next: 'What happens from now on opens another.',
  });
}

/** One that is open, or was closed as harmless: then what is alike may be kept quiet. */
async function expectable(context: Context): Promise<IncidentLook> {
  const found = await look(context);
  const { closed } = found.incident;
  return closed !== null && isHarmless(closed.verdict) ? found : open(context);
}

/** A key is contained, a user's keys are shown; for a role, and whoever may only look, there are the steps by hand. */
async function deactivate(context: Context): Promise<void> {
  const { services, actor } = context;
  const found = await look(context);
  const { id: incidentId, subject } = found.incident;
  const responds = mayContain(actor);
  if (isAccessKeyId(subject)) {
    if (responds) return openContain(context, { accessKeyId: subject, incidentId });
    await recordSteps(context, { accessKeyId: subject, incidentId });
    await context.show(deactivateByHand(found, services.admins));
    return;
  }
  const keys = await keysOfIncident(services, found);
  await context.show(deactivateByHand(found, services.admins, { keys, responds }));
}

/** Who may only look gets the steps by hand; that they tried is on record like any refused attempt. */
async function recordSteps(
  { services, actor, correlationId }: Context,
  about: { readonly accessKeyId: string; readonly incidentId: string },
): Promise<void> {
  const refused = new RekeyError('forbidden', 'That takes the role responder; the steps by hand were shown.');
  await recordRefusal(
    services,
    () => attemptedBy(services, personOf(actor), correlationId, 'contain', about),
    refused,
  );
}

export const incidentActions: readonly Action[] = [
  {
    actionId: INCIDENT_DETAILS,
    needs: 'viewer',
    opensModal: true,
    run: async (context) => void (await context.show(incidentView(await look(context), context.actor))),
  },
  {
    actionId: INCIDENT_DEACTIVATE,
    needs: 'viewer',
    opensModal: true,
    run: deactivate,
  },
  {
    actionId: INCIDENT_EXPECT,
    needs: 'responder',
    opensModal: true,
    run: async (context) => void (await context.show(expectForm(await expectable(context)))),
  },
  {
    actionId: INCIDENT_CLOSE,
    needs: 'responder',
    opensModal: true,
    run: async (context) => void (await context.show(closeForm(await open(context)))),
  },
];

export const expectModal = modal<ExpectationInput>({
  callbackId: EXPECT_FORM,
  needs: 'responder',
  irreversible: false,
  errorBlock: EXPECT_ERROR_BLOCK,
  parse: parseExpectation,
  async submit(context, input) {
    const { expectation, closed } = await expectSignals(context.services, context.request(), input);
    const rest = closed ? 'The incident is closed.' : 'The incident stays open.';
    return messageView(
      'This is us',
      `Expected until ${moment(expectation.until)}. ${rest} \`/aws-incidents expectations\` lists it, with a way to revoke it.`,
    );
  },
});

export const closeIncidentModal = modal<ClosingInput>({
  callbackId: CLOSE_FORM,
  needs: 'responder',
  irreversible: false,
  errorBlock: CLOSE_ERROR_BLOCK,
  parse: parseClosing,
  async submit(context, input) {
    await closeIncident(context.services, context.request(), input);
    return closedView(input.incidentId, input.verdict);
  },
});
