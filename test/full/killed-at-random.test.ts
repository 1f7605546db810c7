import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import { chooseFor, connectKey, freshUser, keyForm } from '../support/acting.ts';
import { Killing } from '../support/killing.ts';
import { SETTINGS } from '../support/rekey.ts';
import { seedOfRun } from '../support/seed.ts';

/** Every instant that matters has its own death in `killed`; here the moments come from a seed. */
const ROUNDS = 10;

/** Numbers from 0 to 1 by Mulberry32 (Tommy Ettinger, public domain): a seed names the whole run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const seed = seedOfRun();

describe.each(SETTINGS)(
  `SIGKILL and SIGTERM at random over %s on %s, SEED=${seed}`,
  { timeout: 120_000 },
  (transport, engine) => {
    const random = numbers(seed);
    let killing: Killing;
    let tries = 0;

    beforeAll(async () => {
      killing = await Killing.set(transport, engine);
    });

    afterAll(async () => {
      await killing.strike();
    });

    /** A window that is about to connect, test, replace or disconnect; submitting it begins the work. */
    const prepared = async (round: number): Promise<{ what: string; begin: () => Promise<unknown> }> => {
      const { ada, scene } = killing;
      // A round that is tried again takes another name: the first one is taken.
      tries += 1;
      const name = `random-${round}-${tries}`;
      const { key } = freshUser(scene, name, ['verify', 'inventory', 'rotate_self']);
      const what = ['connect', 'test', 'replace', 'disconnect', 'deactivate'][Math.floor(random() * 5)] ?? '';
      if (what === 'connect') {
        const form = await keyForm(ada, name, key);
        return { what, begin: () => form.submit() };
      }
      await (await connectKey(ada, name, key)).close();
      if (what === 'test') return { what, begin: () => ada.slash(`/aws-test ${name}`) };
      const title = what === 'replace' ? 'Replace credentials' : 'Disconnect';
      await chooseFor(ada, name, title);
      const window: ModalDriver = await ada.waitForModal((modal) => modal.title === title, 10_000);
      if (what === 'replace') {
        const next = freshUser(scene, `${name}-next`).key;
        await window.fill({ Method: 'Access key' });
        const typed = { 'Access key ID': next.accessKeyId, 'Secret access key': next.secretAccessKey };
        await window.fill(typed);
      } else if (what === 'deactivate') {
        await window.fill({ 'Access key in AWS': [`Also deactivate ${key.accessKeyId}`] });
      }
      return { what, begin: () => window.submit() };
    };

    /** The person sees how it ended, in a window or a message, or Slack said that nothing was taken. */
    const told = (messages: number, notices: number): boolean => {
      const { ada } = killing;
      const window = ada.modal();
      const busy = window === undefined || window.title.endsWith('…') || window.title === 'Rekey';
      const outcome = !busy && window.submitLabel === undefined;
      return ada.messages().length > messages || ada.notices().length > notices || outcome;
    };

    it.each(Array.from({ length: ROUNDS }, (_, round) => round))('round %i', async (round) => {
      await killing.closeAll();
      const { what, begin } = await prepared(round);
      const [messages, notices] = [killing.ada.messages().length, killing.ada.notices().length];
      // Deactivating waits for AWS to refuse the key; the rest is over in some hundred milliseconds.
      const wait = random() * (what === 'deactivate' ? 1_500 : 350);
      const begun = begin();
      await new Promise((resolve) => setTimeout(resolve, wait));
      await killing.again({ later: true, asked: random() < 0.4 });
      await begun;
      await killing.settled();
      await expect.poll(() => told(messages, notices), { timeout: 60_000 }).toBe(true);
    });
  },
);
