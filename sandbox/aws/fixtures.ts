import type { Account, NewKey, Role } from './world.ts';
import type { AwsStandIn } from './stand-in.ts';
import type { PolicyDocument } from './policy/document.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import type { PolicyPrincipal } from '../../src/domain/policy.ts';

/** A key to paste in the sandbox, and what will come of it. */
export interface SampleKey extends NewKey {
  readonly label: string;
  readonly about: string;
  readonly accountId: string;
}

/** Everything the sandbox page offers a visitor. */
export interface SampleWorld {
  readonly keys: {
    readonly good: SampleKey;
    readonly admin: SampleKey;
    readonly inactive: SampleKey;
    readonly root: SampleKey;
    readonly quarantined: SampleKey;
    readonly wrongSecret: SampleKey;
    readonly noPermissions: SampleKey;
    readonly console: SampleKey;
    readonly old: SampleKey;
    readonly denyBySourceIp: SampleKey;
    readonly otherAccount: SampleKey;
    readonly canary: SampleKey;
  };
  /** Rekey's own identity: it may assume any role that trusts it. */
  readonly host: SampleKey & { readonly arn: string };
  /** The account in which a visitor tries the role method. */
  readonly customer: Account;
  /** A role that asks for no external id; connecting it must be refused. */
  readonly openRole: Role;
  /** Makes the role a customer would make: it trusts the host identity with this external id. */
  readonly createRoleFor: (externalId: string) => Role;
}

const day = 24 * 60 * 60_000;

/** Attaches exactly what Rekey asks for to verify a connection and take stock; the ARNs of those policies. */
export function stockTaking(account: Account, principal: PolicyPrincipal, name: string): string[] {
  const target = { partition: account.partition, accountId: account.id, principal };
  const documents = policiesFor(['verify', 'inventory'], target);
  return documents.map((document, index) => account.addPolicy(`${name}-${index + 1}`, document).arn);
}

const officeOnly: PolicyDocument = {
  Version: '2012-10-17',
  Statement: {
    Sid: 'OfficeOnly',
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
  },
};

