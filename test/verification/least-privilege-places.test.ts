import { describe, expect, it } from 'vitest';
import { neededGrants } from '../../src/domain/capability.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Capability } from '../../src/domain/verification.ts';
import { openWebhookSigner } from '../../src/outward/webhook-keys.ts';
import { createDestinations } from '../../src/destinations/index.ts';
import { createOutward } from '../../src/outward/outward.ts';
import type { DestinationKind } from '../../src/domain/destination.ts';
import { readKeyUse } from '../../src/trail/key-use.ts';
import { keptDestination } from '../destinations/aws-trial.ts';
import { openBench, patient } from './bench.ts';
import type { Bench } from './bench.ts';

const REGION = 'eu-west-1';
const KEYS = ['AKIAQNZGKIQY56JQ7WML', 'AKIAQNZGKIQYOLDKEY22', 'AKIAQNZGKIQYTHIRDKEY'] as const;

/** A user with the policy of a capability, less one action when it is named. */
function actor(bench: Bench, capability: Capability, missing: string | null) {
  const account = bench.standIn.world.addAccount();
  const target = { partition: 'aws', accountId: account.id, principal: { kind: 'user', arn: null } } as const;
  const attached = policiesFor([capability], target).map((document, index) => {
    const Statement = document.Statement.map((statement) => ({
      ...statement,
      Action: statement.Action.filter((action) => action !== missing),
    })).filter((statement) => statement.Action.length > 0);
    return account.addPolicy(`p${index}`, { ...document, Statement }).arn;
  });
  const user = account.addUser('rekey', { attached, path: '/robots/' });
  const { accessKeyId, secretAccessKey } = user.addKey();
  const credentials = { kind: 'access_key', accessKeyId, secret: new Secret(secretAccessKey) } as const;
  return { account, user, credentials };
}

/** What each capability does, undo included; true when all of it succeeded. */
const DEEDS: Record<'deliver' | 'watch', (bench: Bench, missing: string | null) => Promise<boolean>> = {
  deliver: async (bench, missing) => {
    const { account, user, credentials } = actor(bench, 'deliver', missing);
    const ci = account.addUser('ci', { path: '/people/' });
    const destinations = createDestinations({
      aws: bench.aws,
      clock: bench.clock,
      outward: createOutward({ privateHosts: [] }),
      signer: openWebhookSigner([]),
      writer: () =>
        Promise.resolve({ credentials, accountId: account.id, partition: 'aws', principalArn: user.arn }),
    });
    const [first, second] = KEYS;
    const about = {
      rotationId: 'r1',
      accountId: account.id,
      partition: 'aws',
      userName: ci.name,
      userArn: ci.arn,
      replacesKeyId: second,
    } as const;
    const secretAccessKey = new Secret('x'.repeat(40));
    const run = async (kind: DestinationKind, target: Readonly<Record<string, unknown>>) => {
      const place = await destinations.open(keptDestination(kind, 'c1'));
      const looked = await place.preflight(target, about, patient);
      const made = await place.write(target, { ...about, accessKeyId: first, secretAccessKey }, patient);
      const next = { ...about, rotationId: 'r2', replacesKeyId: first, accessKeyId: KEYS[2] };
      const written = await place.write(
        target,
        { ...next, secretAccessKey: new Secret('y'.repeat(40)) },
        patient,
      );
      const before = (written.ok && written.before) || '';
      const restored = (await place.restore?.(target, before, patient)) ?? { ok: false };
      const { answer } = await place.holds(target, first, patient);
      const quiet = looked.answer === 'yes' && looked.warnings.length === 0;
      return quiet && made.ok && written.ok && restored.ok && answer === 'yes';
    };
    const results = [
      await run('secrets-manager', { region: REGION, name: 'rekey/x', mode: 'replace' }),
      await run('ssm-parameter', { shape: 'pair', region: REGION, name: '/rekey/x' }),
    ];
    return results.every(Boolean);
  },
  watch: async (bench, missing) => {
    const { account, credentials } = actor(bench, 'watch', missing);
    account.regions.clear();
    account.regions.add('us-east-1');
    const trail = bench.aws.trail(credentials, { accountId: account.id, partition: 'aws' });
    const now = bench.clock.now();
    const question = {
      accessKeyId: KEYS[0],
      since: now - 1_000,
      now,
      priority: 'watch',
      ownKey: false,
    } as const;
    return (await readKeyUse(trail, question, patient)).completeTo.known;
  },
};

describe.each(['deliver', 'watch'] as const)('%s under exactly its policy', (capability) => {
  const needed = [...new Set(neededGrants(capability, 'user').flatMap((grant) => grant.actions))];

  it('does all of it, and calls nothing that the policy does not name', async () => {
    await using bench = await openBench();
    expect(await DEEDS[capability](bench, null)).toBe(true);
    const called = [...bench.standIn.requests].map(({ service, action }) => `${service}:${action}`);
    // Asked for by CreateSecret with tags, without a call of its own.
    const implied = capability === 'deliver' ? ['secretsmanager:TagResource'] : [];
    expect(new Set([...called, ...implied])).toEqual(new Set(needed));
  });

  it.each(needed)('fails without %s', async (action) => {
    await using bench = await openBench();
    expect(await DEEDS[capability](bench, action)).toBe(false);
  });
});
