import { describe, expect, test } from 'vitest';
import type { BlockChoice, Rotation } from '../../src/domain/rotation.ts';
import { decide } from '../../src/rotation/decide.ts';
import { Model } from './model/model.ts';
import { Instance } from './model/play.ts';

/** What changes something, as the trace of the model names it; repetitions in a row count once. */
const CHANGES = /iam:(?:Create|Update|Delete)AccessKey|write place|restore$/;

function changesOf({ trace }: Model): string[] {
  const all = trace.map((line) => line.split(': ')[1] ?? '').filter((what) => CHANGES.test(what));
  return all.filter((what, index) => what !== all[index - 1]);
}

/** Lets time go by and the machine work until `until` is true, or it waits for a person, or has ended. */
async function run(model: Model, until: (rotation: Rotation) => boolean = () => false): Promise<Rotation> {
  const { stores } = model;
  for (let round = 0; round < 200; round += 1) {
    const { nextAt } = stores.only;
    if (nextAt === null || until(stores.only)) break;
    model.trueNow = Math.max(model.trueNow, nextAt);
    await new Instance(model, `i${round}`).turn();
    if (model.check.broken !== null) throw model.check.broken;
  }
  return stores.only;
}

async function choose(model: Model, choice: BlockChoice, by = 'U2'): Promise<void> {
  await model.stores.put(decide(model.stores.only, choice, { by, at: model.now() }));
}

const calm = () => new Model(7, true);

