import { connectedTo } from '../key-policy.ts';
import type { Connection } from '../../domain/connection.ts';
import { wasStolen } from '../../domain/containment-reasons.ts';
import { hasDenyAll, type ContainedLook } from '../../domain/containment-steps.ts';
import type { Containment } from '../../domain/containment.ts';
import { quarantinePolicies } from '../../domain/quarantine.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Containing } from './containing.ts';
import { handsOf, signersFor, type Hands, type OpenedTools } from './hands.ts';
import { lookAtUser } from './look-user.ts';

/** What was found: the containment with its user as it was before us. */
export type Found = Containment & { readonly userName: string };

/** The same, with the look it was read from and who may act: what is wanted can be sent from there, without another look. */
export interface FoundUser {
  readonly found: Found;
  readonly look: ContainedLook;
  readonly hands: Hands;
}

/**
 * Whose key it is, and how the user stands before anything is changed. Throws RekeyError `needs_person` or `not_found`
 * when that cannot be found, or nobody may act on it; AwsFailure when AWS could not be asked.
 */
export async function findUser(
  services: Containing,
  containment: Containment,
  signal: AbortSignal,
): Promise<FoundUser> {
  const kept = await services.stores.inventory.keys.byId(containment.accessKeyId);
  const known = kept === null ? null : { userName: kept.userName, userId: kept.userId };
  const accounts = await accountsOf(services, containment);
  let failure: Error | null = null;
  for (const connections of accounts) {
    const [first] = connections;
    if (first === undefined) continue;
    const opened: OpenedTools = new Map();
    const hands = handsOf(services, connections, signal, opened);
    const here = { ...containment, accountId: first.accountId, partition: first.partition };
    try {
      const whose = await whoseKey(hands, here, known, signal);
      const mine = { ...here, userName: whose.userName };
      const { found, look } = await before(services, hands, mine, { known, whose }, signal);
      const able = await mayAct(services, found);
      return { found, look, hands: handsOf(services, able, signal, opened) };
    } catch (error) {
      // In an account that is not the key's, AWS refuses to tell.
      if (accounts.length === 1) throw error;
      if (!(error instanceof Error)) throw error;
      // One that could not be asked may be the key's: what the others say is no answer then.
      if (failure === null || (isNo(failure) && !isNo(error))) failure = error;
    }
  }
  if (failure !== null && !isNo(failure)) throw failure;
  throw new RekeyError('not_found', `No connected account knows the key ${containment.accessKeyId}.`, {
    next: 'Its ID is of the old kind that does not tell its account. Ask whoever runs the AWS accounts.',
  });
}

/** The connections of the account, by the key's ID; of all accounts where the ID does not tell. Those that may first. */
async function accountsOf(
  services: Containing,
  containment: Containment,
): Promise<readonly (readonly Connection[])[]> {
  const all = await services.stores.connections.list();
  const ids =
    containment.accountId === ''
      ? [...new Set(all.map(({ accountId }) => accountId))]
      : [containment.accountId];
  return ids.map((accountId) => connectedTo(all, accountId)).filter((ours) => ours.length > 0);
}

/** What the inventory keeps of the key's user; it may have been renamed since. */
type Known = { readonly userName: string; readonly userId: string } | null;

/** Whose key it is. `unsure`: AWS could not be asked (a failure), or knows no such key any more (`gone`); the name is then the inventory's. */
interface Whose {
  readonly userName: string;
  readonly unsure: AwsFailure | 'gone' | null;
}

/** AWS is asked first; where it does not answer, the name that the inventory has will do if its user has the key. */
async function whoseKey(hands: Hands, here: Containment, known: Known, signal: AbortSignal): Promise<Whose> {
  try {
    return { userName: await userOfKey(hands, here, signal), unsure: null };
  } catch (error) {
    if (known === null) throw error;
    if (error instanceof AwsFailure) return { userName: known.userName, unsure: error };
    if (error instanceof RekeyError && error.code === 'not_found') {
      return { userName: known.userName, unsure: 'gone' };
    }
    throw error;
  }
}

/** Throws `not_found` in an account that does not know the key, `needs_person` for a root key. */
async function userOfKey(hands: Hands, containment: Containment, signal: AbortSignal): Promise<string> {
  const { accessKeyId, accountId } = containment;
  try {
    const { userName } = await hands(({ iam }) => iam.accessKeyLastUsed(accessKeyId, signal));
    if (userName !== null) return userName;
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.code !== 'no_such_entity') throw error;
    throw new RekeyError('not_found', `The account ${accountId} has no key ${accessKeyId} (any more).`, {
      next: `A key that does not exist cannot be used. ${
        wasStolen(containment)
          ? 'Sessions that were made with it may live up to 36 hours: find its user in CloudTrail, and attach AWSDenyAll to it.'
          : 'Look whether it was copied whole.'
      }`,
    });
  }
  throw new RekeyError('needs_person', 'This key belongs to the root user of the account.', {
    next: 'No policy can deny root, and nobody else can switch its keys off. Sign in as root and make the key Inactive under “My security credentials”; in an organization, its management account can remove root’s keys (centralized root access). Then call AWS support: whoever has this key owns the account.',
  });
}

