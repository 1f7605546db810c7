import type { Role } from '../src/domain/actor.ts';
import type { SlackStandIn } from './slack/stand-in.ts';

/** A person a visitor can be. */
export interface TeamMember {
  readonly id: string;
  /** What they are to Rekey when the sandbox starts, in words. */
  readonly standing: string;
}

export interface Team {
  /** In the order they are offered; the admin comes first. */
  readonly members: readonly TeamMember[];
  readonly adminId: string;
}

const ADA = 'U0ADA';
const OMAR = 'U0OMAR';
const RUTH = 'U0RUTH';
const VERA = 'U0VERA';
const NILS = 'U0NILS';
const GUS = 'U0GUS';
const ON_CALL = 'S0ONCALL';

/** Fills the workspace with people, channels and a user group. */
export function seedTeam(slack: SlackStandIn): Team {
  slack.world.workspace(slack.teamId).name = 'Rekey sandbox';
  slack.addPerson({ id: ADA, name: 'ada', realName: 'Ada Osei', isAdmin: true });
  slack.addPerson({ id: OMAR, name: 'omar', realName: 'Omar Haddad' });
  slack.addPerson({ id: RUTH, name: 'ruth', realName: 'Ruth Lindqvist' });
  slack.addPerson({ id: VERA, name: 'vera', realName: 'Vera Novak' });
  slack.addPerson({ id: NILS, name: 'nils', realName: 'Nils Berg' });
  slack.addPerson({ id: GUS, name: 'gus', realName: 'Gus Moreau', isRestricted: true });
  slack.addUserGroup({ id: ON_CALL, handle: 'oncall', name: 'On call', users: [RUTH] });
  const staff = [ADA, OMAR, RUTH, VERA, NILS];
  slack.addChannel({ id: 'C0GENERAL', name: 'general', members: [...staff, GUS], bot: false });
  slack.addChannel({ id: 'C0ALERTS', name: 'aws-alerts', members: staff });
  slack.addChannel({ id: 'C0SECURITY', name: 'security', members: staff, bot: false });
  slack.addChannel({ id: 'C0PLATFORM', name: 'platform-leads', kind: 'private', members: [ADA, OMAR] });
  slack.addChannel({ id: 'C0GLOBEX', name: 'shared-globex', members: staff, extShared: true });
  slack.addChannel({ id: 'C0OLD', name: 'old-project', members: staff, archived: true });
  slack.say(
    ADA,
    'C0GENERAL',
    'Welcome! Rekey looks after our AWS access keys: type `/aws-help` to see what it does.',
  );
  return {
    adminId: ADA,
    members: [
      { id: ADA, standing: 'admin' },
      { id: OMAR, standing: 'operator' },
      { id: RUTH, standing: 'responder' },
      { id: VERA, standing: 'viewer' },
      { id: NILS, standing: 'no role' },
      { id: GUS, standing: 'guest' },
    ],
  };
}

/** Gives the starting roles as an admin does, through the settings of the running Rekey. */
export async function giveStartingRoles(slack: SlackStandIn, team: Team): Promise<void> {
  await giveRole(slack, team.adminId, 'operator', { people: [OMAR] });
  await giveRole(slack, team.adminId, 'responder', { group: 'On call (@oncall)' });
  await giveRole(slack, team.adminId, 'viewer', { people: [VERA] });
}

async function giveRole(
  slack: SlackStandIn,
  adminId: string,
  role: Role,
  to: { readonly people: readonly string[] } | { readonly group: string },
): Promise<void> {
  const admin = slack.as(adminId);
  const patience = 20_000;
  await admin.slash('/aws-settings');
  const settings = await admin.waitForModal((modal) => modal.title === 'Rekey settings', patience);
  await settings.click('Give a role');
  const form = await admin.waitForModal((modal) => modal.title === 'Give a role', patience);
  await form.fill({ Role: role });
  if ('people' in to) await form.fill({ People: to.people });
  else await form.field('User groups').pick('', to.group);
  await form.submit();
  const done = await admin.waitForModal((modal) => modal.title === 'Given', patience);
  await done.close('x');
}
