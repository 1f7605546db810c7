import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registry } from '../../commands/index.ts';
import { holds, ROLES, type Role } from '../../src/domain/actor.ts';
import type { Json } from '../../sandbox/slack/json.ts';
import type { Ack } from '../../sandbox/slack/delivery.ts';
import { CHANNELS, PEOPLE, Scene, type TransportName } from '../support/rekey.ts';
import {
  rawAction,
  rawCommand,
  rawEvent,
  rawSubmission,
  rawSuggestion,
  said,
} from '../support/raw-payloads.ts';

/** A name no refused person may ever read. */
const PRIVATE_NAME = 'Hidden-Account-Name';

const OUTSIDERS = [
  ['a guest', { isRestricted: true }],
  ['a single-channel guest', { isRestricted: true, isUltraRestricted: true }],
  ['somebody known through a shared channel', { isStranger: true }],
  ['somebody of another workspace in ours', { teamId: 'T0OTHER', isStranger: true }],
  ['a bot', { isBot: true }],
  ['a deactivated person', { deleted: true }],
] as const;

/** What each entry of the registry takes, as the design has it; a new entry must be named here. */
const NEEDS: Readonly<Record<string, Role | 'member'>> = {
  '/aws-connect': 'admin',
  '/aws-test': 'viewer',
  '/aws-settings': 'admin',
  '/aws-help': 'member',
  '/aws-audit': 'admin',
  'audit.form': 'admin',
  'audit.person': 'admin',
  'audit.connection': 'admin',
  'audit.family': 'admin',
  'audit.days': 'admin',
  'audit.older': 'admin',
  'audit.newer': 'admin',
  'audit.verify': 'admin',
  'connect.form': 'admin',
  'connection.edit': 'admin',
  'connection.replace': 'admin',
  'connection.disconnect': 'admin',
  'settings.form': 'admin',
  'settings.give_role_form': 'admin',
  'home.connect': 'admin',
  'home.settings': 'admin',
  'home.page.previous': 'viewer',
  'home.page.next': 'viewer',
  'connection.menu': 'viewer',
  'field.method': 'admin',
  'connect.setup': 'admin',
  'connect.again': 'admin',
  'check.missing_policy': 'viewer',
  'settings.test_post': 'admin',
  'settings.give_role': 'admin',
  'settings.take_role': 'admin',
  'settings.paging': 'admin',
  'settings.paging_form': 'admin',
  'settings.test_page': 'admin',
  'settings.remove_paging': 'admin',
  'settings.pause': 'admin',
  'settings.pause_form': 'admin',
  'settings.resume': 'admin',
  '/aws-keys': 'viewer',
  'keys.previous': 'viewer',
  'keys.next': 'viewer',
  'keys.refresh': 'viewer',
  'keys.export': 'viewer',
  'keys.sweep': 'operator',
  // An owner needs no role: the handlers ask whose key it is.
  '/aws-rotate': 'member',
  'rotation.form': 'member',
  'rotation.act_form': 'member',
  'rotation.final_form': 'member',
  'rotation.wait_form': 'member',
  'rotation.next': 'viewer',
  'rotation.dry_run': 'member',
  'rotation.dry_run_previous': 'member',
  'rotation.dry_run_next': 'member',
  'rotation.by_hand': 'member',
  'rotation.details': 'member',
  'rotation.snippets': 'member',
  'rotation.snippets_tool': 'member',
  'rotation.well': 'member',
  'rotation.retry': 'member',
  'rotation.undo': 'member',
  'rotation.go_on': 'member',
  'rotation.orphan_is_ours': 'member',
  'rotation.orphan_is_not_ours': 'member',
  'rotation.leave_place': 'member',
  'rotation.reactivate': 'member',
  'rotation.approve': 'member',
  'rotation.stop': 'member',
  'rotation.hurry': 'member',
  'rotation.wait': 'member',
  'rotation.end_wait': 'member',
  'key.menu': 'member',
  'key.details': 'member',
  'key.rotate': 'member',
  'key.delete': 'member',
  'deletion.form': 'member',
  'deletion.approve': 'member',
  'deletion.decline': 'member',
  'drill.open': 'admin',
  'drill.form': 'admin',
  'drill.stop': 'member',
  'drill.give_back': 'member',
  'key.snooze': 'member',
  'key.snooze_form': 'member',
  'key.end_snooze': 'member',
  'key.choose': 'admin',
  'key.choices_form': 'admin',
  'settings.policy': 'admin',
  'policy.form': 'admin',
  'policy.preview': 'admin',
  'settings.hours': 'admin',
  'hours.form': 'admin',
  'hours.channel': 'admin',
  'hours.reset': 'admin',
  'settings.schedule': 'admin',
  'schedule.form': 'admin',
  'schedule.preview': 'admin',
  'schedule.dry_run': 'admin',
  'schedule.stop': 'operator',
  'schedule.stop_form': 'operator',
  'schedule.resume': 'admin',
  'settings.owners': 'admin',
  'owners.form': 'admin',
  'owners.add': 'admin',
  'owners.remove': 'admin',
  'owners.rule_form': 'admin',
  'destinations.open': 'admin',
  'destinations.previous': 'admin',
  'destinations.next': 'admin',
  'destinations.show': 'admin',
  'destinations.back': 'admin',
  'destinations.new': 'admin',
  'destination.kind_form': 'admin',
  'destination.form': 'admin',
  'destination.change': 'admin',
  'destination.check': 'admin',
  'destination.remove': 'admin',
  'destination.remove_form': 'admin',
  'destination.bind': 'admin',
  'destination.bind_form': 'admin',
  'destination.bind_confirm': 'admin',
  'destination.unbind': 'admin',
  'approval.review': 'admin',
  'approval.form': 'admin',
  'approval.refuse': 'admin',
  'webhook_keys.open': 'admin',
  'webhook_keys.turn': 'admin',
  'webhook_keys.retire': 'admin',
  'field.bindUsers': 'admin',
  'field.onCallGroup': 'admin',
  'field.ownerGroups': 'admin',
  'field.groups': 'admin',
  '/aws-incidents': 'viewer',
  'incidents.previous': 'viewer',
  'incidents.next': 'viewer',
  'incidents.refresh': 'viewer',
  'incidents.expectations': 'viewer',
  'expectations.previous': 'viewer',
  'expectations.next': 'viewer',
  'expectation.revoke': 'responder',
  'incident.details': 'viewer',
  'incident.deactivate': 'viewer',
  'incident.expect': 'responder',
  'incident.close': 'responder',
  'incident.expect_form': 'responder',
  'incident.close_form': 'responder',
  '/aws-deactivate': 'member',
  'trail_queue.form': 'admin',
  'containment.form': 'member',
  'containment.undo_form': 'member',
  'containment.recover_form': 'member',
  'containment.leave_form': 'member',
  'key.deactivate': 'member',
  'trail_queues.open': 'admin',
  'trail_queues.back': 'admin',
  'trail_queues.show': 'admin',
  'trail_queues.new': 'admin',
  'trail_queue.change': 'admin',
  'trail_queue.edit': 'admin',
  'trail_queue.check': 'admin',
  'trail_queue.again': 'admin',
  'trail_queue.remove': 'admin',
  'containment.undo': 'member',
  'containment.recover': 'member',
  'containment.stop': 'member',
  'containment.leave': 'member',
  'containment.details': 'viewer',
  'containment.other_key': 'member',
  'containment.role_approve_form': 'member',
  'containment.role_ask_form': 'member',
  'containment.role_decline': 'member',
  'containment.role_lift': 'member',
  'containment.role_lift_form': 'member',
  'containment.role_review': 'member',
  'containment.role_revoke': 'member',
  'evidence.contain': 'member',
  'evidence.details': 'member',
  'evidence.item': 'member',
  'evidence.read': 'member',
  'rotation.keep_new': 'member',
  'settings.channel_watch_form': 'admin',
  'settings.channel_watch_off': 'admin',
  'settings.channel_watch_on': 'admin',
  // Owners have no role: the handlers ask who was asked.
  'owner.it_was_me': 'member',
  'owner.it_was_not_me': 'member',
  'owner.me_form': 'member',
  'owner.not_me_form': 'member',
  'containment.well': 'member',
  'containment.broke': 'member',
  'containment.broke_form': 'member',
  'containment.close_incident': 'responder',
  'settings.on_call': 'admin',
  'settings.on_call_form': 'admin',
  'settings.remove_on_call': 'admin',
  'field.mentionGroup': 'admin',
};

