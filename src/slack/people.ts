import type { WebClient } from '@slack/web-api';
import { RekeyError } from '../errors.ts';
import type { People, Person, UserGroup } from '../ports/slack.ts';
import type { Clock } from '../ports/world.ts';
import { slackFailure, unreachable, type SlackFailure } from './failures.ts';

/** People kept in memory at the most; a workspace's active users of this bot are far fewer. */
const KEPT_PEOPLE = 5_000;

/** Who is who, from `users.info` and `usergroups.*`; people are remembered for as long as the asker allows. */
export function slackPeople(web: WebClient, clock: Clock): People {
  const kept = new Map<string, { person: Person; at: number }>();
  return {
    async person(userId, maxAgeMs) {
      const known = kept.get(userId);
      // What was kept before the clock was set back is of no known age.
      if (known !== undefined && Math.abs(clock.now() - known.at) <= maxAgeMs) return known.person;
      const person = await askPerson(web, userId);
      if (kept.size >= KEPT_PEOPLE) kept.clear();
      kept.set(userId, { person, at: clock.now() });
      return person;
    },
    async groupMembers(groupId) {
      try {
        const answer = await web.usergroups.users.list({ usergroup: groupId });
        return answer.users ?? [];
      } catch (error) {
        const failure = slackFailure(error);
        // A group that is gone or switched off has no members: that is an answer, not a failure to ask.
        if (failure.kind === 'refused' && failure.error === 'no_such_subteam') return [];
        throw groupTrouble(failure);
      }
    },
    async groups() {
      try {
        const answer = await web.usergroups.list({ include_disabled: false });
        return (answer.usergroups ?? []).flatMap((group): UserGroup[] =>
          group.id === undefined
            ? []
            : [{ groupId: group.id, handle: group.handle ?? '', name: group.name ?? group.id }],
        );
      } catch (error) {
        throw groupTrouble(slackFailure(error));
      }
    },
  };
}

async function askPerson(web: WebClient, userId: string): Promise<Person> {
  try {
    const { user } = await web.users.info({ user: userId });
    if (user?.id === undefined || user.team_id === undefined) {
      throw new RekeyError('unreachable', 'Slack did not say who you are.', { next: 'Please try again.' });
    }
    return {
      userId: user.id,
      teamId: user.team_id,
      name: user.profile?.display_name || user.real_name || user.name || user.id,
      timeZone: user.tz ?? null,
      guest: user.is_restricted === true || user.is_ultra_restricted === true,
      stranger: user.is_stranger === true,
      // Slackbot calls itself a person.
      bot: user.is_bot === true || user.is_workflow_bot === true || user.id === 'USLACKBOT',
      deactivated: user.deleted === true,
    };
  } catch (error) {
    if (error instanceof RekeyError) throw error;
    const failure = slackFailure(error);
    if (failure.kind === 'refused' && /^user_not_(found|visible)$/.test(failure.error)) {
      throw new RekeyError('forbidden', 'Rekey works only for members of the workspace it is installed in.');
    }
    throw unreachable('Rekey could not ask Slack who you are', failure);
  }
}

function groupTrouble(failure: SlackFailure): RekeyError {
  if (failure.kind === 'refused') {
    switch (failure.error) {
      case 'missing_scope':
        return new RekeyError('not_found', 'Rekey may not read user groups.', {
          next: 'Add the optional scope `usergroups:read` to the app and reinstall it.',
        });
      case 'plan_upgrade_required':
        return new RekeyError('not_found', 'This workspace’s plan has no user groups.', {
          next: 'Give roles to people instead.',
        });
      default:
        break;
    }
  }
  return unreachable('Rekey could not ask Slack about user groups', failure);
}
