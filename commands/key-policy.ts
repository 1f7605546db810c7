import { RekeyError } from '../src/errors.ts';
import { assessAccount } from '../src/handlers/assess-keys.ts';
import { lookKeyPolicy, setKeyPolicy, type KeyPolicyLook } from '../src/handlers/key-policies.ts';
import { policyOfAccount } from '../src/handlers/key-policy.ts';
import { previewPolicy, type PolicyPreview } from '../src/handlers/preview-policy.ts';
import type { KeyPolicy } from '../src/domain/key-policy.ts';
import { brief, words } from '../src/slack/blocks/mrkdwn.ts';
import { refreshHome } from './refresh-home.ts';
import { modal, type Action, type Context } from './entry.ts';
import { messageView } from './modals/message-view.ts';
import {
  parsePolicy,
  POLICY_ERROR_BLOCK,
  POLICY_FORM,
  POLICY_PREVIEW,
  policyForm,
  type TypedPolicy,
} from './modals/policy-form.ts';
import { SETTINGS_POLICY } from './modals/settings-view.ts';
import { whichGroups } from './user-groups.ts';

/** Opens the policy of a connection: from its card's menu, or from the settings. */
export async function openPolicy(context: Context, connectionId: string): Promise<void> {
  const look = await lookKeyPolicy(context.services, context.actor, connectionId);
  const groups = await whichGroups(context);
  await context.show(policyForm({ look, policy: look.policy, groups, preview: null, said: null }));
}

const openFromSettings: Action = {
  actionId: SETTINGS_POLICY,
  needs: 'admin',
  opensModal: true,
  run: (context) => openPolicy(context, context.incoming.text),
};

/** Shows in the same window which keys what is typed would hit today. */
const preview: Action = {
  actionId: POLICY_PREVIEW,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const parsed = parsePolicy(view);
    const [connectionId = ''] = view.metadata.split(' ');
    const look = await lookKeyPolicy(context.services, context.actor, connectionId);
    const groups = await whichGroups(context);
    if (!parsed.ok) {
      const said = `*Not previewed.* ${Object.values(parsed.errors).map(words).join(' ')}`;
      await context.desk.update(
        view.id,
        policyForm({
          look: sameVersion(look, view.metadata),
          policy: look.policy,
          groups,
          preview: null,
          said,
        }),
      );
      return;
    }
    const { policy } = parsed.input;
    const shown = await hits(context, look, policy);
    await context.desk.update(
      view.id,
      policyForm({ look: sameVersion(look, view.metadata), policy, groups, preview: shown, said: null }),
    );
  },
};

/** The window goes on editing the version it was opened with: a change by somebody else must not be undone unseen. */
function sameVersion(look: KeyPolicyLook, metadata: string): KeyPolicyLook {
  return { ...look, version: Number(metadata.split(' ')[1] ?? look.version) };
}

async function hits(context: Context, look: KeyPolicyLook, wanted: KeyPolicy): Promise<PolicyPreview> {
  const { services, actor } = context;
  const { accountId } = look.connection;
  const present = await policyOfAccount(services, accountId);
  return previewPolicy(services, actor, accountId, { present, wanted });
}

export const policyModal = modal<TypedPolicy>({
  callbackId: POLICY_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: POLICY_ERROR_BLOCK,
  parse: parsePolicy,
  async submit(context, { connectionId, seen, policy, previewed }, view) {
    const { services } = context;
    if (!previewed) return unseen(context, { connectionId, seen, policy, previewed }, view.metadata);
    await setKeyPolicy(services, context.request(), connectionId, seen, policy);
    const look = await lookKeyPolicy(services, context.actor, connectionId);
    context.later(async () => {
      await assessAccount(services, look.connection.accountId);
      await refreshHome(services, context.desk, context.actor.userId);
    });
    const force =
      look.overruledBy === null
        ? 'Lists and reminders follow within a minute.'
        : `It is not in force now: the policy of *${brief(look.overruledBy.name, 90)}* holds for this account.`;
    return messageView('Saved', `The policy of *${brief(look.connection.name, 90)}* was saved. ${force}`);
  },
});

/** Nothing is saved that was not shown: the preview of what was typed comes first. */
async function unseen(
  context: Context,
  { connectionId, seen, policy }: TypedPolicy,
  metadata: string,
): Promise<ReturnType<typeof policyForm>> {
  const look = await lookKeyPolicy(context.services, context.actor, connectionId);
  if (look.version !== seen) {
    throw new RekeyError('conflict', 'Somebody changed this policy since you opened this window.', {
      next: 'Close it and open it again: saving now would undo that change.',
    });
  }
  const stale = (metadata.split(' ')[2] ?? '') !== '';
  const said = stale
    ? '*Not saved yet: the preview was of other values.* What is typed now would hit the keys listed at the top; press Save again to keep it.'
    : '*Not saved yet.* The keys it would hit today are listed at the top; press Save again to keep it.';
  const shown = await hits(context, look, policy);
  return policyForm({ look, policy, groups: await whichGroups(context), preview: shown, said });
}

export const policyActions: readonly Action[] = [openFromSettings, preview];