/** How the user stands before us. */
async function before(
  services: Containing,
  hands: Hands,
  containment: Found,
  { known, whose }: { readonly known: Known; readonly whose: Whose },
  signal: AbortSignal,
): Promise<Pick<FoundUser, 'found' | 'look'>> {
  const { accessKeyId, userName, partition } = containment;
  const { look, user, unread } = await lookAtUser(services, hands, containment, signal, containment);
  // Whose key it is must be sure where its user does not show it.
  if (unread !== null && whose.unsure !== null) throw unread;
  const { keys, attached } = look;
  const listed = keys?.find((each) => each.accessKeyId === accessKeyId);
  // A key never changes hands: whoever has it in the list is its user.
  const isOther =
    keys !== null && listed === undefined && known !== null && user !== null && user.userId !== known.userId;
  if (look.user === 'gone' || isOther) throw notThere(userName, accessKeyId, isOther, whose);
  const stolen = wasStolen(containment);
  if (keys !== null && listed === undefined) await refuseUnlisted(hands, containment, stolen, signal);
  const found: Found = {
    ...containment,
    userId: user?.userId ?? known?.userId ?? null,
    userArn: user?.arn ?? null,
    keys: [{ accessKeyId, before: keys === null ? 'unread' : (listed?.status ?? 'gone') }],
    deniedBefore: attached === null ? null : hasDenyAll(attached, partition),
    deny: stolen ? { way: 'attached', attached: false, inline: false } : null,
    quarantine: quarantinePolicies(attached ?? []),
    seenKeys: (keys ?? []).map((each) => each.accessKeyId),
    seenPolicies: (attached ?? []).map(({ arn }) => arn),
    seenInline: look.inline ?? null,
  };
  return { found, look };
}

/** Who may act on the user; refused when nobody but itself could. */
async function mayAct(services: Containing, found: Found): Promise<readonly Connection[]> {
  const { able, same } = await signersFor(services, found);
  if (able.length > 0) return able;
  const { userName } = found;
  const [one] = same;
  throw new RekeyError(
    'needs_person',
    `This key belongs to the user ${userName}, whom Rekey itself signs as${one === undefined ? '' : ` (“${one.name}”)`}: it would lock itself out half-way.`,
    {
      next: `Connect the account ${found.accountId} a second time, by a role or another user, with the capability contain, and try again. Until then, make the key Inactive in the IAM console.`,
    },
  );
}

/** The name leads to no user, or to another: that says little as long as AWS was not asked whose key it is by now. */
function notThere(
  userName: string,
  accessKeyId: string,
  isOther: boolean,
  { unsure }: Whose,
): RekeyError | AwsFailure {
  const seen = isOther
    ? `Another user has the name ${userName} by now`
    : `There is no user ${userName} any more`;
  if (unsure === null) {
    const said = 'the user whose key it is by IAM is not there yet';
    return new AwsFailure({ code: 'aws_down', action: 'iam:GetUser', said });
  }
  if (unsure !== 'gone') {
    if (!unsure.code.startsWith('denied_')) return unsure;
    return new RekeyError('needs_person', `${seen}, and AWS does not let Rekey ask whose key it is.`, {
      next: `The user may have been renamed. Give a connection the right iam:GetAccessKeyLastUsed (the capability contain), and try again; or find the user of ${accessKeyId} in the IAM console.`,
    });
  }
  return new RekeyError('not_found', `${seen}, and IAM knows no key ${accessKeyId} any more.`, {
    next: 'A key that does not exist cannot be used, and with its user the rights of its sessions are gone. If the user was renamed (UpdateUser in CloudTrail), sessions made with the key may live up to 36 hours: attach AWSDenyAll to it.',
  });
}

/** Not in the list: it is gone, which only its user need be denied for; or the list lags, and is read again. */
async function refuseUnlisted(
  hands: Hands,
  { accessKeyId, userName }: Found,
  stolen: boolean,
  signal: AbortSignal,
): Promise<void> {
  const action = 'iam:ListAccessKeys';
  try {
    await hands(({ iam }) => iam.accessKeyLastUsed(accessKeyId, signal));
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.code !== 'no_such_entity') throw error;
    if (stolen) return;
    throw new RekeyError('not_found', `The key ${accessKeyId} of ${userName} does not exist any more.`, {
      next: 'A key that does not exist cannot be used.',
    });
  }
  throw new AwsFailure({ code: 'aws_down', action, said: 'the key is not in the list of its user yet' });
}

function isNo(error: unknown): boolean {
  return (
    (error instanceof AwsFailure && error.code.startsWith('denied_')) ||
    (error instanceof RekeyError && error.code === 'not_found')
  );
}
