import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectKey, freshUser, kept } from '../support/acting.ts';
import { eventually } from '../support/instants.ts';
import { Killing } from '../support/killing.ts';

const LONG = 60_000;

/** What one process does alone, beside the acknowledgement: nobody goes on with it, and nobody is left to wonder. */
describe('SIGKILL while an export is on its way', () => {
  let killing: Killing;

  beforeAll(async () => {
    killing = await Killing.set('socket', 'sqlite');
    killing.scene.slack.changeBotToken({
      scopes: ['commands', 'chat:write', 'users:read', 'files:write'],
    });
    await killing.again();
    const { key } = freshUser(killing.scene, 'reader');
    await (await connectKey(killing.ada, 'main', key)).close();
    const stores = await killing.scene.stores();
    const listed = () => stores.inventory.standings.byKey(key.accessKeyId);
    while ((await listed()) === null) await new Promise((resolve) => setTimeout(resolve, 100));
    await stores.close();
  }, LONG);

  afterAll(async () => {
    await killing.strike();
  });

  const rowsOf = async (verb: string) =>
    (await kept(killing.scene)).audit
      .filter((entry) => entry.verb === verb)
      .map(({ phase, outcome }) => outcome ?? phase)
      .toSorted();

  const exported = async (how: 'keys' | 'audit') => {
    const { ada } = killing;
    if (how === 'keys') {
      await ada.slash('/aws-keys');
      await (await ada.waitForEphemeral(({ buttons }) => buttons.includes('Export CSV'))).click('Export CSV');
      return;
    }
    await ada.slash('/aws-audit');
    await (await ada.waitForModal((modal) => modal.title === 'Audit log')).submit();
  };

  it.each([
    ['keys', 'key.export', 'your export of access keys'],
    ['audit', 'audit.export', 'your export of the audit log'],
  ] as const)(
    'the next process says so to whoever asked for %s, and in the audit log, once',
    async (how, verb, words) => {
      const { scene, ada } = killing;
      scene.slack.faults.add('files.getUploadURLExternal', { kind: 'hang' }, { times: 1 });
      const seen = scene.slack.received.length;
      await exported(how);
      const asks = () =>
        scene.slack.received.slice(seen).some(({ method }) => method === 'files.getUploadURLExternal');
      await eventually(asks, 'the upload', LONG);
      expect(await rowsOf(verb)).toEqual(['intent']);
      await killing.again();
      await expect.poll(() => rowsOf(verb), { timeout: LONG }).toEqual(['intent', 'unknown']);
      const told = await ada.waitForMessage((each) => each.words.includes(words), { timeoutMs: LONG });
      expect(told.words).toContain('Rekey stopped while it was at');
      await killing.again();
      // Whoever asks again has it, with an outcome of its own; nothing more is said of the first.
      await killing.closeAll();
      await exported(how);
      await expect
        .poll(() => rowsOf(verb), { timeout: LONG })
        .toEqual(['done', 'intent', 'intent', 'unknown']);
      expect(ada.messages().filter((each) => each.words.includes(words))).toHaveLength(1);
      await killing.closeAll();
    },
    3 * LONG,
  );
});
