import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import type { PolicyDocument } from '../../../../sandbox/aws/policy/document.ts';
import type { Role, User } from '../../../../sandbox/aws/world.ts';
import { failure, iamClient, sessionKeys, stsClient } from '../clients.ts';
import type { Failure, Keys } from '../clients.ts';
import { allowing, stage } from '../world.ts';
import type { Stage } from '../world.ts';

function trusting(AWS: string | readonly string[], ExternalId?: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS },
      Action: 'sts:AssumeRole',
      ...(ExternalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': ExternalId } } }),
    },
  };
}

interface Host {
  readonly user: User;
  readonly keys: Keys;
}

/** A user in an account of its own, with the right to assume the roles given. */
function host(set: Stage, resource: string | null): Host {
  const inline = resource === null ? {} : { assume: allowing('sts:AssumeRole', resource) };
  const user = set.standIn.world.addAccount().addUser('rekey-host', { inline });
  return { user, keys: user.addKey() };
}

function assume(
  set: Stage,
  keys: Keys,
  role: Role | string,
  more: object = {},
): Promise<{ Credentials?: unknown }> {
  const RoleArn = typeof role === 'string' ? role : role.arn;
  return stsClient(set.where, keys).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'rekey', ...more }),
  );
}

function refusal(arn: string, role: string, reason = ''): Failure {
  const message = `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${role}${reason}`;
  return { name: 'AccessDenied', status: 403, message };
}

describe('across accounts', () => {
  test('the role session is its own principal and has the rights of the role', async () => {
    await using set = await stage();
    const { user, keys } = host(set, '*');
    const trust = trusting(user.arn, 'id-1');
    const role = set.account.addRole('rekey', { trust, path: '/tools/', attached: ['IAMReadOnlyAccess'] });
    const { Credentials } = await stsClient(set.where, keys).send(
      new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'rekey', ExternalId: 'id-1' }),
    );
    const session = sessionKeys(Credentials);
    expect(await stsClient(set.where, session).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: set.account.id,
      Arn: `arn:aws:sts::${set.account.id}:assumed-role/rekey/rekey`,
      UserId: `${role.roleId}:rekey`,
    });
    expect((await iamClient(set.where, session).send(new ListUsersCommand({}))).Users).toHaveLength(1);
  });

  test('an external id that is missing or another one is refused', async () => {
    await using set = await stage();
    const { user, keys } = host(set, '*');
    const role = set.account.addRole('rekey', { trust: trusting(user.arn, 'id-1') });
    const refused = refusal(user.arn, role.arn);
    expect(await failure(assume(set, keys, role))).toEqual(refused);
    expect(await failure(assume(set, keys, role, { ExternalId: 'id-2' }))).toEqual(refused);
    expect(await assume(set, keys, role, { ExternalId: 'id-1' })).toHaveProperty('Credentials');
  });

  test('a role that asks for none can be assumed without, and with any', async () => {
    await using set = await stage();
    const { user, keys } = host(set, '*');
    const role = set.account.addRole('open', { trust: trusting(user.arn) });
    expect(await assume(set, keys, role)).toHaveProperty('Credentials');
    expect(await assume(set, keys, role, { ExternalId: 'anything' })).toHaveProperty('Credentials');
  });

  test('both sides must agree', async () => {
    await using set = await stage();
    const trusted = host(set, null);
    const role = set.account.addRole('rekey', { trust: trusting(trusted.user.arn) });
    expect(await failure(assume(set, trusted.keys, role))).toEqual(refusal(trusted.user.arn, role.arn));
    const stranger = host(set, '*');
    expect(await failure(assume(set, stranger.keys, role))).toEqual(refusal(stranger.user.arn, role.arn));
  });

  test.each(['root ARN', 'account number'])('the account can be trusted by its %s', async (form) => {
    await using set = await stage();
    const { user, keys } = host(set, '*');
    const AWS = form === 'root ARN' ? user.account.arn('root') : user.account.id;
    const role = set.account.addRole('rekey', { trust: trusting(AWS) });
    expect(await assume(set, keys, role)).toHaveProperty('Credentials');
  });

  test('a role that is not there, was deleted, or is named without its path is refused alike', async () => {
    await using set = await stage();
    const { user, keys } = host(set, '*');
    const role = set.account.addRole('rekey', { trust: trusting(user.arn), path: '/tools/' });
    const bare = set.account.arn('role/rekey');
    expect(await failure(assume(set, keys, bare))).toEqual(refusal(user.arn, bare));
    set.account.removeRole('rekey');
    expect(await failure(assume(set, keys, role))).toEqual(refusal(user.arn, role.arn));
  });
});

