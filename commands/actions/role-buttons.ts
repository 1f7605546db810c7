import { isAccessKeyId } from '../../src/domain/access-key-id.ts';
import type { AssumedRole } from '../../src/domain/surroundings.ts';
import type { RoleRevocation } from '../../src/domain/role-revocation.ts';
import { RekeyError } from '../../src/errors.ts';
import {
  approveRevocation,
  askRevocation,
  declineRevocation,
  liftRevocation,
  type RoleInput,
} from '../../src/handlers/containments/roles/decide-role.ts';
import { keptRevocation } from '../../src/handlers/containments/roles/kept.ts';
import {
  authoriseRole,
  revocableRole,
  type RoleAct,
} from '../../src/handlers/containments/roles/may-revoke.ts';
import { isRoleUnderWay, pursueRevocation } from '../../src/handlers/containments/roles/pursue-role.ts';
import { lookAtRole } from '../../src/handlers/containments/roles/role-facts.ts';
import { existingContainment } from '../../src/handlers/containments/take-back.ts';
import { cardOf } from '../../src/handlers/containments/tell.ts';
import {
  OTHER_KEY,
  revocationText,
  ROLE_LIFT,
  ROLE_REVIEW,
  ROLE_REVOKE,
} from '../../src/slack/blocks/containment-around.ts';
import { code, cut } from '../../src/slack/blocks/mrkdwn.ts';
import { modal, tooOld, type Action, type Context } from '../entry.ts';
import { messageView } from '../modals/message-view.ts';
import {
  parseRoleReason,
  roleApproveForm,
  roleAskForm,
  roleLiftForm,
  roleOf,
  ROLE_APPROVE_FORM,
  ROLE_ASK_FORM,
  ROLE_DECLINE,
  ROLE_ERROR_BLOCK,
  ROLE_LIFT_FORM,
  type RoleModel,
} from '../modals/role-forms.ts';
import { refusalText } from '../refusal.ts';
import { openContain } from './containment-buttons.ts';
import { follow, WATCH_MS } from './follow.ts';

/** How long AWS may take to answer what a window asks. */
const FACTS_MS = 90_000;

/** What a button is about; its message may be long out of date. */
function inputOf(context: Context): RoleInput {
  const [containmentId = '', roleArn = ''] = context.incoming.text.split(' ');
  if (containmentId === '' || roleArn === '') throw tooOld();
  return { containmentId, roleArn };
}

/** The role as it stands by now. Who may not is refused, and recorded, as is a role that must not be. */
async function modelOf(context: Context, act: RoleAct, isRevocable: boolean): Promise<RoleModel> {
  const { services } = context;
  const { containmentId, roleArn } = inputOf(context);
  const containment = await existingContainment(services, containmentId);
  const subject = { containment, roleArn };
  await authoriseRole(services, context, act, subject);
  const known = containment.around?.roles.find(({ arn }) => arn === roleArn);
  const role: AssumedRole | undefined = isRevocable
    ? await revocableRole(services, context, act, subject)
    : known;
  if (role === undefined) throw new RekeyError('not_found', 'Rekey knows nothing of this role any more.');
  const { row } = await keptRevocation(services.stores, { accountId: role.accountId, roleName: role.name });
  return { card: await cardOf(services, containment), role, revocation: row, facts: null };
}

/** Shows a window, and fills in whom it hits as that is read. */
async function showWithFacts(
  context: Context,
  model: RoleModel,
  draw: (model: RoleModel) => ReturnType<typeof roleAskForm>,
): Promise<void> {
  const { services, desk } = context;
  const viewId = await context.show(draw(model));
  context.later(async () => {
    const { containment } = model.card;
    const facts = await lookAtRole(services, containment, model.role, AbortSignal.timeout(FACTS_MS));
    await desk.fill(viewId, draw({ ...model, facts }));
  });
}

const revoke: Action = {
  actionId: ROLE_REVOKE,
  // Who may not is refused, and recorded, by the handlers.
  needs: 'member',
  opensModal: true,
  run: async (context) => showWithFacts(context, await modelOf(context, 'ask', true), roleAskForm),
};

