import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { openAwsGround, REGION } from './aws-trial.ts';
import { destinationContract, NEW_KEY, OLD_KEY, OLD_SECRET, readPlaceContract, SECRET } from './contract.ts';
import type { Trial } from './contract.ts';

const FIELDS = { accessKeyId: 'id', secretAccessKey: 'secret' };
const TARGETS = {
  pair: { shape: 'pair', region: REGION, name: '/rekey/ci', fields: FIELDS, kmsKeyId: null },
  two: {
    shape: 'two',
    region: REGION,
    accessKeyIdName: '/rekey/ci/id',
    secretAccessKeyName: '/rekey/ci/secret',
    kmsKeyId: null,
  },
} as const;

const patient = new AbortController().signal;

async function open(
  shape: keyof typeof TARGETS,
): Promise<Trial & { put(name: string, value: string): void }> {
  const ground = await openAwsGround();
  const place = ground.account.in(REGION);
  const put = (name: string, value: string, type: 'String' | 'SecureString' = 'SecureString'): void => {
    place.ownParameter(name).put({ value, type, keyId: null, at: 1, by: 'test' });
  };
  put('/rekey/other', 'stays');
  if (shape === 'pair') put('/rekey/ci', JSON.stringify({ host: 'db', id: OLD_KEY, secret: OLD_SECRET }));
  else {
    put('/rekey/ci/id', OLD_KEY);
    put('/rekey/ci/secret', OLD_SECRET);
  }
  const values = () =>
    [...place.parameters.values()].map(({ name, history }) => [name, history.map(({ value }) => value)]);
  const pairNow = () =>
    JSON.parse(place.parameters.get('/rekey/ci')?.newest?.value ?? '{}') as Record<string, unknown>;
  return {
    place: await ground.open('ssm-parameter'),
    target: TARGETS[shape],
    about: ground.about,
    put,
    state: values,
    neighbours: () => [pairNow()['host'], place.parameters.get('/rekey/other')?.history],
    trouble: (kind) => ground.trouble('ssm', kind),
    echo: () => ground.echo('ssm', ['PutParameter']),
    foreign: () =>
      shape === 'pair'
        ? put('/rekey/ci', JSON.stringify({ ...pairNow(), id: 'AKIAQNZGKIQYSTRANGER' }))
        : put('/rekey/ci/id', 'AKIAQNZGKIQYSTRANGER'),
    forbid: () => ground.forbid(),
    log: () => ground.bench.log.lines,
    [Symbol.asyncDispose]: () => ground[Symbol.asyncDispose](),
  };
}

for (const contract of [destinationContract, readPlaceContract]) {
  contract('Parameter Store, a pair', () => open('pair'));
  contract('Parameter Store, two parameters', () => open('two'));
}

describe('Parameter Store', () => {
  const keyOf = (trial: Trial) => ({
    ...trial.about,
    accessKeyId: NEW_KEY,
    secretAccessKey: new Secret(SECRET),
  });

  it.each(['pair', 'two'] as const)(
    'makes what is not there, and has nothing to go back to: %s',
    async (shape) => {
      await using ground = await openAwsGround();
      const place = await ground.open('ssm-parameter');
      const target = TARGETS[shape];
      expect(await place.preflight(target, ground.about, patient)).toEqual({ answer: 'yes', warnings: [] });
      const key = { ...ground.about, accessKeyId: NEW_KEY, secretAccessKey: new Secret(SECRET) };
      expect(await place.write(target, key, patient)).toEqual({ ok: true, before: null });
      expect(await place.holds(target, NEW_KEY, patient)).toMatchObject({ answer: 'yes' });
      for (const { newest } of ground.account.in(REGION).parameters.values()) {
        expect(newest?.type).toBe('SecureString');
      }
    },
  );

  it('writes the secret before the id, so that a torn pair still names the old key', async () => {
    await using trial = await open('two');
    const { place, target } = trial;
    const key = keyOf(trial);
    trial.trouble('lost');
    await place.write(target, key, patient);
    expect(await place.holds(target, NEW_KEY, patient)).toMatchObject({ answer: 'no' });
    trial.trouble(null);
    expect(await place.write(target, key, patient)).toEqual({ ok: true, before: '1 1' });
  });

  it('refuses a parameter in clear, and one that holds something else', async () => {
    await using trial = await open('pair');
    const { place, about } = trial;
    const look = (name: string) => place.preflight({ ...TARGETS.pair, name }, about, patient);
    expect(await look('/rekey/other')).toMatchObject({ answer: 'no' });
    const two = { ...TARGETS.two, secretAccessKeyName: '/rekey/other' };
    expect(await place.preflight(two, about, patient)).toMatchObject({ answer: 'no' });
    expect(await place.write(two, keyOf(trial), patient)).toMatchObject({ ok: false, final: true });
  });

  it('writes many at once, and repeats what AWS asks to repeat', async () => {
    await using ground = await openAwsGround();
    const place = await ground.open('ssm-parameter');
    const key = { ...ground.about, accessKeyId: NEW_KEY, secretAccessKey: new Secret(SECRET) };
    const effect = { kind: 'error', code: 'TooManyUpdates', status: 400, message: 'concurrent' } as const;
    const armed = ground.bench.standIn.faults.add({
      service: 'ssm',
      action: 'PutParameter',
      effect,
      times: 2,
    });
    const targets = Array.from({ length: 8 }, (_, n) => ({ ...TARGETS.pair, name: `/rekey/many/${n}` }));
    const all = await Promise.all(targets.map((target) => place.write(target, key, patient)));
    expect(all).toEqual(targets.map(() => ({ ok: true, before: null })));
    expect(armed.fired).toBe(2);
  });
});
