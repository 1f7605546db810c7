import { parse } from 'yaml';
import { printManifest } from '../../src/manifest.ts';
import type { SampleKey, SampleWorld } from '../aws/fixtures.ts';
import { isPlain, part, parts, text } from '../slack/json.ts';
import type { SlackStandIn } from '../slack/stand-in.ts';
import type { Person } from '../slack/world.ts';
import type { Team } from '../team.ts';
import type { Setup, Snapshot, WireKey, WirePerson } from './wire.ts';

/** The app's parsed manifest, with what it takes to look for keys in channels: what commands there are, and what may be typed where. */
export function readManifest(): Readonly<Record<string, unknown>> {
  const manifest: unknown = parse(printManifest(['--with', 'channel-watch']));
  if (!isPlain(manifest)) throw new TypeError('The manifest is not a mapping');
  return manifest;
}

/** Everything one person's client shows now. */
export function snapshotOf(
  slack: SlackStandIn,
  userId: string,
  around: Pick<Snapshot, 'troubles' | 'ahead' | 'meanwhile' | 'teamAnswers'>,
): Snapshot {
  const state = slack.state(userId);
  return {
    person: wirePerson(state.person),
    workspace: state.workspace.name,
    channels: state.channels,
    modals: state.modals,
    home: state.home,
    notices: state.notices,
    people: [...slack.world.people.values()].map(wirePerson),
    groups: [...slack.world.userGroups.values()].map(({ id, handle, name }) => ({ id, handle, name })),
    ...around,
  };
}

/** What does not change while the sandbox runs. */
export function setupOf(
  slack: SlackStandIn,
  team: Team,
  samples: SampleWorld,
  more: Readonly<Record<string, SampleKey>>,
  trail: Setup['trail'],
): Setup {
  const features = part(readManifest(), 'features');
  const { good, ...others } = samples.keys;
  const keys: Readonly<Record<string, SampleKey>> = { good, ...more, ...others };
  return {
    members: team.members.map(({ id, standing }) => ({ ...wirePerson(slack.world.person(id)), standing })),
    commands: [
      ...parts(features, 'slash_commands').map((each) => ({
        command: text(each, 'command') ?? '',
        usage: text(each, 'usage_hint') ?? '',
        description: text(each, 'description') ?? '',
      })),
      { command: '/invite', usage: '@Rekey', description: 'Slack’s own: let somebody into this channel' },
    ],
    keys: Object.entries(keys).map(([id, key]) => wireKey(id, key)),
    customerAccountId: samples.customer.id,
    openRoleArn: samples.openRole.arn,
    trail,
    messagesReadOnly: part(features, 'app_home')['messages_tab_read_only_enabled'] === true,
  };
}

function wirePerson({ id, name, realName, isBot }: Person): WirePerson {
  return { id, name, realName: isBot ? 'Rekey' : realName, isBot };
}

function wireKey(id: string, key: SampleKey): WireKey {
  const { label, about, accountId, accessKeyId, secretAccessKey } = key;
  return { id, label, about, accountId, accessKeyId, secretAccessKey };
}
