import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { DeliveredKey, DestinationPlace, RotatedKey } from '../../src/ports/destination.ts';

/** What goes wrong at a place: AWS or the receiver is too busy, down, forbids, or answers and is not heard. */
export type Trouble = 'throttled' | 'down' | 'denied' | 'lost';

type Target = Readonly<Record<string, unknown>>;

/** One place to try, in a world of its own. */
export interface Trial extends AsyncDisposable {
  readonly place: DestinationPlace<Target>;
  readonly target: Target;
  readonly about: RotatedKey;
  /** Everything the place holds, values included, to compare before and after. */
  state(): unknown;
  /** What lies there beside the pair. */
  neighbours(): unknown;
  /** From now on every call meets this; null ends it. */
  trouble(kind: Trouble | null): void;
  /** The next writing call is refused in a sentence that repeats what was sent. */
  echo(): void;
  /** Somebody else puts another key there; null where a place cannot tell. */
  readonly foreign: (() => void) | null;
  /** Takes away what a preflight looks for: a right, or the receiver’s consent. */
  forbid(): void;
  /** All that was logged. */
  log(): readonly string[];
}

export const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYSECRETKEY0';
export const NEW_KEY = 'AKIAQNZGKIQY56JQ7WML';
export const OLD_KEY = 'AKIAQNZGKIQYOLDKEY22';
export const OLD_SECRET = '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';

const patient = new AbortController().signal;

/** A fresh trial for each test, whose every answer and log line is searched for secrets at the end. */
function eachTrial(open: () => Promise<Trial>) {
  let trial: Trial;
  let answers: unknown[];

  beforeEach(async () => {
    trial = await open();
    answers = [];
  });

  afterEach(async () => {
    const said = JSON.stringify([answers, trial.log()]);
    await trial[Symbol.asyncDispose]();
    for (const secret of [SECRET, OLD_SECRET]) expect(said).not.toContain(secret);
  });

  const keep = <Answer>(answer: Answer): Answer => {
    answers.push(answer);
    return answer;
  };
  const key = ({ about } = trial): DeliveredKey => ({
    ...about,
    accessKeyId: NEW_KEY,
    secretAccessKey: new Secret(SECRET),
  });
  const preflight = async () => keep(await trial.place.preflight(trial.target, trial.about, patient));
  const write = async () => keep(await trial.place.write(trial.target, key(), patient));
  const holds = async (id = NEW_KEY) => keep(await trial.place.holds(trial.target, id, patient));
  return { trial: () => trial, keep, key, preflight, write, holds };
}

/** What holds of every destination. */
export function destinationContract(name: string, open: () => Promise<Trial>): void {
  describe(name, () => {
    const { trial: now, keep, key, preflight, write, holds } = eachTrial(open);

    it('says yes before it is written to, and changes nothing by that', async () => {
      const before = now().state();
      expect(await preflight()).toMatchObject({ answer: 'yes' });
      expect(await holds()).toMatchObject({ answer: 'no' });
      expect(now().state()).toEqual(before);
    });

    it('holds the key it was given, and no other', async () => {
      expect(await write()).toMatchObject({ ok: true });
      expect(await holds()).toEqual({ answer: 'yes', why: null });
      expect(await holds('AKIAQNZGKIQYANOTHER2')).toMatchObject({ answer: 'no' });
    });

    it('leaves what lies beside it', async () => {
      const before = now().neighbours();
      await write();
      expect(now().neighbours()).toEqual(before);
    });

    it('is the same after the same key twice', async () => {
      const first = await write();
      const once = now().state();
      expect(await write()).toEqual(first);
      expect(now().state()).toEqual(once);
    });

    it('refuses at the preflight what it could not write', async () => {
      now().forbid();
      const before = now().state();
      const answer = await preflight();
      expect(answer).toMatchObject({ answer: 'no', mend: expect.any(String) as string });
      expect(now().state()).toEqual(before);
    });

    it.each(['throttled', 'down'] as const)('does not know, and tries later, when %s', async (kind) => {
      now().trouble(kind);
      expect(await preflight()).toMatchObject({ answer: 'unknown' });
      expect(await holds()).toMatchObject({ answer: 'unknown', why: expect.any(String) as string });
      expect(await write()).toMatchObject({
        ok: false,
        final: false,
        retryAt: expect.any(Number) as number,
      });
      now().trouble(null);
      expect(await write()).toMatchObject({ ok: true });
    });

    it('does not know what it holds when it may not ask, and says what to mend', async () => {
      now().trouble('denied');
      expect((await preflight()).answer).not.toBe('yes');
      expect(await holds()).toMatchObject({ answer: 'unknown' });
      expect(await write()).toMatchObject({ ok: false, final: true, mend: expect.any(String) as string });
    });

    it('comes out once when an answer was lost', async () => {
      now().trouble('lost');
      expect(await write()).toMatchObject({ ok: false, final: false });
      now().trouble(null);
      const answer = await write();
      expect(await holds()).toMatchObject({ answer: 'yes' });
      await using clean = await open();
      expect(await clean.place.write(clean.target, key(clean), patient)).toEqual(answer);
      expect(now().state()).toEqual(clean.state());
    });

    it('repeats nothing of a refusal that repeats the secret', async () => {
      now().echo();
      const answer = await write();
      expect(answer).toMatchObject({ ok: false });
      expect(JSON.stringify(answer)).not.toContain(NEW_KEY);
    });

    it('is described without a secret, and read by snippets that hold none', async () => {
      await write();
      keep([now().place.describe(now().target), now().place.snippets(now().target)]);
      for (const { text } of now().place.snippets(now().target)) expect(text).not.toContain(NEW_KEY);
    });
  });
}

/** What holds beside that of places Rekey can read: it knows somebody else's key, and can go back. */
export function readPlaceContract(name: string, open: () => Promise<Trial>): void {
  describe(`${name}, as a place that can be read`, () => {
    const { trial: now, keep, preflight, write, holds } = eachTrial(open);

    const restore = async () => {
      const written = await write();
      const before = (written.ok && written.before) || 'none';
      return async () => keep(await now().place.restore?.(now().target, before, patient));
    };

    it('leaves somebody else’s key alone', async () => {
      now().foreign?.();
      const before = now().state();
      expect(await preflight()).toMatchObject({ answer: 'no' });
      expect(await write()).toMatchObject({ ok: false, final: true });
      expect(now().state()).toEqual(before);
    });

    it('goes back to what was there, however often it is asked', async () => {
      const back = await restore();
      for (let time = 0; time < 2; time += 1) {
        expect(await back()).toMatchObject({ ok: true });
        expect(await holds(OLD_KEY)).toMatchObject({ answer: 'yes' });
      }
    });

    it('does not go back over what somebody else wrote since', async () => {
      const back = await restore();
      now().foreign?.();
      const before = now().state();
      expect(await back()).toMatchObject({ ok: false, final: true });
      expect(now().state()).toEqual(before);
    });
  });
}
