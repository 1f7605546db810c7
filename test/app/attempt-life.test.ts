import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import { ATTEMPT_LIFE_MS } from '../../src/domain/attempt.ts';
import { sealedIdentity } from '../../src/domain/records.ts';
import { Secret } from '../../src/domain/secret.ts';
import { attempt } from '../db/samples.ts';
import { freshUser, kept, keptWhen } from '../support/acting.ts';
import { eventually } from '../support/instants.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

const SENT = {
  description: '',
  region: null,
  roleArn: null,
  externalId: null,
  alertChannel: null,
  owners: [],
};

describe.each([
  ['sqlite', 'a minute too old', ATTEMPT_LIFE_MS + 60_000, false],
  ['sqlite', 'young enough', ATTEMPT_LIFE_MS - 120_000, true],
  ['postgres', 'a minute too old', ATTEMPT_LIFE_MS + 60_000, false],
] as const)('on %s, an attempt of a Rekey that died, %s', (engine, _, age, finished) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set('socket', engine);
    await scene.start();
    await scene.stop();
  });

  afterAll(async () => {
    await scene.strike();
  });

  it(
    finished ? 'is finished by the next one' : 'is erased with its secret, unused, and the person told',
    async () => {
      const { key } = freshUser(scene, 'late');
      const now = Date.now();
      const createdAt = now - age;
      const pending = attempt({
        id: 'late',
        teamId: scene.slack.teamId,
        userId: PEOPLE.admin,
        viewId: null,
        draft: { ...SENT, name: 'Late', method: 'access_key', accessKeyId: key.accessKeyId, accountId: null },
        leaseOwner: 'dead',
        leaseUntil: createdAt + 90_000,
        createdAt,
        expiresAt: createdAt + ATTEMPT_LIFE_MS,
      });
      const row = { id: 's-late', holderKind: 'attempt', holderId: 'late', version: 1, createdAt } as const;
      const sealer = createSealer(parseMasterKeys(scene.environment['REKEY_MASTER_KEY'] ?? ''));
      const box = sealer.seal(new Secret(key.secretAccessKey), sealedIdentity(row));
      const stores = await scene.stores();
      await stores.atomically([stores.attempts.insert(pending), stores.secrets.insert({ ...row, box })]);
      await stores.close();
      expect(await kept(scene)).toMatchObject({ sealed: 1, orphans: 0 });

      await scene.start();
      const left = finished ? 1 : 0;
      const after = await keptWhen(
        scene,
        ({ attempts, sealed }) => attempts.length === 0 && sealed === left,
        60_000,
      );
      expect(after.connections.map(({ name }) => name)).toEqual(finished ? ['Late'] : []);
      expect(after.orphans).toBe(0);
      const used = [...scene.aws.requests].some(({ accessKeyId }) => accessKeyId === key.accessKeyId);
      expect(used).toBe(finished);
      const ada = scene.slack.as(PEOPLE.admin);
      const told = finished ? 'Connected: Late' : 'could not be finished within ten minutes';
      await eventually(() => ada.messages().some(({ words }) => words.includes(told)), 'the message');
    },
  );
});