describe('what others got wrong', () => {
  test('nothing is deactivated or deleted before the new key is made, seen to work, delivered (Infisical)', async () => {
    const model = calm();
    expect((await run(model)).block?.code).toBe('needs_approval');
    await choose(model, 'approve');
    expect((await run(model)).state).toBe('done');
    expect(changesOf(model)).toEqual([
      'iam:CreateAccessKey',
      'write place',
      'iam:UpdateAccessKey',
      'iam:DeleteAccessKey',
    ]);
    model.check.end();
  });

  test('with two keys none is deleted to make room (ASA #11, Vault, Infisical)', async () => {
    const model = calm();
    const other = model.truth.add('stranger');
    const { snapshot } = model.stores.only;
    const both = model.truth.keys.map(({ accessKeyId, status, createdAt }) => ({
      accessKeyId,
      status,
      createdAt,
    }));
    model.stores.rotations.set('r1', { ...model.stores.only, snapshot: { ...snapshot, keys: both } });
    model.trueNow += 60_000;
    const { block } = await run(model);
    expect(block).toMatchObject({ code: 'no_free_slot', keyIds: [model.oldKeyId, other.accessKeyId] });
    expect(changesOf(model)).toEqual([]);
  });

  test('a last use that could not be read is no silence (ASA)', async () => {
    const model = calm();
    await run(model, ({ state }) => state === 'quiet');
    model.scripted.set('iam:GetAccessKeyLastUsed', ['refused', 'refused', 'refused']);
    const quiet = await run(model, ({ trouble }) => (trouble?.times ?? 0) >= 2);
    expect(quiet).toMatchObject({ state: 'quiet', trouble: { why: 'last use: throttled' } });
    expect(model.now()).toBeGreaterThan((quiet.cutoverAt ?? 0) + quiet.quietMs);
    expect(changesOf(model)).not.toContain('iam:UpdateAccessKey');
  });

  test('a key whose secret was lost is attributed, and removed an hour later (Vault #9606, Warden)', async () => {
    const model = calm();
    model.scripted.set('iam:CreateAccessKey', ['answer lost']);
    const delivered = await run(model, ({ state }) => state === 'quiet');
    const [orphan] = delivered.orphans;
    expect(orphan).toMatchObject({ knownBy: 'cloudtrail', accessKeyId: expect.stringContaining('REKEY') });
    expect((orphan?.deletedAt ?? 0) - (orphan?.inactiveAt ?? 0)).toBeGreaterThanOrEqual(3_600_000);
    expect(delivered.newKeyId).not.toBe(orphan?.accessKeyId);
    expect(model.truth.keys.map(({ by }) => by)).toEqual(['before', 'rekey']);
  });

  test('a newcomer that CloudTrail does not show as ours is left to a person (Warden #604)', async () => {
    const model = calm();
    model.scripted.set('iam:CreateAccessKey', ['answer lost']);
    model.watched = false;
    const { block } = await run(model);
    const [, newcomer] = model.truth.keys;
    expect(block).toMatchObject({
      code: 'not_attributed',
      keyIds: [newcomer?.accessKeyId],
      choices: ['retry', 'orphan_is_ours', 'orphan_is_not_ours'],
    });
    await choose(model, 'orphan_is_not_ours');
    expect(await run(model)).toMatchObject({ state: 'undone' });
    expect(newcomer?.status).toBe('Active');
    expect(changesOf(model)).toEqual(['iam:CreateAccessKey']);
  });

  test('a key that is used is nobody’s orphan, whatever a person says', async () => {
    const model = calm();
    model.scripted.set('iam:CreateAccessKey', ['answer lost']);
    model.watched = false;
    await run(model);
    const [, newcomer] = model.truth.keys;
    if (newcomer === undefined) throw new Error('No key was made.');
    model.lastUsed.set(newcomer.accessKeyId, model.trueNow);
    await choose(model, 'orphan_is_ours');
    const { block } = await run(model);
    expect(block).toMatchObject({ code: 'keys_changed', choices: ['retry', 'orphan_is_not_ours'] });
    expect(block?.why).toContain(`${newcomer.accessKeyId} was used`);
    expect(newcomer.status).toBe('Active');
    expect(changesOf(model)).toEqual(['iam:CreateAccessKey']);
    await choose(model, 'orphan_is_not_ours');
    expect(await run(model)).toMatchObject({ state: 'undone' });
  });

  test("a stranger's key in the middle is not touched, and stops everything (Warden #604, C7N #842)", async () => {
    const model = calm();
    await run(model, ({ state }) => state === 'quiet');
    const old = model.truth.find(model.oldKeyId);
    if (old === undefined) throw new Error('The old key is gone.');
    model.truth.remove(old);
    const stranger = model.truth.add('stranger');
    const { block } = await run(model);
    expect(block).toMatchObject({ code: 'keys_changed', keyIds: [stranger.accessKeyId] });
    expect(changesOf(model)).toEqual(['iam:CreateAccessKey', 'write place']);
  });

  test('a user made anew by the same name is another (Vault pins the id)', async () => {
    const model = calm();
    await run(model, ({ state }) => state === 'quiet');
    model.truth.userId = 'AIDA2';
    model.truth.changed();
    const { block, newKeyId } = await run(model);
    expect(block).toMatchObject({ code: 'user_changed', keyIds: [newKeyId], choices: ['retry', 'stop'] });
  });

  test('a key that flaps is not delivered until it works several times in a row (Vault #3115, rhyeal #81)', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const model = new Model(seed, true);
      const { verify } = await run(model, ({ state }) => state === 'quiet');
      expect(verify.successes).toBe(3);
      expect((verify.lastAt ?? 0) - (verify.firstAt ?? 0)).toBeGreaterThanOrEqual(4_000);
    }
  });

  test('a failed delivery goes forward, and both keys stay (cloud-key-rotator, aws-vault)', async () => {
    const model = calm();
    model.places.get('a')?.refuse(5);
    await run(model, ({ deliveries }) => deliveries.some(({ state }) => state === 'failed'));
    expect(model.truth.keys.map(({ status }) => status)).toEqual(['Active', 'Active']);
    const rotation = await run(model, ({ state }) => state === 'quiet');
    expect(rotation.deliveries.every(({ state }) => state === 'held')).toBe(true);
    expect(changesOf(model).filter((what) => what === 'iam:CreateAccessKey')).toHaveLength(1);
  });

  test('no step is signed with the key it shuts off (CKR #16, Granted)', async () => {
    const model = calm();
    model.signers = () => [model.oldKeyId];
    const { block } = await run(model);
    expect(block).toMatchObject({ from: 'quiet', code: 'signer_is_target' });
    expect(model.truth.find(model.oldKeyId)?.status).toBe('Active');
  });

  test('a delete whose answer was lost is no trouble the second time (aws-vault, rhyeal #81)', async () => {
    const model = calm();
    model.scripted.set('iam:DeleteAccessKey', ['answer lost']);
    await run(model);
    await choose(model, 'approve');
    expect((await run(model)).state).toBe('done');
    model.check.end();
  });

  test('a deactivated key is reactivated at one word, and must fall silent again (C7N #5583)', async () => {
    const model = calm();
    await run(model);
    await choose(model, 'reactivate');
    const again = await run(model, ({ state, change }) => state === 'quiet' && change === null);
    expect(model.truth.find(model.oldKeyId)?.status).toBe('Active');
    expect(again).toMatchObject({ deactivatedAt: null, approvals: [] });
  });

  test('whoever asked for the rotation does not confirm the deletion', async () => {
    const model = calm();
    await run(model);
    await expect(choose(model, 'approve', 'U1')).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('under quarantine nothing goes on (AWSCompromisedKeyQuarantine)', async () => {
    const model = calm();
    await run(model, ({ state }) => state === 'quiet');
    model.truth.quarantinedAt = model.trueNow;
    model.truth.changed();
    expect((await run(model)).block?.code).toBe('quarantined');
    expect(changesOf(model)).not.toContain('iam:UpdateAccessKey');
  });
});
