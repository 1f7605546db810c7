import { expect, test } from 'vitest';
import { contain } from '../../src/contain-command.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';

/** Runs it where the database does not answer; all it prints, and what it throws. */
async function withoutDatabase(...more: readonly string[]): Promise<{ printed: string; error: unknown }> {
  let printed = '';
  const env = {
    DATABASE_URL: 'postgres://rekey:word@127.0.0.1:1/rekey',
    REKEY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  const error = await contain([KEY, '--reason', 'seen on a paste site', ...more], {
    env,
    out: (text) => (printed += text),
  }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { printed, error };
}

test('where the database is gone, too, the command says how the key is shut off by hand', async () => {
  const { printed, error } = await withoutDatabase();
  expect(error).toMatchObject({ code: 'unreachable' });
  expect(printed).toContain(`aws iam get-access-key-last-used --access-key-id ${KEY}`);
  expect(printed).toContain(`--access-key-id ${KEY} --status Inactive`);
  expect(printed).toContain('policy/AWSDenyAll');
  expect(printed).not.toContain('word');
  const planned = await withoutDatabase('--planned');
  expect(planned.printed).toContain('--status Inactive');
  expect(planned.printed).not.toContain('AWSDenyAll');
  expect(printed + planned.printed).not.toContain('secret');
  const pasted = await withoutDatabase('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
  expect(pasted.printed).toContain('looks like a secret access key');
  expect(pasted.printed).not.toContain('wJalr');
});
