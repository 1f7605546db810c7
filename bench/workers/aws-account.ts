// One large account of AWS in a process of its own: it tells its requests so far, and changes some users when asked.
import { AwsStandIn } from '../../sandbox/aws/stand-in.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import { change, fill } from '../../test/pollers/many-users.ts';
import { answering } from './answering.ts';

export interface AccountQuestion {
  /** How many users change, after the clock was put forward by so much; ms. */
  readonly change: number;
  readonly forwardMs: number;
}

export interface AccountAnswer {
  readonly url: string;
  readonly accountId: string;
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Since the last question. */
  readonly requests: number;
}

const [users = 0, keys = 0] = process.argv.slice(2).map(Number);
let ahead = 0;
const standIn = await AwsStandIn.start({ clock: () => Date.now() + ahead, wireClock: () => Date.now() });
const account = standIn.world.addAccount();
const made = fill(account, { users, keys }, Date.now());
const documents = policiesFor(['verify', 'inventory'], {
  partition: account.partition,
  accountId: account.id,
  principal: { kind: 'user', arn: null },
});
const attached = documents.map((document, at) => account.addPolicy(`bench-${at}`, document).arn);
const key = account.addUser('rekey', { attached }).addKey();

answering((question: AccountQuestion): Promise<AccountAnswer> => {
  const requests = standIn.requests.length;
  standIn.requests.clear();
  ahead += question.forwardMs;
  if (question.change > 0) change(account, made, question.change, Date.now() + ahead);
  const { accessKeyId, secretAccessKey } = key;
  return Promise.resolve({
    url: standIn.url,
    accountId: account.id,
    key: { accessKeyId, secretAccessKey },
    requests,
  });
});
