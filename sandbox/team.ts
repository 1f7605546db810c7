import type { Role } from '../src/domain/actor.ts';
import { CAST } from './cast.ts';
import type { SlackStandIn } from './slack/stand-in.ts';
import type { NewChannel } from './slack/world.ts';

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

const ON_CALL = 'S0ONCALL';

/** Fills the workspace with people, channels and a user group. */
export function seedTeam(slack: SlackStandIn): Team {
  const { ada, omar, ruth, vera, nils, gus, bo, cleo, deepa, pia, ivo } = CAST;
  slack.world.workspace(slack.teamId).name = 'Rekey sandbox';
  slack.addPerson({ ...ada, isAdmin: true });
  for (const each of [omar, ruth, vera, nils, bo, cleo, deepa, pia]) slack.addPerson(each);
  slack.addPerson({ ...gus, isRestricted: true });
  slack.addPerson({ ...ivo, deleted: true });
  slack.addUserGroup({ id: ON_CALL, handle: 'oncall', name: 'On call', users: [ruth.id, pia.id] });
  const staff = [ada, omar, ruth, vera, nils, bo, cleo, deepa, pia].map(({ id }) => id);
  const channel = (id: string, name: string, purpose: string, more: Partial<NewChannel> = {}): void => {
    slack.addChannel({ id, name, purpose, members: staff, bot: false, ...more });
  };
  channel('C0GENERAL', 'general', 'Everything and everybody', { members: [...staff, gus.id] });
  channel('C0ALERTS', 'aws-alerts', 'What Rekey has to say about access keys: alerts and reminders', {
    bot: true,
  });
  channel('C0SECURITY', 'security', 'Incidents, audits and questions; Rekey is not in here yet');
  channel('C0PAYMENTS', 'payments', 'Deepa’s and Bo’s team: checkout, payouts and their deployments');
  channel('C0DATA', 'data', 'Cleo’s team: exports, reports and nightly jobs');
  channel('C0DEPLOYS', 'deploys', 'Who rolls out what; Rekey looks for access keys in here', { bot: true });
  channel('C0PLATFORM', 'platform-leads', 'Where Ada and Omar decide', {
    kind: 'private',
    members: [ada.id, omar.id],
    bot: true,
  });
  channel('C0GLOBEX', 'shared-globex', 'With our partner Globex', { extShared: true, bot: true });
  channel('C0OLD', 'old-project', 'Done in 2023', { archived: true, bot: true });
  slack.say(
    ada.id,
    'C0GENERAL',
    'Welcome! Rekey looks after our AWS access keys: type `/aws-help` to see what it does.',
  );
  return {
    adminId: ada.id,
    members: [
      { id: ada.id, standing: 'admin' },
      { id: omar.id, standing: 'operator' },
      { id: ruth.id, standing: 'responder' },
      { id: vera.id, standing: 'viewer' },
      { id: bo.id, standing: 'owner of keys' },
      { id: cleo.id, standing: 'operator, owner of keys' },
      { id: nils.id, standing: 'no role' },
      { id: gus.id, standing: 'guest' },
    ],
  };
}

/** Gives the starting roles as an admin does, through the settings of the running Rekey. */
export async function giveStartingRoles(slack: SlackStandIn, team: Team): Promise<void> {
  await giveRole(slack, team.adminId, 'operator', { people: [CAST.omar.id, CAST.cleo.id] });
  await giveRole(slack, team.adminId, 'responder', { group: 'On call (@oncall)' });
  await giveRole(slack, team.adminId, 'viewer', { people: [CAST.vera.id] });
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
