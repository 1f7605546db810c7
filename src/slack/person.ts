import type { UsersListResponse } from '@slack/web-api';
import type { Person } from '../ports/slack.ts';

type User = NonNullable<UsersListResponse['members']>[number];

/** Slack's user object as a person. */
export function personOf(user: User & { readonly id: string; readonly team_id: string }): Person {
  return {
    userId: user.id,
    teamId: user.team_id,
    name: user.profile?.display_name || user.real_name || user.name || user.id,
    timeZone: user.tz ?? null,
    guest: user.is_restricted === true || user.is_ultra_restricted === true,
    stranger: Reflect.get(user, 'is_stranger') === true,
    // Slackbot calls itself a person.
    bot: user.is_bot === true || user.is_workflow_bot === true || user.id === 'USLACKBOT',
    deactivated: user.deleted === true,
  };
}
