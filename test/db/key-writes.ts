import * as fc from 'fast-check';
import type { FindingCode } from '../../src/domain/finding.ts';
import type { OwnerRef } from '../../src/domain/owner.ts';
import { ANY_KEY, type KeyFilter } from '../../src/ports/inventory.ts';
import type { Stores, Write } from '../../src/ports/stores.ts';
import {
  account,
  choices,
  keptPolicy,
  key,
  keyEvent,
  ownerRule,
  snooze,
  standing,
  toldOf,
  user,
} from './key-samples.ts';

type MakeWrites = (stores: Stores) => readonly Write[];
type Read = (stores: Stores) => Promise<unknown>;

// Few ids and small numbers, so that writes often meet. An account's keys begin with its id.
const accountId = fc.constantFrom('1', '2');
const name = fc.constantFrom('a', 'A', 'b%', '_', 'é', 'É', '🍏', '\\', 'ab');
const small = fc.integer({ min: 0, max: 3 });
const maybe = fc.option(small, { freq: 1 });
const code = fc.constantFrom<FindingCode>('unused', 'over_age', 'root_key');
const owner = fc.oneof(
  name.map((userId): OwnerRef => ({ kind: 'user', userId })),
  name.map((groupId): OwnerRef => ({ kind: 'group', groupId })),
);
const anId = fc.tuple(accountId, name).map(([account, rest]) => ({
  accountId: account,
  accessKeyId: `${account}${rest}`,
}));

const aUser = fc
  .tuple(accountId, name, name, small, maybe)
  .map(([account, userId, userName, firstSeenAt, goneAt]) =>
    user({ accountId: account, userId, userName, firstSeenAt, goneAt }),
  );
const aKey = fc
  .tuple(anId, name, name, maybe, maybe, fc.constantFrom('Active', 'Inactive'))
  .map(([id, userId, userName, createdAt, goneAt, status]) =>
    key({ ...id, userId, userName, createdAt, goneAt, status }),
  );
const aStanding = fc
  .tuple(anId, small, fc.array(code, { maxLength: 3 }), fc.array(owner, { maxLength: 2 }), maybe)
  .map(([id, urgency, codes, owners, snoozedUntil]) =>
    standing(id.accessKeyId, urgency, codes, owners, { accountId: id.accountId, snoozedUntil }),
  );
const aMark = fc
  .tuple(anId, code, small, small)
  .map(([id, finding, stage, at]) =>
    toldOf({ accountId: id.accountId, subject: id.accessKeyId, finding, stage: `${stage}`, at }),
  );

