import { RekeyError } from '../src/errors.ts';
import { option } from '../src/slack/blocks/elements.ts';
import type { Context, Suggestions } from './entry.ts';
import { MENTION_GROUP_FIELD } from './modals/on-call-view.ts';
import { NO_GROUP, ON_CALL_FIELD } from './modals/policy-form.ts';
import { OWNER_GROUPS_FIELD, type GroupsLook } from './modals/owner-fields.ts';
import { GROUP_SUGGESTIONS } from './modals/settings-view.ts';
import { refusalText } from './refusal.ts';

/** The user groups there are, or why they cannot be chosen now, in mrkdwn. */
export async function whichGroups(context: Context): Promise<GroupsLook> {
  try {
    return { groups: await context.services.people.groups() };
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    return { why: refusalText(error, context.correlationId, context.log) };
  }
}

/** Groups whose name or handle has what was typed. */
export const groupSuggestions: readonly Suggestions[] = [
  GROUP_SUGGESTIONS,
  OWNER_GROUPS_FIELD,
  ON_CALL_FIELD,
  MENTION_GROUP_FIELD,
].map((actionId) => ({
  actionId,
  needs: 'admin',
  async options(context, typed) {
    const wanted = typed.trim().toLowerCase();
    const groups = await context.services.people.groups();
    const found = groups
      .filter((group) => `${group.name} ${group.handle}`.toLowerCase().includes(wanted))
      .map((group) => option(`${group.name} (@${group.handle})`, group.groupId));
    // Slack's menus cannot be emptied once something was chosen.
    return actionId === ON_CALL_FIELD || actionId === MENTION_GROUP_FIELD
      ? [option('Nobody', NO_GROUP), ...found]
      : found;
  },
}));