/** What the handlers ask of people who do not own the key (these entries are sent without one). */
const NEEDS_OF_OTHERS: Readonly<Record<string, Role>> = {
  'key.details': 'viewer',
  'key.rotate': 'viewer',
  'rotation.snippets_tool': 'viewer',
  'key.snooze': 'viewer',
  'key.end_snooze': 'operator',
  '/aws-deactivate': 'viewer',
  'containment.undo': 'responder',
  'containment.recover': 'responder',
  'containment.stop': 'responder',
  'containment.leave': 'responder',
  'drill.stop': 'admin',
  'drill.give_back': 'responder',
};

const entries = [
  ...registry.commands.map((entry) => ({ path: 'command', name: entry.command, needs: entry.needs })),
  ...registry.modals.map((entry) => ({ path: 'submission', name: entry.callbackId, needs: entry.needs })),
  ...registry.actions.map((entry) => ({ path: 'action', name: entry.actionId, needs: entry.needs })),
  ...registry.suggestions.map((entry) => ({ path: 'suggestion', name: entry.actionId, needs: entry.needs })),
] as const;

it('gives each entry the role of the design, and names none besides', () => {
  expect(Object.fromEntries(entries.map(({ name, needs }) => [name, needs]))).toEqual(NEEDS);
});

describe.each<[TransportName]>([['socket'], ['http']])('the way in over %s', (transport) => {
  let scene: Scene;
  let count = 0;

  beforeAll(async () => {
    scene = await Scene.set(transport, 'sqlite');
    scene.slack.addWorkspace({ id: 'T0OTHER', name: 'Elsewhere', domain: 'elsewhere' });
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-connect');
    const form = await ada.waitForModal((modal) => modal.title === 'Connect AWS');
    const { accessKeyId, secretAccessKey } = scene.samples.keys.good;
    await form.fill({
      'Connection name': PRIVATE_NAME,
      Method: 'Access key',
      'Access key ID': accessKeyId,
      'Secret access key': secretAccessKey,
    });
    await form.submit();
    await (await ada.waitForModal((modal) => modal.title === 'Connected', 10_000)).close();
    const stores = await scene.stores();
    const by = { grantedBy: PEOPLE.admin, grantedAt: 1 };
    await stores.atomically(
      ROLES.map((role) => {
        scene.slack.addPerson({ id: `U0ROLE${role.toUpperCase()}`, name: `has-${role}` });
        const subject = { subjectKind: 'user' as const, subjectId: `U0ROLE${role.toUpperCase()}` };
        return stores.roleGrants.insert({ id: `g-${role}`, ...subject, role, ...by });
      }),
    );
    await stores.close();
    await settled();
  });

  afterAll(async () => {
    await scene.strike();
  });

  beforeEach(() => {
    scene.slack.faults.clear();
    scene.slack.defects.length = 0;
  });

  afterEach(() => {
    // The stand-in counts an answer after three seconds, or a second one, as a defect.
    if (scene.slack.defects.length > 0) throw new Error(JSON.stringify(scene.slack.defects));
  });

  /** Waits until nothing has left Rekey for a moment: events are acknowledged before they are served. */
  async function settled(): Promise<void> {
    for (let before = -1; before !== scene.slack.received.length;) {
      before = scene.slack.received.length;
      await sleep(300);
    }
  }

  function newcomer(flags: Readonly<Record<string, unknown>> = {}): string {
    count += 1;
    return scene.slack.addPerson({ name: `newcomer-${count}`, ...flags }).id;
  }

  /** Messages and pages of others come by themselves, long after what led to them: they say nothing to this person. */
  function isForAnother({ args }: { readonly args: Json }, userId: string): boolean {
    const others = [PEOPLE.admin, ...ROLES.map((role) => `U0ROLE${role.toUpperCase()}`)];
    return [args['user_id'], args['channel']].some((to) => to !== userId && others.some((id) => id === to));
  }

  /** Sends one payload for an entry as this person; answers the acknowledgement and all that was said because of it. */
  async function attempt(
    userId: string,
    { path, name }: { path: string; name: string },
    changes: Readonly<Record<string, unknown>> = {},
  ): Promise<{ ack: Ack; words: string }> {
    const from = scene.slack.received.length;
    const place = { slack: scene.slack, userId, changes };
    const sends: Record<string, () => Promise<Ack>> = {
      command: () => rawCommand(place, name),
      submission: () => rawSubmission(place, name),
      action: () => rawAction(place, name),
      suggestion: () => rawSuggestion(place, name),
    };
    const ack = await (sends[path] ?? (() => rawEvent(place, name)))();
    if (path === 'event') await settled();
    return {
      ack,
      words: said(scene.slack.received.slice(from).filter((call) => !isForAnother(call, userId))),
    };
  }

  describe.each(OUTSIDERS)('%s', (_, flags) => {
    it.each(entries)('is refused at $path $name and sees nothing', async (entry) => {
      const { ack, words } = await attempt(newcomer(flags), entry);
      expect(ack).toMatchObject({ outcome: 'ack' });
      expect(ack.ms).toBeLessThan(3_000);
      // A click from another workspace gets no window: there is no telling whose screen it would be.
      const silent = entry.path === 'suggestion' || (entry.path === 'action' && 'teamId' in flags);
      expect(words).toMatch(silent ? /^$/ : /not available to guests|works only for|answers to people/);
      expect(words).not.toContain(PRIVATE_NAME);
    });

    it('gets a Home that refuses them and shows nothing', async () => {
      const person = newcomer({ ...flags, isBot: false });
      await attempt(person, { path: 'event', name: 'app_home_opened' });
      const home = scene.slack.state(person).home;
      expect(JSON.stringify(home?.blocks ?? [])).not.toContain(PRIVATE_NAME);
      expect(JSON.stringify(home?.blocks ?? [])).not.toContain('Connect');
    });
  });

  it.each([
    ['team_id', { team_id: 'T0OTHER' }],
    ['team', { team: { id: 'T0OTHER' } }],
    ['user.team_id', { user: { id: PEOPLE.admin, team_id: 'T0OTHER' } }],
    ['context_team_id', { context_team_id: 'T0OTHER' }],
    ['view.team_id', { view: { id: 'V1', type: 'modal', callback_id: 'settings.form', team_id: 'T0OTHER' } }],
    ['api_app_id', { api_app_id: 'A0OTHER' }],
    ['no api_app_id', { api_app_id: undefined }],
  ])('refuses an admin when %s is not ours, on every path', async (_, changes) => {
    // A slash command is a form of plain texts: it has no objects to hold another team.
    const flat = Object.values(changes).every((value) => typeof value !== 'object');
    for (const entry of entries.filter(({ path }) => flat || path !== 'command')) {
      const { ack, words } = await attempt(PEOPLE.admin, entry, changes);
      expect(ack.outcome).not.toBe('timeout');
      expect(words).toMatch(/^$|works only for members/);
    }
  });

  it.each([...ROLES, 'nobody' as const])('lets %s do exactly what the design says', async (role) => {
    const userId = role === 'nobody' ? newcomer() : `U0ROLE${role.toUpperCase()}`;
    const needsOf = (name: string): Role | 'member' => NEEDS_OF_OTHERS[name] ?? NEEDS[name] ?? 'admin';
    const mayNot = (needs: Role | 'member'): boolean =>
      needs !== 'member' && (role === 'nobody' || !holds([role], needs));
    const answers: [name: string, words: string][] = [];
    // What the clicks of others led to may still be on its way.
    await settled();
    for (const entry of entries) answers.push([entry.name, (await attempt(userId, entry)).words]);
    const refused = answers.filter(([, words]) => words.includes('You may not'));
    // A suggestion has no place for words: it stays empty.
    const heard = entries.filter(({ path }) => path !== 'suggestion');
    expect(refused.map(([name]) => name)).toEqual(
      heard.filter(({ name }) => mayNot(needsOf(name))).map(({ name }) => name),
    );
    expect(refused.filter(([name, words]) => !words.includes(`takes the role ${needsOf(name)}`))).toEqual([]);
    const seen = answers.map(([, words]) => words).join('\n');
    expect(role === 'nobody' && seen.includes(PRIVATE_NAME)).toBe(false);
  });

  it('shows a viewer no window of an admin, whatever choice of a menu was forged', async () => {
    const stores = await scene.stores();
    const [connection] = await stores.connections.list();
    await stores.close();
    for (const choice of ['edit', 'replace', 'disconnect']) {
      const action = {
        type: 'overflow',
        action_id: 'connection.menu',
        block_id: 'b',
        action_ts: `${transport}-${choice}`,
        selected_option: { value: `${choice}:${connection?.id ?? ''}` },
      };
      const entry = { path: 'action', name: 'connection.menu' };
      const { words } = await attempt('U0ROLEVIEWER', entry, { actions: [action] });
      expect(words).toContain('takes the role admin');
      expect(words).not.toContain(PRIVATE_NAME);
    }
  });

  it('answers help behind every command, also to people without a role', async () => {
    const userId = newcomer();
    for (const { command } of registry.commands) {
      for (const word of ['help', '--help', '-h', 'HELP', '?']) {
        const { words } = await attempt(userId, { path: 'command', name: command }, { text: word });
        expect(words).toContain(command);
      }
    }
  });

  it('answers in words what an older version of Rekey left behind', async () => {
    const olds = { command: '/aws-old', submission: 'old.form', action: 'old.button' };
    for (const [path, name] of Object.entries(olds)) {
      const { words } = await attempt(PEOPLE.admin, { path, name });
      expect(words).toMatch(/older version of Rekey|Rekey does not know \/aws-old/);
    }
    expect((await attempt(PEOPLE.admin, { path: 'suggestion', name: 'old.menu' })).ack).toMatchObject({
      payload: { options: [] },
    });
  });

  it('serves an event once, however often it is delivered', async () => {
    // Somebody new: what earlier clicks of others led to may still be on its way.
    const user = newcomer();
    const homes = (): number =>
      scene.slack.received.filter(
        ({ method, args }) => method === 'views.publish' && args['user_id'] === user,
      ).length;
    const before = homes();
    const event = { type: 'app_home_opened', user, tab: 'home', channel: 'D1' };
    const eventId = `Ev0${transport}ONCE`;
    await scene.slack.sendEvent(event, { eventId }).done;
    scene.slack.faults.add('deliver:event', { kind: 'twice' });
    await scene.slack.sendEvent(event, { eventId }).done;
    scene.slack.faults.add('deliver:event', { kind: 'lost' });
    scene.slack.settings.ackMs = 50;
    scene.slack.settings.eventRetryDelaysMs = [0, 0, 0];
    const acks = await scene.slack.sendEvent(event, { eventId }).done;
    scene.slack.settings.ackMs = 3_000;
    await settled();
    expect(acks.length).toBeGreaterThan(1);
    expect(homes() - before).toBe(1);
    scene.slack.defects.length = 0;
  });

  it('leaves an event without an id alone', async () => {
    const before = scene.slack.received.length;
    await scene.slack.sendEvent({ type: 'app_home_opened', user: PEOPLE.admin }, { eventId: '' }).done;
    await settled();
    expect(scene.slack.received.slice(before).filter(({ method }) => method === 'views.publish')).toEqual([]);
  });

  it('says in its log that the app was uninstalled or its token revoked', async () => {
    const from = scene.logLines.length;
    await scene.slack.sendEvent({ type: 'app_uninstalled' }).done;
    await scene.slack.sendEvent({ type: 'tokens_revoked', tokens: { bot: ['U0REKEY'] } }).done;
    await settled();
    const lines = scene.logLines.slice(from).join('');
    expect(lines).toContain('was uninstalled from the workspace');
    expect(lines).toContain('set the new SLACK_BOT_TOKEN');
  });
});
