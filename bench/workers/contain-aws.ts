// AWS in a process of its own, with users to be contained: it tells when key and deny of each were changed.
import { AwsStandIn } from '../../sandbox/aws/stand-in.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import { answering } from './answering.ts';
import { moment } from './moment.ts';

export interface ContainAwsQuestion {
  /** So many users more, each with a key. */
  readonly users?: number;
  /** Waits until both effects of all of these, by key, are there. */
  readonly until?: readonly string[];
}

export interface Victim {
  readonly userName: string;
  readonly accessKeyId: string;
}

export interface ContainAwsAnswer {
  readonly url: string;
  /** May contain. */
  readonly guard: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly victims: readonly Victim[];
  /** When the later of the two effects arrived, in the order of `until`; ms since 1970, with fractions. */
  readonly sentAt: readonly number[];
}

const MOST_MS = 120_000;
const LOOK_MS = 5;
const DAY_MS = 86_400_000;

const standIn = await AwsStandIn.start();
const account = standIn.world.addAccount({ alias: 'bench', createdAt: Date.now() - 100 * DAY_MS });
const documents = policiesFor(['verify', 'contain'], {
  partition: account.partition,
  accountId: account.id,
  principal: { kind: 'user', arn: null },
});
const attached = documents.map((document, at) => account.addPolicy(`bench-${at}`, document).arn);
const guard = account.addUser('guard', { attached }).addKey({ createdAt: Date.now() - DAY_MS });
/** By key: when it was made Inactive, and when its user was denied. */
const changed = new Map<string, { off: number | null; denied: number | null }>();
let users = 0;

answering(async ({ users: more = 0, until = [] }: ContainAwsQuestion): Promise<ContainAwsAnswer> => {
  const victims = Array.from({ length: more }, () => victim());
  const patience = moment() + MOST_MS;
  const isThere = (id: string): boolean => {
    const { off, denied } = changed.get(id) ?? {};
    return typeof off === 'number' && typeof denied === 'number';
  };
  while (!until.every(isThere)) {
    if (moment() > patience) throw new Error('Not everything was contained');
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_MS);
    });
  }
  const sentAt = until.map((id) => {
    const { off, denied } = changed.get(id) ?? {};
    return Math.max(off ?? 0, denied ?? 0);
  });
  const { accessKeyId, secretAccessKey } = guard;
  return { url: standIn.url, guard: { accessKeyId, secretAccessKey }, victims, sentAt };
});

function victim(): Victim {
  users += 1;
  const user = account.addUser(`victim-${users}`, { attached: ['ReadOnlyAccess'] });
  const { accessKeyId } = user.addKey({ createdAt: Date.now() - DAY_MS });
  const marks: { off: number | null; denied: number | null } = { off: null, denied: null };
  changed.set(accessKeyId, marks);
  const key = user.keys.get(accessKeyId);
  const change = key.change.bind(key);
  key.change = (...given) => {
    marks.off ??= moment();
    change(...given);
  };
  const attach = user.policies.attach.bind(user.policies);
  user.policies.attach = (...given) => {
    marks.denied ??= moment();
    return attach(...given);
  };
  return { userName: user.name, accessKeyId };
}
