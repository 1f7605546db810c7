import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { StoredSecret } from '../../sandbox/aws/accounts/secret.ts';
import { openAwsGround, REGION } from './aws-trial.ts';
import type { AwsGround } from './aws-trial.ts';
import { destinationContract, NEW_KEY, OLD_KEY, OLD_SECRET, readPlaceContract, SECRET } from './contract.ts';
import type { Trial } from './contract.ts';

const NAME = 'rekey/ci/pair';
const FIELDS = { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' };
const HOUR = 3_600_000;
const patient = new AbortController().signal;

interface Stored {
  readonly ground: AwsGround;
  readonly secret: StoredSecret;
}

/** A secret that holds the old pair; `ours`: as Rekey would have left it. */
async function stored(ours: boolean, value: object = {}): Promise<Stored> {
  const ground = await openAwsGround();
  const at = ground.bench.clock.now() - HOUR;
  const secret = ground.account.in(REGION).addSecret(NAME, { suffix: 'AbCdEf', at });
  const pair = { [FIELDS.accessKeyId]: OLD_KEY, [FIELDS.secretAccessKey]: OLD_SECRET };
  const stages = ours ? ['AWSCURRENT', 'rekey'] : ['AWSCURRENT'];
  secret.put({ id: 'v'.repeat(32), value: JSON.stringify({ ...value, ...pair }), stages, at });
  if (ours) secret.tags.set('rekey', 'created');
  return { ground, secret };
}

async function trialOf({ ground, secret }: Stored, mode: 'replace' | 'merge'): Promise<Trial> {
  const valueNow = () => JSON.parse(secret.at('AWSCURRENT')?.value ?? '{}') as Record<string, unknown>;
  return {
    place: await ground.open('secrets-manager'),
    target: { region: REGION, name: NAME, mode, fields: FIELDS, kmsKeyId: null },
    about: ground.about,
    state: () =>
      secret.versions.map(({ id, value, stages }) => ({ id, value, stages: [...stages].toSorted() })),
    neighbours: () => {
      const { [FIELDS.accessKeyId]: _id, [FIELDS.secretAccessKey]: _secret, ...rest } = valueNow();
      return [rest, [...secret.tags]];
    },
    trouble: (kind) => ground.trouble('secretsmanager', kind),
    echo: () => ground.echo('secretsmanager', ['PutSecretValue']),
    foreign: () => {
      const value = JSON.stringify({ ...valueNow(), [FIELDS.accessKeyId]: 'AKIAQNZGKIQYSTRANGER' });
      const at = ground.bench.clock.now() - 1;
      secret.put({ id: 'f'.repeat(32), value, stages: ['AWSCURRENT'], at });
    },
    forbid: () => ground.forbid(),
    log: () => ground.bench.log.lines,
    [Symbol.asyncDispose]: () => ground[Symbol.asyncDispose](),
  };
}

const merging = async () => trialOf(await stored(false, { host: 'db', nested: { port: 1 } }), 'merge');
const replacing = async () => trialOf(await stored(true), 'replace');

for (const contract of [destinationContract, readPlaceContract]) {
  contract('Secrets Manager, merge', merging);
  contract('Secrets Manager, replace', replacing);
}

async function write(trial: Trial, rotationId = 'r1', accessKeyId = NEW_KEY) {
  const key = { ...trial.about, rotationId, accessKeyId, secretAccessKey: new Secret(SECRET) };
  return trial.place.write(trial.target, key, patient);
}

describe('Secrets Manager', () => {
  it('makes a secret that is not there, tagged as ours, and replaces it the next time', async () => {
    await using ground = await openAwsGround();
    const place = await ground.open('secrets-manager');
    const target = { region: REGION, name: NAME, mode: 'replace', kmsKeyId: null };
    expect(await place.preflight(target, ground.about, patient)).toEqual({ answer: 'yes', warnings: [] });
    const key = { ...ground.about, accessKeyId: NEW_KEY, secretAccessKey: new Secret(SECRET) };
    expect(await place.write(target, key, patient)).toEqual({ ok: true, before: null });
    const secret = ground.account.in(REGION).secret(NAME);
    expect(secret?.tags.get('rekey')).toBe('created');
    expect(JSON.parse(secret?.at('AWSCURRENT')?.value ?? '')).toEqual({
      [FIELDS.accessKeyId]: NEW_KEY,
      [FIELDS.secretAccessKey]: SECRET,
    });
    const next = { ...key, rotationId: 'r2', replacesKeyId: NEW_KEY, accessKeyId: OLD_KEY };
    const first = secret?.versions[0]?.id;
    expect(await place.write(target, next, patient)).toEqual({ ok: true, before: first });
    expect(await place.holds(target, OLD_KEY, patient)).toMatchObject({ answer: 'yes' });
  });

  it('does not replace what Rekey did not make', async () => {
    await using trial = await trialOf(await stored(false), 'replace');
    expect(await trial.place.preflight(trial.target, trial.about, patient)).toMatchObject({
      answer: 'no',
      why: expect.stringContaining('not made by Rekey') as string,
    });
    expect(await write(trial)).toMatchObject({ ok: false, final: true });
  });

  it('stops at a newer version of somebody else, though it names the same key', async () => {
    const { ground, secret } = await stored(true);
    await using trial = await trialOf({ ground, secret }, 'replace');
    const value = JSON.stringify({ ...JSON.parse(secret.at('AWSCURRENT')?.value ?? ''), more: 1 });
    secret.put({ id: 's'.repeat(32), value, stages: ['AWSCURRENT'], at: ground.bench.clock.now() - HOUR });
    expect(await write(trial)).toMatchObject({
      ok: false,
      final: true,
      why: expect.stringContaining('somebody else wrote a newer version') as string,
    });
  });

  it('keeps the rate: two versions at once, then one in ten minutes', async () => {
    const { ground, secret } = await stored(false);
    await using trial = await trialOf({ ground, secret }, 'merge');
    expect(await write(trial)).toMatchObject({ ok: true });
    const second = { ...trial.about, rotationId: 'r2', replacesKeyId: NEW_KEY };
    const third = { ...trial.about, rotationId: 'r3', replacesKeyId: OLD_KEY };
    const secretAccessKey = new Secret(SECRET);
    const put = (about: typeof second, accessKeyId: string) =>
      trial.place.write(trial.target, { ...about, accessKeyId, secretAccessKey }, patient);
    expect(await put(second, OLD_KEY)).toMatchObject({ ok: true });
    const first = secret.versions[1]?.createdAt ?? 0;
    expect(await put(third, NEW_KEY)).toMatchObject({
      ok: false,
      final: false,
      retryAt: first + 20 * 60_000,
    });
    expect(secret.versions).toHaveLength(3);
  });

  it('says so when somebody writes between the read and the write', async () => {
    const { ground, secret } = await stored(false);
    await using trial = await trialOf({ ground, secret }, 'merge');
    const put = secret.put.bind(secret);
    secret.put = (input) => {
      secret.put = put;
      put({ ...input, id: 'm'.repeat(32), value: '{"theirs":1}', stages: ['AWSCURRENT'] });
      return put(input);
    };
    expect(await write(trial)).toMatchObject({
      ok: false,
      final: true,
      why: expect.stringContaining('m'.repeat(32)) as string,
    });
  });

  it('keeps numbers that JavaScript cannot hold, and names it has a use for', async () => {
    const { ground, secret } = await stored(false);
    await using trial = await trialOf({ ground, secret }, 'merge');
    const text = `{"big":12345678901234567890,"exact":1.10,"__proto__":{"x":1},"${FIELDS.accessKeyId}":"${OLD_KEY}"}`;
    secret.put({ id: 'n'.repeat(32), value: text, stages: ['AWSCURRENT'], at: 1 });
    expect(await write(trial)).toMatchObject({ ok: true });
    const value = secret.at('AWSCURRENT')?.value;
    expect(value).toContain('"big":12345678901234567890,"exact":1.10,"__proto__":{"x":1}');
    expect(value).toContain(NEW_KEY);
  });

  it('looks again when its own version cannot be seen yet', async () => {
    const { ground, secret } = await stored(false);
    await using trial = await trialOf({ ground, secret }, 'merge');
    const move = secret.move.bind(secret);
    secret.move = () => undefined;
    expect(await write(trial)).toMatchObject({ ok: false, final: false });
    secret.move = move;
    for (const stage of ['AWSCURRENT', 'rekey']) {
      const newest = secret.versions.at(-1);
      if (newest !== undefined) move(stage, newest);
    }
    expect(await write(trial)).toEqual({ ok: true, before: 'v'.repeat(32) });
  });

  it.each([
    ['is being deleted', (secret: StoredSecret) => (secret.deletedAt = 1)],
    ['rotates', (secret: StoredSecret) => (secret.rotates = true)],
  ])('is refused when it %s', async (_, change) => {
    const { ground, secret } = await stored(false);
    await using trial = await trialOf({ ground, secret }, 'merge');
    change(secret);
    expect(await trial.place.preflight(trial.target, trial.about, patient)).toMatchObject({ answer: 'no' });
    expect(await write(trial)).toMatchObject({ ok: false, final: true });
  });

  it('is refused when its value has no fields', async () => {
    const { ground, secret } = await stored(false);
    await using trial = await trialOf({ ground, secret }, 'merge');
    secret.put({ id: 't'.repeat(32), value: 'plain text', stages: ['AWSCURRENT'], at: 1 });
    expect(await trial.place.preflight(trial.target, trial.about, patient)).toMatchObject({ answer: 'no' });
    expect(await write(trial)).toMatchObject({ ok: false, final: true });
  });

  it('warns when the rotated user itself may read the place', async () => {
    const { ground, secret } = await stored(false);
    await using trial = await trialOf({ ground, secret }, 'merge');
    ground.account.user('ci').policies.attach('arn:aws:iam::aws:policy/AdministratorAccess');
    const answer = await trial.place.preflight(trial.target, trial.about, patient);
    expect(answer).toMatchObject({
      answer: 'yes',
      warnings: [expect.stringContaining('ci itself may read this place') as string],
    });
  });

  it('warns when the policy of the secret itself lets the rotated user read it, or cannot be read (ASA)', async () => {
    const { ground, secret } = await stored(false);
    await using trial = await trialOf({ ground, secret }, 'merge');
    const preflight = () => trial.place.preflight(trial.target, trial.about, patient);
    const letIn = (AWS: string) => {
      const Statement = {
        Effect: 'Allow',
        Principal: { AWS },
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
      };
      secret.resourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement });
    };
    letIn(ground.account.arn('user/another'));
    expect(await preflight()).toEqual({ answer: 'yes', warnings: [] });
    letIn(trial.about.userArn);
    expect(await preflight()).toMatchObject({
      answer: 'yes',
      warnings: [expect.stringContaining('ci itself may read this place') as string],
    });
    const effect = { kind: 'error', code: 'AccessDeniedException', status: 400, message: 'no' } as const;
    ground.bench.standIn.faults.add({ action: 'GetResourcePolicy', effect });
    expect(await preflight()).toMatchObject({
      answer: 'yes',
      warnings: [expect.stringContaining('Could not check whether ci itself may read this place') as string],
    });
    ground.bench.standIn.faults.clear();
    ground.bench.standIn.faults.add({ action: 'GetResourcePolicy', effect: { kind: 'service-failure' } });
    expect(await preflight()).toMatchObject({ answer: 'unknown' });
  });

  it('takes no name outside its prefix, and no region that is none', async () => {
    await using ground = await openAwsGround();
    const { schema } = await ground.open('secrets-manager');
    const good = { region: REGION, name: NAME, mode: 'merge' };
    expect(schema.safeParse(good).success).toBe(true);
    for (const wrong of [
      { ...good, name: 'prod/db' },
      { ...good, region: 'eu-central' },
      { ...good, mode: 'overwrite' },
      { ...good, fields: { accessKeyId: 'a', secretAccessKey: 'a' } },
      { ...good, secret: 'x' },
    ]) {
      expect(schema.safeParse(wrong).success).toBe(false);
    }
  });
});
