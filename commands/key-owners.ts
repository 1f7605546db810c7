import type { KeyTags } from '../src/handlers/key-settings.ts';
import { keyTags, setKeyTags } from '../src/handlers/key-settings.ts';
import { assessAccount } from '../src/handlers/assess-keys.ts';
import { lookAccounts, namesOf } from '../src/handlers/look-keys.ts';
import { addOwnerRule, listOwnerRules, removeOwnerRule } from '../src/handlers/owner-rules.ts';
import { code, cut } from '../src/slack/blocks/mrkdwn.ts';
import { modal, type Action, type Context } from './entry.ts';
import { messageView } from './modals/message-view.ts';
import {
  OWNER_ADD,
  OWNER_REMOVE,
  OWNER_RULE_ERROR_BLOCK,
  OWNER_RULE_FORM,
  ownerRuleForm,
  OWNERS_ERROR_BLOCK,
  OWNERS_FORM,
  OWNERS_OPEN,
  ownersView,
  parseOwnerRule,
  parseTags,
  type TypedRule,
} from './modals/owner-rules-view.ts';
import { whichGroups } from './user-groups.ts';

async function look(context: Context, said: string | null): Promise<ReturnType<typeof ownersView>> {
  const { services, actor } = context;
  const rules = await listOwnerRules(services, actor);
  const accounts = await lookAccounts(services);
  const names = namesOf(accounts);
  return ownersView({ rules, tags: await keyTags(services), names, said });
}

/** Every key's owner is asked for anew, account by account. */
function assessAll(context: Context): void {
  context.later(async () => {
    for (const { accountId, inventory } of await lookAccounts(context.services)) {
      if (inventory !== null) await assessAccount(context.services, accountId);
    }
  });
}

const open: Action = {
  actionId: OWNERS_OPEN,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    await context.show(await look(context, null));
  },
};

export const ownersModal = modal<KeyTags>({
  callbackId: OWNERS_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: OWNERS_ERROR_BLOCK,
  parse: parseTags,
  async submit(context, tags) {
    await setKeyTags(context.services, context.request(), tags);
    assessAll(context);
    return look(context, 'The tags were saved; owners are worked out again.');
  },
});

const add: Action = {
  actionId: OWNER_ADD,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    await context.show(ownerRuleForm(await lookAccounts(context.services), await whichGroups(context)));
  },
};

export const ownerRuleModal = modal<TypedRule>({
  callbackId: OWNER_RULE_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: OWNER_RULE_ERROR_BLOCK,
  parse: parseOwnerRule,
  async submit(context, input, view) {
    const rule = await addOwnerRule(context.services, context.request(), input);
    const said = `The rule for ${code(cut(rule.pattern, 80))} was added; owners are worked out again.`;
    const { previousId } = view;
    assessAll(context);
    if (previousId === null) return messageView('Added', said);
    const below = await look(context, said);
    context.later(async () => {
      await context.desk.update(previousId, below);
    });
    return 'close';
  },
});

const remove: Action = {
  actionId: OWNER_REMOVE,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    const ruleId = context.incoming.text;
    const request = context.request({ decision: `${OWNER_REMOVE}:${ruleId}` });
    const rule = await removeOwnerRule(context.services, request, ruleId);
    assessAll(context);
    const said = `The rule for ${code(cut(rule.pattern, 80))} was removed; owners are worked out again.`;
    if (view !== null) await context.desk.update(view.id, await look(context, said));
  },
};

export const ownerActions: readonly Action[] = [open, add, remove];
