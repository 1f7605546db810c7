import { describe, expect, it } from 'vitest';
import { ADMIN, channel, OutboxBench, person } from './bench.ts';

describe.each(['sqlite', 'postgres'] as const)('what a place refuses, on %s', (engine) => {
  const away = channel('C0AWAY');

  it('goes to the alert channel, with a line that says where it was meant to go and how to mend it', async () => {
    await using bench = await OutboxBench.open(engine);
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'in blocks' } }];
    await bench.add({ id: 'a', target: away, blocks });
    await bench.settle();
    expect(bench.shown('C0ALERTS')).toEqual(['a (meant for <#C0AWAY>)']);
    const sent = bench.slack.received.findLast(({ method }) => method === 'chat.postMessage');
    const line = 'Meant for <#C0AWAY>: Rekey is not a member of that channel. Type `/invite @Rekey`';
    expect(JSON.stringify(sent?.args['blocks'])).toContain(line);
    expect(JSON.stringify(sent?.args['blocks'])).toContain('in blocks');
    expect(await bench.stores.outlets.troubled()).toMatchObject([
      { id: 'C0AWAY', trouble: 'not_in_channel' },
    ]);
  });

  it('is over as soon as one gets through there', async () => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'a', target: away });
    await bench.settle();
    bench.slack.world.channels.get('C0AWAY')?.members.add(bench.slack.botUserId);
    await bench.add({ id: 'b', target: away });
    await bench.settle();
    expect(bench.shown('C0AWAY')).toEqual(['b']);
    expect(await bench.stores.outlets.troubled()).toEqual([]);
  });

  it.each([
    ['is archived meanwhile', 'is_archived'],
    ['throws Rekey out', 'not_in_channel'],
  ])('takes edits and answers along when its channel %s', async (how, trouble) => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'root' });
    await bench.settle();
    const c1 = bench.slack.world.channels.get('C1');
    if (c1 === undefined) throw new Error('No channel');
    if (how === 'is archived meanwhile') c1.archived = true;
    else c1.members.delete(bench.slack.botUserId);
    bench.slack.faults.add('chat.update', { kind: 'error', error: trouble });
    await bench.add({ id: 'reply', threadOf: 'root' }, { id: 'edit', edits: 'root' });
    await bench.settle();
    const meant = (id: string) => `${id} (meant for <#C1>)`;
    expect(bench.shown('C0ALERTS').toSorted()).toEqual([meant('edit'), meant('reply')]);
    // From now on the message stands there.
    await bench.add({ id: 'edit2', edits: 'root' });
    await bench.settle();
    expect(bench.shown('C0ALERTS').some((text) => text.startsWith('edit2'))).toBe(true);
    expect(bench.shown('C0ALERTS')).not.toContain(meant('edit'));
  });

  it('keeps a thread together that begins in the alert channel', async () => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'root', target: away }, { id: 'reply', target: away, threadOf: 'root' });
    await bench.add({ id: 'edit', target: away, edits: 'root' });
    await bench.settle();
    const [root, reply] = bench.messages('C0ALERTS');
    expect(reply?.threadTs).toBe(root?.ts);
    expect([root?.text, reply?.text]).toEqual(['edit (meant for <#C0AWAY>)', 'reply (meant for <#C0AWAY>)']);
  });

  it('goes to each admin when there is no alert channel, and so do its edits and answers', async () => {
    await using bench = await OutboxBench.open(engine, { admins: [ADMIN, 'U0SECOND'] });
    Object.assign(bench.deps, { defaultAlertChannel: null });
    await bench.add({ id: 'a', target: away });
    await bench.settle();
    await bench.add({ id: 'b', target: away, edits: 'a' }, { id: 'c', target: away, threadOf: 'a' });
    await bench.settle();
    for (const admin of [ADMIN, 'U0SECOND']) {
      const [first, answer] = bench.messages(admin);
      expect(first?.text).toContain('b (meant for <#C0AWAY>)');
      expect(answer?.text).toContain('c (meant for <#C0AWAY>)');
      expect(answer?.threadTs).toBe(first?.ts);
    }
    expect((await bench.notice('a')).state).toBe('passed_on');
  });

  it('goes to the admins when the alert channel refuses it too', async () => {
    await using bench = await OutboxBench.open(engine);
    Object.assign(bench.deps, { defaultAlertChannel: 'C0NOWHERE' });
    await bench.add({ id: 'a', target: away });
    await bench.settle();
    expect(bench.shown(ADMIN)).toEqual(['a (meant for <#C0AWAY>)']);
    expect((await bench.stores.outlets.troubled()).map(({ id }) => id).toSorted()).toEqual([
      'C0AWAY',
      'C0NOWHERE',
    ]);
  });

  it('of a person goes to the admins, and is given up only when nobody is left', async () => {
    await using bench = await OutboxBench.open(engine);
    bench.slack.world.person('U0OWNER').deleted = true;
    await bench.add({ id: 'a', target: person('U0OWNER') });
    await bench.settle();
    expect(bench.shown(ADMIN)).toEqual(['a (meant for <@U0OWNER>)']);
    bench.slack.world.person(ADMIN).deleted = true;
    await bench.add({ id: 'b', target: person(ADMIN) });
    await bench.settle();
    expect(await bench.notice('b')).toMatchObject({ state: 'failed', lastError: 'user_disabled' });
    const lost = await bench.stores.notices.lost(0);
    expect(lost.count).toBe(1);
  });

  it('goes elsewhere after some tries when Slack refuses it for a reason unknown to us', async () => {
    await using bench = await OutboxBench.open(engine);
    bench.slack.faults.add(
      'chat.postMessage',
      { kind: 'error', error: 'a_new_reason' },
      { times: 9, when: ({ channel: at }) => at === 'C1' },
    );
    await bench.add({ id: 'a' });
    await bench.settle();
    expect(bench.shown('C0ALERTS')).toEqual(['a (meant for <#C1>)']);
  });

  it('does not hold up other channels', async () => {
    await using bench = await OutboxBench.open(engine);
    for (let n = 0; n < 3; n += 1) await bench.add({ id: `x${n}`, target: away }, { id: `y${n}` });
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['y0', 'y1', 'y2']);
    expect(bench.shown('C0ALERTS').map((text) => text.slice(0, 2))).toEqual(['x0', 'x1', 'x2']);
  });
});