describe('within one account', () => {
  test('a trust policy that names the caller is enough; one that names the account is not', async () => {
    await using set = await stage();
    const bob = set.account.addUser('bob');
    const keys = bob.addKey();
    const named = set.account.addRole('named', { trust: trusting(bob.arn) });
    const wide = set.account.addRole('wide', { trust: trusting(set.account.id) });
    expect(await assume(set, keys, named)).toHaveProperty('Credentials');
    expect(await failure(assume(set, keys, wide))).toEqual(refusal(bob.arn, wide.arn));
  });

  test("a deny in the caller's policies wins, and is named", async () => {
    await using set = await stage();
    const bob = set.account.addUser('bob', { attached: ['AWSDenyAll'] });
    const role = set.account.addRole('named', { trust: trusting(bob.arn) });
    expect(await failure(assume(set, bob.addKey(), role))).toEqual(
      refusal(bob.arn, role.arn, ' with an explicit deny in an identity-based policy'),
    );
  });

  test('a deny in the trust policy wins', async () => {
    await using set = await stage();
    const bob = set.account.addUser('bob', { inline: { all: allowing('*') } });
    const allow = { Effect: 'Allow', Principal: { AWS: set.account.id }, Action: 'sts:AssumeRole' } as const;
    const deny = { Effect: 'Deny', Principal: { AWS: bob.arn }, Action: 'sts:AssumeRole' } as const;
    const role = set.account.addRole('work', { trust: { Version: '2012-10-17', Statement: [allow, deny] } });
    expect(await failure(assume(set, bob.addKey(), role))).toEqual(refusal(bob.arn, role.arn));
  });

  test('tags and a source identity need rights of their own', async () => {
    await using set = await stage();
    const keys = set.account.addUser('bob', { inline: { all: allowing('*') } }).addKey();
    const role = set.account.addRole('work', { trust: trusting(set.account.id) });
    const tagged = await failure(assume(set, keys, role, { Tags: [{ Key: 'a', Value: 'b' }] }));
    expect(tagged.message).toContain('is not authorized to perform: sts:TagSession');
    const named = await failure(assume(set, keys, role, { SourceIdentity: 'bob' }));
    expect(named.message).toContain('is not authorized to perform: sts:SetSourceIdentity');
  });

  test('root may not assume roles', async () => {
    await using set = await stage();
    const role = set.account.addRole('work', { trust: trusting(set.account.id) });
    expect(await failure(assume(set, set.account.addRootKey(), role))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: 'Roles may not be assumed by root accounts.',
    });
  });
});

describe('sessions of roles', () => {
  async function sessionOf(set: Stage, keys: Keys, role: Role, more: object = {}): Promise<Required<Keys>> {
    const command = new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'one', ...more });
    return sessionKeys((await stsClient(set.where, keys).send(command)).Credentials);
  }

  test('a policy of the call can only take away', async () => {
    await using set = await stage();
    const trust = trusting(set.account.arn('user/admin'));
    const role = set.account.addRole('work', { trust, attached: ['IAMReadOnlyAccess'] });
    const Policy = JSON.stringify(allowing('iam:CreateAccessKey'));
    const session = await sessionOf(set, set.admin, role, { Policy });
    const refused = await failure(iamClient(set.where, session).send(new ListUsersCommand({})));
    expect(refused.message).toContain('because no session policy allows the iam:ListUsers action');
  });

  test('a policy of the call binds even where the next role trusts this one by name', async () => {
    await using set = await stage();
    const first = set.account.addRole('first', { trust: trusting(set.account.id) });
    const second = set.account.addRole('second', { trust: trusting(first.arn) });
    const free = await sessionOf(set, set.admin, first);
    expect(await sessionOf(set, free, second)).toHaveProperty('sessionToken');
    first.policies.putInline('all', JSON.stringify(allowing('*')));
    const bound = await sessionOf(set, set.admin, first, { Policy: JSON.stringify(allowing('iam:*')) });
    expect(await failure(sessionOf(set, bound, second))).toMatchObject({ name: 'AccessDenied' });
  });

  test('a chained session lasts an hour at most', async () => {
    await using set = await stage();
    const first = set.account.addRole('first', {
      trust: trusting(set.account.id),
      inline: { all: allowing('*') },
      maxSessionSeconds: 43_200,
    });
    const second = set.account.addRole('second', {
      trust: trusting(set.account.id),
      maxSessionSeconds: 43_200,
    });
    const session = await sessionOf(set, set.admin, first, { DurationSeconds: 43_200 });
    expect(await failure(sessionOf(set, session, second, { DurationSeconds: 3601 }))).toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('1 hour session limit') as string,
    });
    expect(await sessionOf(set, session, second, { DurationSeconds: 3600 })).toHaveProperty('sessionToken');
  });

  test('they end with their role', async () => {
    await using set = await stage();
    const role = set.account.addRole('work', { trust: trusting(set.account.id) });
    const session = await sessionOf(set, set.admin, role);
    set.account.removeRole('work');
    expect(await failure(stsClient(set.where, session).send(new GetCallerIdentityCommand({})))).toMatchObject(
      {
        name: 'InvalidClientTokenId',
      },
    );
  });
});

describe('what is asked must be valid', () => {
  test.each([
    ['a session name with a blank', { RoleSessionName: 'a b' }, 'roleSessionName'],
    ['a session name of one letter', { RoleSessionName: 'a' }, 'roleSessionName'],
    ['a session name of 65 letters', { RoleSessionName: 'a'.repeat(65) }, 'roleSessionName'],
    ['an external id of one letter', { ExternalId: 'a' }, 'externalId'],
    ['too short a session', { DurationSeconds: 899 }, 'durationSeconds'],
    ['too long a session', { DurationSeconds: 43_201 }, 'durationSeconds'],
    ['longer than the role allows', { DurationSeconds: 3601 }, 'MaxSessionDuration'],
    ['no ARN of a role', { RoleArn: 'arn:aws:iam::123456789012:user/bob' }, 'is invalid'],
  ])('%s', async (_case, input, mentioned) => {
    await using set = await stage();
    const role = set.account.addRole('work', { trust: trusting(set.account.id) });
    expect(await failure(assume(set, set.admin, role, input))).toMatchObject({
      name: 'ValidationError',
      status: 400,
      message: expect.stringContaining(mentioned) as string,
    });
  });
});
