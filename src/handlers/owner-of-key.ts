import type { IamUser, InventoryKey } from '../domain/inventory.ts';
import { tagNamed } from '../domain/kind-of-key.ts';
import { ruleFor } from '../domain/owner-rules.ts';
import { isEmail, readOwnerTag, type Named } from '../domain/owner-tag.ts';
import type { OwnerRef, Ownership } from '../domain/owner.ts';
import { RekeyError } from '../errors.ts';
import type { Person } from '../ports/slack.ts';
import { keyTags } from './key-settings.ts';
import type { Services } from './services.ts';

/** How old Slack's word on a person may be. */
const PERSON_MS = 3_600_000;

/** What the question is about; `before` is the last answer, which outlives a failure to ask. */
export interface OwnedKey {
  readonly key: Pick<InventoryKey, 'accountId' | 'userName'>;
  readonly user: Pick<IamUser, 'tags'> | null;
  /** Whom somebody set on the key in Slack, or null. */
  readonly chosen: readonly OwnerRef[] | null;
  readonly before: Ownership | null;
}

export type OwnerFinder = (key: OwnedKey) => Promise<Ownership>;

/** One step's answer: owners, nobody (`why`), or that it could not be asked. */
type Answer = { readonly owners: readonly OwnerRef[] } | { readonly why: string; readonly failed: boolean };

/**
 * Finds who answers for a key: whom somebody set in Slack, a tag of the user, the mapping, the user's own name or e-mail
 * address, in that order. Deactivated people, guests, bots and people of other workspaces are no owners. A question that
 * fails is not answered by a later step: the owner from before stands, or is unknown. For one batch: settings and names
 * are read once.
 */
export async function ownerFinder(services: Services): Promise<OwnerFinder> {
  const [tags, rules] = await Promise.all([keyTags(services), services.stores.inventory.ownerRules.list()]);
  const asked = new Map<string, Promise<Answer>>();
  const byTag = (value: string): Promise<Answer> => {
    const known = asked.get(value) ?? ownersNamed(services, readOwnerTag(value));
    asked.set(value, known);
    return known;
  };

  return async ({ key, user, chosen, before }) => {
    const reasons: string[] = [];
    const failure = (why: string): Ownership =>
      before?.known === true ? before : { known: false, why, failed: true };

    if (chosen !== null && chosen.length > 0) {
      const answer = await validOwners(services, chosen);
      if ('owners' in answer) return { known: true, owners: answer.owners, from: 'key' };
      // They were members when they were set.
      if (answer.failed) return { known: true, owners: chosen, from: 'key' };
      return { known: false, why: answer.why };
    }

    if (user?.tags.known === true) {
      for (const name of tags.owners) {
        const value = tagNamed(user.tags.value, name)?.trim() ?? '';
        if (value === '') continue;
        const answer = await byTag(value);
        if ('owners' in answer) return { known: true, owners: answer.owners, from: 'tag' };
        if (answer.failed) return failure(answer.why);
        reasons.push(`tag ${name}: ${answer.why}`);
      }
    } else if (before?.known === true && before.from === 'tag') {
      return before;
    }

    const rule = ruleFor(rules, key.accountId, key.userName);
    if (rule !== null) {
      const answer = await validOwners(services, rule.owners);
      if ('owners' in answer) return { known: true, owners: answer.owners, from: 'mapping' };
      if (answer.failed) return failure(answer.why);
      reasons.push(`rule ${rule.pattern}: ${answer.why}`);
    }

    const answer = await sameName(services, key.userName);
    if ('owners' in answer) {
      return { known: true, owners: answer.owners, from: isEmail(key.userName) ? 'email' : 'name' };
    }
    if (answer.failed) return failure(answer.why);
    if (user?.tags.known !== true) {
      return failure(
        user === null ? 'the user was not read' : `its tags could not be read: ${user.tags.why}`,
      );
    }
    if (reasons.length > 0) return { known: false, why: reasons.join('; ') };
    return { known: false, why: `no tag ${tags.owners.join(' or ')}, no rule, and ${answer.why}` };
  };
}

/** Those of these who can be owners. */
async function validOwners(services: Services, owners: readonly OwnerRef[]): Promise<Answer> {
  return joined(
    await Promise.all(
      owners.map(async (owner) =>
        owner.kind === 'group' ? { owners: [owner] } : byId(services, owner.userId),
      ),
    ),
  );
}

async function ownersNamed(services: Services, names: readonly Named[]): Promise<Answer> {
  return joined(
    await Promise.all(
      names.map(async (name) => {
        switch (name.kind) {
          case 'id':
            return byIdOrName(services, name.id);
          case 'email':
            return byEmail(services, name.email);
          case 'name':
            return byName(services, name.name);
        }
      }),
    ),
  );
}