const review: Action = {
  actionId: ROLE_REVIEW,
  needs: 'member',
  opensModal: true,
  async run(context) {
    const model = await modelOf(context, 'approve', true);
    const { revocation } = model;
    if (revocation?.state !== 'asked') {
      const text = revocation === null ? 'Nothing was asked for this role.' : revocationText(revocation);
      await context.show(messageView('Revoke sessions', `*Nothing waits here any more.*\n${text}`));
      return;
    }
    const { userId } = context.actor;
    await showWithFacts(context, model, (drawn) => roleApproveForm({ ...drawn, revocation }, userId));
  },
};

const lift: Action = {
  actionId: ROLE_LIFT,
  needs: 'member',
  opensModal: true,
  async run(context) {
    const model = await modelOf(context, 'lift', false);
    const { revocation } = model;
    await context.show(
      revocation === null
        ? messageView('Undo revocation', 'No revocation of Rekey’s stands on this role.')
        : roleLiftForm({ ...model, revocation }),
    );
  },
};

const decline: Action = {
  actionId: ROLE_DECLINE,
  needs: 'member',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const about = roleOf(view);
    let said: string;
    try {
      const request = context.request({ decision: `${ROLE_DECLINE}:${view.id}:${view.hash}` });
      const { roleArn } = await declineRevocation(context.services, request, about);
      said = `Declined: the sessions of ${code(cut(roleArn, 300))} go on.`;
    } catch (error) {
      said = refusalText(error, context.correlationId, context.log);
    }
    await context.desk.update(view.id, messageView('Revoke sessions', said));
  },
};

/** A key that was found beside the one that was contained. */
const otherKey: Action = {
  actionId: OTHER_KEY,
  needs: 'member',
  opensModal: true,
  async run(context) {
    const accessKeyId = context.incoming.text;
    if (!isAccessKeyId(accessKeyId)) throw tooOld();
    await openContain(context, { accessKeyId, incidentId: null });
  },
};

export const roleActions: readonly Action[] = [revoke, review, lift, decline, otherKey];

/** Does at once what was decided, and shows in the window how it came out. */
function pursueIn(context: Context, viewId: string, row: RoleRevocation, title: string): void {
  const followed = {
    draw: (after: RoleRevocation, said: string | null) =>
      messageView(title, [...(said === null ? [] : [said]), revocationText(after)].join('\n')),
    isUnderWay: isRoleUnderWay,
  };
  follow(context, viewId, followed, async (show, { leaving }) =>
    show((await pursueRevocation(context.services, row, WATCH_MS, leaving)) ?? row),
  );
}

const askModal = modal<RoleInput & { readonly reason: string }>({
  callbackId: ROLE_ASK_FORM,
  needs: 'member',
  irreversible: false,
  errorBlock: ROLE_ERROR_BLOCK,
  parse: parseRoleReason,
  async submit(context, input) {
    const row = await askRevocation(context.services, context.request(), input);
    return messageView(
      'Revoke sessions',
      `*Asked.* The thread has a button for a second person: a responder or admin other than you.\n${revocationText(row)}`,
    );
  },
});

const approveModal = modal<RoleInput & { readonly askedAt: number }>({
  callbackId: ROLE_APPROVE_FORM,
  needs: 'member',
  irreversible: false,
  errorBlock: null,
  parse: (view) => ({ ok: true, input: roleOf(view) }),
  async submit(context, input, view) {
    const row = await approveRevocation(context.services, context.request(), input);
    pursueIn(context, view.id, row, 'Revoke sessions');
    return messageView('Revoke sessions', '*Approved.* This window says how it comes out.');
  },
});

const liftModal = modal<RoleInput & { readonly reason: string }>({
  callbackId: ROLE_LIFT_FORM,
  needs: 'member',
  irreversible: false,
  errorBlock: ROLE_ERROR_BLOCK,
  parse: parseRoleReason,
  async submit(context, input, view) {
    const row = await liftRevocation(context.services, context.request(), input);
    pursueIn(context, view.id, row, 'Undo revocation');
    return messageView('Undo revocation', '*Being taken off.* This window says how it comes out.');
  },
});

export const roleModals = [askModal, approveModal, liftModal];
