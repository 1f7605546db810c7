import { expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { openBench } from '../verification/bench.ts';

async function opened() {
  const bench = await openBench();
  const account = bench.standIn.world.addAccount();
  const user = account.addUser('ann', { attached: ['AdministratorAccess'] });
  const key = user.addKey();
  const signer = {
    kind: 'access_key',
    accessKeyId: key.accessKeyId,
    secret: new Secret(key.secretAccessKey),
  } as const;
  return {
    bench,
    signer,
    keys: bench.aws.iamKeys(signer, 'aws', { accountId: '111122223333' }),
    iam: bench.aws.iam(signer, 'aws', { accountId: account.id, urgency: 'person' }),
  };
}

it('makes a key whose secret works and is not to be printed, under the nonce of the try', async () => {
  const { bench, keys } = await opened();
  await using _ = bench;
  const made = await keys.createAccessKey({ userName: 'ann', nonce: 'rekey-n0nce' });
  expect(JSON.stringify(made)).not.toContain(made.secret.reveal());
  const fresh = { kind: 'access_key', accessKeyId: made.accessKeyId, secret: made.secret } as const;
  await expect(bench.aws.sts(fresh, 'us-east-1').getCallerIdentity()).resolves.toMatchObject({
    arn: expect.stringContaining('user/ann'),
  });
  const [call] = bench.standIn.requests.of('CreateAccessKey');
  expect(call?.userAgent).toContain('rotation/rekey-n0nce');
});

it('sends each call once, also when AWS says that there is no free slot', async () => {
  const { bench, keys } = await opened();
  await using _ = bench;
  await keys.createAccessKey({ userName: 'ann', nonce: 'n1' });
  const third = keys.createAccessKey({ userName: 'ann', nonce: 'n2' });
  await expect(third).rejects.toMatchObject({ code: 'quota', action: 'iam:CreateAccessKey' });
  bench.standIn.faults.add({ effect: { kind: 'drop-after' } });
  await expect(keys.createAccessKey({ userName: 'ann', nonce: 'n3' })).rejects.toMatchObject({
    code: 'timeout',
  });
  expect(bench.standIn.requests.of('CreateAccessKey')).toHaveLength(3);
});

it('deletes exactly the key it is told', async () => {
  const { bench, keys, iam, signer } = await opened();
  await using _ = bench;
  const made = await keys.createAccessKey({ userName: 'ann', nonce: 'n' });
  await keys.deleteAccessKey({ userName: 'ann', accessKeyId: made.accessKeyId, act: '01act' });
  expect(bench.standIn.requests.of('DeleteAccessKey')[0]?.userAgent).toMatch(/ act\/01act( |$)/);
  const left = await iam.listAccessKeys('ann');
  expect(left.map(({ accessKeyId }) => accessKeyId)).toEqual([signer.accessKeyId]);
  await expect(
    keys.deleteAccessKey({ userName: 'ann', accessKeyId: made.accessKeyId, act: '02act' }),
  ).rejects.toMatchObject({ code: 'no_such_entity' });
});