/** All that were found; only when there are none, why. */
function joined(answers: readonly Answer[]): Answer {
  const owners = answers.flatMap((answer) => ('owners' in answer ? answer.owners : []));
  const not = answers.flatMap((answer) => ('owners' in answer ? [] : [answer]));
  // With one of them unknown the list may be short: what is known of it stands.
  if (owners.length > 0) return { owners: owners.filter((owner, at) => isFirst(owner, at, owners)) };
  const failed = not.some((answer) => answer.failed);
  return { why: not.map(({ why }) => why).join('; ') || 'it names nobody', failed };
}

function isFirst(owner: OwnerRef, at: number, owners: readonly OwnerRef[]): boolean {
  return owners.findIndex((each) => JSON.stringify(each) === JSON.stringify(owner)) === at;
}

/** The user's own name: an address, or the handle of one person. A name people choose themselves proves nothing. */
async function sameName(services: Services, userName: string): Promise<Answer> {
  if (isEmail(userName)) return byEmail(services, userName);
  return asking(async () => {
    const found = (await services.people.named(userName)).filter(({ by }) => by === 'handle');
    return one(services, found, 'nobody in Slack has the user’s name');
  });
}

async function byId(services: Services, userId: string): Promise<Answer> {
  return asking(async () => {
    try {
      return one(services, [await services.people.person(userId, PERSON_MS)], '');
    } catch (error) {
      const gone = error instanceof RekeyError && error.code === 'forbidden';
      if (gone) return { why: `${userId} is nobody in this workspace`, failed: false };
      throw error;
    }
  });
}

/** `SECURITY` has the shape of a group's id, and may be a name. */
async function byIdOrName(services: Services, id: string): Promise<Answer> {
  const answer = id.startsWith('S') ? await byGroup(services, id) : await byId(services, id);
  if ('owners' in answer || answer.failed) return answer;
  const named = await byName(services, id);
  return 'owners' in named ? named : answer;
}

async function byGroup(services: Services, groupId: string): Promise<Answer> {
  return asking(async () => {
    const [group] = await services.people.groupsNamed(groupId);
    if (group === undefined) return { why: `there is no user group ${groupId}`, failed: false };
    return { owners: [{ kind: 'group', groupId: group.groupId }] };
  });
}

async function byEmail(services: Services, email: string): Promise<Answer> {
  return asking(async () => {
    const person = await services.people.withEmail(email);
    return one(services, person === null ? [] : [person], `nobody in Slack has the address ${email}`);
  });
}

/** A person's name, or the handle of a user group; a name that several have names nobody. */
async function byName(services: Services, name: string): Promise<Answer> {
  return asking(async () => {
    const people = await services.people.named(name);
    const person = one(services, people, `nobody in Slack is called ${name}`);
    if ('owners' in person || people.length > 0) return person;
    try {
      const [group] = await services.people.groupsNamed(name);
      return group === undefined ? person : { owners: [{ kind: 'group', groupId: group.groupId }] };
    } catch (error) {
      // Without groups there is none of that name; that Slack did not answer is another matter.
      if (error instanceof RekeyError && error.code === 'not_found') return person;
      throw error;
    }
  });
}

function one(services: Services, people: readonly Person[], nobody: string): Answer {
  const different = new Map(people.map((person) => [person.userId, person]));
  const fit = [...different.values()].filter((person) => whyNot(services, person) === null);
  const [person] = fit;
  if (person !== undefined && fit.length === 1) return { owners: [{ kind: 'user', userId: person.userId }] };
  if (fit.length > 1) return { why: `${fit.length} people are called ${fit[0]?.name ?? ''}`, failed: false };
  const [unfit] = different.values();
  const why = unfit === undefined ? nobody : `${unfit.name} ${whyNot(services, unfit) ?? ''}`;
  return { why, failed: false };
}

/** Why somebody cannot be an owner, or null. */
function whyNot({ teamId }: Services, person: Person): string | null {
  if (person.teamId !== teamId || person.stranger) return 'is of another workspace';
  if (person.deactivated) return 'is deactivated in Slack';
  if (person.bot) return 'is a bot';
  return person.guest ? 'is a guest' : null;
}

/** What Slack cannot tell for good is nobody (with how to mend it); what it did not tell now is unknown. */
async function asking(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    const why = `${error.message}${error.code === 'not_found' && error.next ? ` ${error.next}` : ''}`;
    return { why, failed: error.code !== 'not_found' };
  }
}
