import { describe, expect, it } from 'vitest';
import {
  MOST_ROLES,
  withFound,
  type AssumedRole,
  type MadeThing,
  type Surroundings,
} from '../../src/domain/surroundings.ts';

const NOW = 1_790_000_000_000;
const ACCOUNT = '111122223333';

function role(name: string, lastAt: number): AssumedRole {
  const arn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
  return { arn, name, accountId: ACCOUNT, sessions: 1, lastAt, by: 'AKIAIOSFODNN7EXAMPLE' };
}

function made(name: string, own: boolean): MadeThing {
  return { id: name, kind: 'role', name, on: '', at: NOW, by: 'alice', byKey: null, own };
}

function found(roles: readonly AssumedRole[], things: readonly MadeThing[] = []) {
  return { completeTo: NOW, why: '', checkedAt: NOW, nextAt: null, sessions: [], roles, made: things };
}

function names({ roles }: Surroundings): string[] {
  return roles.map(({ name }) => name);
}

describe('the roles of a thief', () => {
  it('who makes and assumes hundreds do not push out those that were there', () => {
    const junk = Array.from({ length: 300 }, (_, at) => `junk${at}`);
    const before = withFound(null, found([role('admin', NOW)]));
    const after = withFound(
      before,
      found(
        junk.map((name, at) => role(name, NOW + 1_000 * (at + 1))),
        junk.map((name) => made(name, true)),
      ),
    );
    expect(after.roles).toHaveLength(MOST_ROLES);
    expect(names(after)).toContain('admin');
    // What was let go is said.
    expect(after.why).toContain(`more than ${MOST_ROLES} roles: at least 201 are not listed`);
  });

  it('are listed the latest first, whoever made them', () => {
    const all = withFound(
      withFound(null, found([role('admin', NOW), role('deploy', NOW + 2_000)])),
      found([role('junk', NOW + 1_000)], [made('junk', true)]),
    );
    expect(names(all)).toEqual(['deploy', 'junk', 'admin']);
    expect(all.why).toBe('');
  });
});