/** Any change of the stores of keys. */
export const aKeyWrite: fc.Arbitrary<MakeWrites> = fc.oneof(
  fc
    .tuple(accountId, small, fc.boolean())
    .map(([id, version, fresh]): MakeWrites => ({ inventory: { accounts } }) => [
      fresh
        ? accounts.insert(account({ accountId: id, version }))
        : accounts.update(account({ accountId: id, version })),
    ]),
  accountId.map(
    (id): MakeWrites =>
      ({ inventory }) =>
        inventory.accounts.forget(id),
  ),
  accountId.map((id): MakeWrites => ({ inventory }) => [inventory.accounts.stillKept(id)]),
  small.map((at): MakeWrites => ({ inventory }) => [inventory.keys.removeGone(at)]),
  fc.constant<MakeWrites>(({ inventory }) => [inventory.told.removeGone()]),
  fc.array(aUser, { maxLength: 4 }).map((users): MakeWrites => ({ inventory }) => [
    inventory.users.put(users),
  ]),
  fc.array(aKey, { maxLength: 5 }).map((keys): MakeWrites => ({ inventory }) => [inventory.keys.put(keys)]),
  fc.array(aStanding, { maxLength: 5 }).map((standings): MakeWrites => ({ inventory }) => [
    inventory.standings.put(standings),
  ]),
  fc
    .tuple(anId, small, fc.boolean())
    .map(([id, version, fresh]): MakeWrites => ({ inventory: { keyChoices } }) => [
      fresh ? keyChoices.insert(choices({ ...id, version })) : keyChoices.update(choices({ ...id, version })),
    ]),
  fc.tuple(name, anId, small).map(([id, of, until]): MakeWrites => ({ inventory }) => [
    inventory.snoozes.add(snooze({ id, ...of, until })),
  ]),
  fc.tuple(name, small).map(([id, at]): MakeWrites => ({ inventory }) => [
    inventory.snoozes.end(id, at, 'U1'),
  ]),
  fc
    .tuple(anId, fc.array(fc.tuple(name, small), { maxLength: 3 }))
    .map(([of, events]): MakeWrites => ({ inventory }) => [
      inventory.keyHistory.add(
        of.accountId,
        events.map(([id, at]) => keyEvent({ id, at, accessKeyId: of.accessKeyId })),
      ),
    ]),
  small.map((at): MakeWrites => ({ inventory }) => [inventory.keyHistory.removeBefore(at)]),
  fc
    .tuple(name, small, fc.boolean())
    .map(([connectionId, version, fresh]): MakeWrites => ({ inventory: { keyPolicies } }) => [
      fresh
        ? keyPolicies.insert(keptPolicy({ connectionId, version }))
        : keyPolicies.update(keptPolicy({ connectionId, version })),
    ]),
  fc.tuple(name, name).map(([id, pattern]): MakeWrites => ({ inventory }) => [
    inventory.ownerRules.insert(ownerRule({ id, pattern })),
  ]),
  name.map((id): MakeWrites => ({ inventory }) => [inventory.ownerRules.remove(id)]),
  aMark.map((mark): MakeWrites => ({ inventory }) => [inventory.told.insert(mark)]),
  fc.tuple(aMark, small).map(([mark, at]): MakeWrites => ({ inventory }) => [
    inventory.told.move(mark, { ...mark, stage: 'moved', at }),
  ]),
  aMark.map(({ subject, finding }): MakeWrites => ({ inventory }) => [
    inventory.told.remove(subject, finding),
  ]),
);

const FILTERS: readonly Partial<KeyFilter>[] = [
  {},
  { accountId: '1' },
  { userName: 'A' },
  { userName: 'É' },
  { userName: '%' },
  { userName: '_' },
  { userName: '\\' },
  { accessKeyId: '1*A' },
  { owner: { kind: 'user', userId: 'a' } },
  { status: 'Active', createdBefore: 2 },
  { findings: ['unused'], snoozed: false },
  { snoozed: true },
];

const SOME_KEYS = ['2é', '1a', '1A', '2a', '1_', '1🍏', '2\\'];
const SOME_PLACE = { urgency: 1, accessKeyId: '1a' };

/** Everything the stores of keys can be asked. */
export const KEY_READS: readonly Read[] = [
  ({ inventory }) => inventory.accounts.list(),
  ({ inventory }) => inventory.users.page('1', 'A', 9),
  ({ inventory }) => inventory.users.byName('1', 'a'),
  ({ inventory }) => inventory.users.count('2'),
  ({ inventory }) => inventory.keys.page('1', null, 99),
  ({ inventory }) => inventory.keys.ofUsers('1', ['é', 'b%', 'a', 'A', '🍏', '_']),
  ({ inventory }) => inventory.keys.count('2'),
  ...FILTERS.flatMap((part): Read[] => {
    const filter = { ...ANY_KEY, ...part };
    return [
      ({ inventory }) => inventory.standings.page(filter, null, 99),
      ({ inventory }) => inventory.standings.count(filter),
    ];
  }),
  ({ inventory }) => inventory.standings.page(ANY_KEY, { after: SOME_PLACE }, 2),
  ({ inventory }) => inventory.standings.page({ ...ANY_KEY, accountId: '1' }, { before: SOME_PLACE }, 2),
  ({ inventory }) => inventory.standings.countByFinding(null),
  ({ inventory }) => inventory.standings.countByFinding('2'),
  ({ inventory }) => inventory.keyChoices.ofKeys(SOME_KEYS),
  ({ inventory }) => inventory.snoozes.runningOf(SOME_KEYS, 1),
  ({ inventory }) => inventory.keyHistory.ofKey('1a', 9),
  ({ inventory }) => inventory.keyPolicies.ofConnection('a'),
  ({ inventory }) => inventory.ownerRules.list(),
  ({ inventory }) => inventory.told.ofSubjects(SOME_KEYS),
];
