import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { User } from '../../sandbox/aws/world.ts';
import { accountOf, connectKey, freshUser } from '../support/acting.ts';
import { eventually } from '../support/instants.ts';
import { Killing } from '../support/killing.ts';
import { CHANNELS } from '../support/rekey.ts';

/** On PostgreSQL another process waits until nobody was heard of for two minutes. */
const LONG = 240_000;

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('SIGKILL while evidence is gathered, over %s on %s', (transport, engine) => {
  let killing: Killing;
  let users = 0;

  beforeAll(async () => {
    killing = await Killing.set(transport, engine, { REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    killing.scene.slack.changeBotToken({
      scopes: ['commands', 'chat:write', 'users:read', 'channels:history', 'files:write'],
    });
    await killing.again();
    const { key } = freshUser(killing.scene, 'guard', ['verify', 'contain', 'watch']);
    await (await connectKey(killing.ada, 'main', key)).close();
  }, LONG);

  afterAll(async () => {
    await killing.strike();
  });

  /** A contained user, whose card has the button. */
  async function contained() {
    const { scene, ada } = killing;
    users += 1;
    const user: User = accountOf(scene).addUser(`victim-${users}`);
    const { accessKeyId } = user.addKey();
    await ada.slash(`/aws-deactivate ${accessKeyId} stolen`);
    await (await ada.waitForModal((modal) => modal.title === 'Deactivate', LONG)).submit();
    const card = await ada.waitForMessage(
      ({ words, threadTs }) =>
        threadTs === undefined && words.includes(user.name) && words.includes('IAM confirms'),
      { channel: CHANNELS.alerts, timeoutMs: LONG },
    );
    await killing.closeAll();
    return { card, accessKeyId, files: files().length };
  }

  /** Files that came to ada, by name. */
  const files = (): string[] =>
    killing.ada.messages().flatMap((message) => message.files.map(({ name }) => name));

  /** What the thread says of the evidence; the newest state of its one message. */
  const evidenceOf = (threadTs: string) =>
    killing.ada
      .messages(CHANNELS.alerts)
      .filter((each) => each.threadTs === threadTs && /Evidence/.test(each.words));

  async function told(threadTs: string): Promise<string> {
    const isOver = () => evidenceOf(threadTs).some(({ words }) => words.includes('SHA-256'));
    await eventually(isOver, 'the evidence', LONG);
    // One message, however often it was begun.
    expect(evidenceOf(threadTs)).toHaveLength(1);
    return evidenceOf(threadTs)[0]?.words ?? '';
  }

  // On PostgreSQL one death says it all: each costs minutes.
  const instants = [
    ['in the middle of the regions', 12],
    ['before anything was read', 0],
  ] as const;
  it.each(engine === 'sqlite' ? instants : instants.slice(0, 1))(
    '%s: the next process begins anew, and sends it',
    async (_, skip) => {
      const { scene, ada } = killing;
      const { card, accessKeyId, files: before } = await contained();
      const hang = scene.aws.faults.add({ action: 'LookupEvents', skip, effect: { kind: 'hang' } });
      await card.click('Evidence');
      await eventually(() => evidenceOf(card.ts).length === 1, 'its message', LONG);
      await eventually(() => hang.fired > 0, 'a look-up that hangs', LONG);
      await killing.again();
      scene.aws.faults.clear();
      const words = await told(card.ts);
      expect(words).toContain(accessKeyId);
      expect(files()).toHaveLength(before + 2);
      expect(
        files()
          .slice(-2)
          .map((name) => name.replace(/^.*?\./, '.')),
      ).toEqual(expect.arrayContaining(['.md', '.json.gz']));
      await ada.modal()?.close('x');
    },
    3 * LONG,
  );

  it.runIf(engine === 'sqlite')(
    'while the files are on their way: they come, and it is told once',
    async () => {
      const { scene, ada } = killing;
      const { card, files: before } = await contained();
      scene.slack.faults.add('files.completeUploadExternal', { kind: 'answer_lost', how: 'hang' });
      await card.click('Evidence');
      await eventually(() => files().length > before, 'the first file', LONG);
      await killing.again();
      scene.slack.faults.clear();
      await told(card.ts);
      // Nobody can tell whether those of the dead process came: at least once.
      expect(files().length).toBeGreaterThanOrEqual(before + 2);
      await ada.modal()?.close('x');
    },
    3 * LONG,
  );
});
