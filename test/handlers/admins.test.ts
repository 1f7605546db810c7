import { describe, expect, test } from 'vitest';
import type { Rotation } from '../../src/domain/rotation.ts';
import { allAdmins, MOST_OF_A_GROUP } from '../../src/handlers/admins.ts';
import { blank } from '../../src/handlers/rotations/drawn-up.ts';
import { firstCard, noticesOf } from '../../src/handlers/rotations/tell.ts';
import type { Services } from '../../src/handlers/services.ts';
import { Rotating } from '../support/rotating.ts';

const MEMBERS = Array.from({ length: 25 }, (_, at) => `UMEMBER${at}`);

/** Admins by configuration (U1, U2), by name, by a group that can be read and by one that cannot. */
async function scene(groups: readonly string[]) {
  const rekey = await Rotating.set('sqlite');
  const { stores } = rekey.services;
  const by = { grantedBy: 'U1', grantedAt: 1 };
  await stores.atomically([
    stores.roleGrants.insert({ id: 'n', subjectKind: 'user', subjectId: 'UNAMED', role: 'admin', ...by }),
    stores.roleGrants.insert({ id: 'v', subjectKind: 'user', subjectId: 'UVIEWER', role: 'viewer', ...by }),
    ...groups.map((subjectId) =>
      stores.roleGrants.insert({ id: subjectId, subjectKind: 'group', subjectId, role: 'admin', ...by }),
    ),
  ]);
  const people: Partial<Services['people']> = {
    groupMembers: (groupId) =>
      groupId === 'SREAD' ? Promise.resolve(MEMBERS) : Promise.reject(new Error('missing_scope')),
  };
  const services: Services = { ...rekey.services, people: people as Services['people'] };
  return { rekey, services };
}

describe('admins', () => {
  test('are those of groups, too: twenty of each are told, and it is known of whom nothing is', async () => {
    const { rekey, services } = await scene(['SREAD', 'SDARK']);
    await using _ = rekey;
    const admins = await allAdmins(services, ['U2', 'UMEMBER0']);
    expect(admins.userIds).toEqual(['U1', 'U2', 'UNAMED', ...MEMBERS]);
    expect(admins.toTell).toEqual(['U1', 'UNAMED', ...MEMBERS.slice(1, 1 + MOST_OF_A_GROUP)]);
    expect([admins.unread, admins.untold]).toEqual([['SDARK'], 4]);
  });

  test('are asked for their approval in a direct message, and the thread names who was not', async () => {
    const { rekey, services } = await scene(['SREAD', 'SDARK']);
    await using _ = rekey;
    const { stores, clock } = services;
    const snapshot = { userId: 'AIDA1', userName: 'deploy', arn: 'arn', keys: [], takenAt: 1 };
    const drawn = blank(services, {
      accountId: rekey.account.id,
      partition: 'aws',
      snapshot,
      oldKeyId: 'AKIAOLD',
      ownConnectionId: null,
      deliveries: [],
      requestedBy: null,
      trigger: 'policy',
      scheduledBy: ['U1', 'UMEMBER3'],
      state: 'soaking',
    });
    const { noticeId, writes } = await firstCard(services, drawn, { kind: 'channel', channelId: 'C1' });
    await stores.atomically(writes);
    const before: Rotation = { ...drawn, noticeId };
    const about = {
      keyIds: [],
      seen: null,
      destinationId: null,
      since: clock.now(),
      why: 'The soak is over.',
    };
    const block = { ...about, from: 'soaking', code: 'needs_approval', choices: ['approve'] } as const;
    await stores.atomically(await noticesOf(services, before, { ...before, state: 'blocked', block }, null));
    const told = new Set<string>();
    const thread: string[] = [];
    for (let left = true; left;) {
      const ready = await stores.notices.ready(clock.now() + 3_600_000, 50);
      left = ready.length > 0;
      for (const { id, target, threadOf, blocks } of ready) {
        if (target.kind === 'person') told.add(target.userId);
        if (threadOf === noticeId) thread.push(JSON.stringify(blocks));
        await stores.atomically([stores.notices.sent(id)]);
      }
    }
    // Neither of those who set the schedule; and others of the group in their place.
    expect([...told].toSorted()).toEqual(
      ['U2', 'UNAMED', ...MEMBERS.filter((id) => id !== 'UMEMBER3').slice(0, MOST_OF_A_GROUP)].toSorted(),
    );
    expect(thread.join()).toContain('Slack does not say who is in a user group');
    expect(thread.join()).toContain('<!subteam^SDARK>');
    expect(thread.join()).toContain('4 more who have the role admin by a user group');
    expect(thread.join()).not.toContain('<!subteam^SREAD>');
  });
});
