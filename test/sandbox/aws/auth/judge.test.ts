import { expect, test } from 'vitest';
import { judge } from '../../../../sandbox/aws/auth/authorise.ts';
import type { Principal } from '../../../../sandbox/aws/auth/principal.ts';
import { contextKeys } from '../../../../sandbox/aws/policy/conditions.ts';
import { parsePolicy } from '../../../../sandbox/aws/policy/document.ts';
import type { PolicyInForce } from '../../../../sandbox/aws/policy/evaluate.ts';
import { World } from '../../../../sandbox/aws/world.ts';
import { allowing } from '../world.ts';

const question = { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key', context: contextKeys({}) };

function session(action: string): readonly PolicyInForce[] {
  return [
    { id: 'session', type: 'none', statements: parsePolicy(JSON.stringify(allowing(action)), 'identity') },
  ];
}

test('a federated session has the rights of its user that its own policies name, and none without policies', () => {
  const account = new World(Date.now, 1).addAccount();
  const able = account.addUser('able', { inline: { s3: allowing('s3:*') } });
  const unable = account.addUser('unable');
  const federated = (user: typeof able | null): Principal => ({
    kind: 'federated',
    account,
    user,
    name: 'eve',
  });
  const decide = (user: typeof able | null, policies: readonly PolicyInForce[] | null): string =>
    judge(federated(user), policies, question).decision;
  expect(decide(able, null)).toBe('implicitDeny');
  expect(decide(able, session('s3:Get*'))).toBe('allowed');
  expect(decide(able, session('s3:Put*'))).toBe('implicitDeny');
  expect(decide(unable, session('s3:Get*'))).toBe('implicitDeny');
  expect(decide(null, session('s3:Get*'))).toBe('allowed');
});