/** Fills a stand-in with the sample accounts, and tells their keys. */
export function seedSampleWorld(standIn: AwsStandIn): SampleWorld {
  const { world } = standIn;
  const now = world.clock();
  const main = world.addAccount({ alias: 'acme-production', createdAt: now - 1000 * day });
  const other = world.addAccount({ alias: 'acme-staging', createdAt: now - 1000 * day });
  const customer = world.addAccount({ alias: 'globex', createdAt: now - 1000 * day });
  const home = world.addAccount({ alias: 'rekey-home', createdAt: now - 1000 * day });
  // Written with the variable for one's own name, one policy serves every user of an account.
  const anyUser: PolicyPrincipal = { kind: 'user', arn: null };
  const attached = stockTaking(main, anyUser, 'rekey');
  const sample = (account: Account, key: NewKey, label: string, about: string): SampleKey => ({
    label,
    about,
    accountId: account.id,
    accessKeyId: key.accessKeyId,
    secretAccessKey: key.secretAccessKey,
  });

  const robot = main.addUser('rekey-reader', {
    attached,
    createdAt: now - 40 * day,
    tags: { team: 'platform' },
  });
  const administrator = main.addUser('alice', {
    attached: ['AdministratorAccess'],
    createdAt: now - 300 * day,
  });
  const leaver = main.addUser('bob', { attached, createdAt: now - 500 * day });
  const leaked = main.addUser('build-server', {
    attached: [...attached, 'AWSCompromisedKeyQuarantineV3'],
    createdAt: now - 60 * day,
  });
  const mistyped = main.addUser('carol', { attached, createdAt: now - 10 * day });
  const nobody = main.addUser('dave', { createdAt: now - 5 * day });
  const person = main.addUser('erin', { attached, consolePassword: true, createdAt: now - 90 * day });
  const veteran = main.addUser('legacy-backup', { attached, createdAt: now - 800 * day });
  const office = main.addUser('frank', {
    attached,
    inline: { 'office-only': officeOnly },
    createdAt: now - 25 * day,
  });
  const neighbour = other.addUser('rekey-reader', {
    attached: stockTaking(other, anyUser, 'rekey'),
    createdAt: now - 45 * day,
  });
  const host = home.addUser('rekey-host', {
    inline: {
      'assume-roles': {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
      },
    },
  });
  customer.addUser('deploy', { createdAt: now - 200 * day }).addKey({ createdAt: now - 120 * day });

  const trust = (condition: Record<string, Record<string, string>>): PolicyDocument => ({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: host.arn },
      Action: 'sts:AssumeRole',
      Condition: condition,
    },
  });
  const addRole = (name: string, document: PolicyDocument): Role => {
    const arn = customer.arn(`role/${name}`);
    return customer.addRole(name, {
      trust: document,
      attached: stockTaking(customer, { kind: 'role', arn }, name),
    });
  };
  let roles = 0;
  return {
    keys: {
      good: sample(
        main,
        robot.addKey({ createdAt: now - 30 * day }),
        'Good',
        'May verify and take stock; nothing to complain about.',
      ),
      admin: sample(
        main,
        administrator.addKey({ createdAt: now - 20 * day }),
        'Administrator',
        'Works, with a warning: it may do anything.',
      ),
      inactive: sample(
        main,
        leaver.addKey({ status: 'Inactive', createdAt: now - 200 * day }),
        'Inactive',
        'Switched off in IAM; AWS calls it an invalid token.',
      ),
      root: sample(
        main,
        main.addRootKey({ createdAt: now - 900 * day }),
        'Root',
        "The account's root user; always refused.",
      ),
      quarantined: sample(
        main,
        leaked.addKey({ createdAt: now - 60 * day }),
        'Quarantined',
        'AWS found it in public and put its quarantine policy on the user.',
      ),
      wrongSecret: {
        ...sample(
          main,
          mistyped.addKey({ createdAt: now - 10 * day }),
          'Wrong secret',
          'A real key id with the secret of another key.',
        ),
        secretAccessKey: world.ids.secretAccessKey(),
      },
      noPermissions: sample(
        main,
        nobody.addKey({ createdAt: now - 5 * day }),
        'No permissions',
        'Proves who it is and may do nothing.',
      ),
      console: sample(
        main,
        person.addKey({ createdAt: now - 15 * day }),
        'Console user',
        'Its user also signs in to the console with a password.',
      ),
      old: sample(
        main,
        veteran.addKey({
          createdAt: now - 400 * day,
          lastUsed: { at: now - 3 * day, service: 's3', region: 'N/A' },
        }),
        'Old',
        'Made 400 days ago: older than the policy allows.',
      ),
      denyBySourceIp: sample(
        main,
        office.addKey({ createdAt: now - 25 * day }),
        'Denied by address',
        'A policy denies everything from outside 203.0.113.0/24.',
      ),
      otherAccount: sample(
        other,
        neighbour.addKey({ createdAt: now - 45 * day }),
        'Other account',
        'A good key of a second account.',
      ),
      canary: {
        label: 'Canary',
        about: 'The id names an account known for decoy keys: refused before any call.',
        accountId: '171436882533',
        // A published id of that account; it is not known here, and neither is its secret.
        accessKeyId: 'AKIASP2TPHJSQH3FJRUX',
        secretAccessKey: world.ids.secretAccessKey(),
      },
    },
    host: {
      ...sample(home, host.addKey(), 'Host identity', "Rekey's own identity, which assumes roles."),
      arn: host.arn,
    },
    customer,
    openRole: addRole('rekey-open', trust({})),
    createRoleFor: (externalId) => {
      roles += 1;
      return addRole(`rekey-${roles}`, trust({ StringEquals: { 'sts:ExternalId': externalId } }));
    },
  };
}
