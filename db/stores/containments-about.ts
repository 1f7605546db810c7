import { and, eq, isNotNull, like, or, sql, type SQL } from 'drizzle-orm';
import type { ContainmentSubject } from '../../src/ports/containments.ts';
import type { Engine } from '../engine.ts';
import { prepared } from '../prepared.ts';

type Table = Engine['tables']['containments'];
type Row = Readonly<Record<string, unknown>>;
type Query = ReturnType<typeof prepared<Table>>;

/** Names and ids as AWS makes them: nothing that JSON, or LIKE but for `_`, writes otherwise. */
const PLAIN = /^[\w+=,.@-]+$/;

/** One of the things a row may have to be about a key or user. */
interface Trait {
  readonly name: string;
  readonly value: string;
  readonly isIn: (t: Table, value: SQL) => SQL | undefined;
}

/**
 * What is open and may be about a key or user, in no order: all of it, and perhaps more. Which traits are known decides
 * what is asked; each such query is built once.
 */
export function openAbout(
  engine: Engine,
): (accountId: string, about: ContainmentSubject) => Promise<readonly Row[]> {
  const t = engine.tables.containments;
  const queries = new Map<string, Query>();

  function queryFor(traits: readonly Trait[]): Query {
    const shape = traits.map(({ name }) => name).join();
    const known = queries.get(shape);
    if (known !== undefined) return known;
    const may = or(...traits.map(({ name, isIn }) => isIn(t, sql`${sql.placeholder(name)}`)));
    const ofAccount = eq(t.accountId, sql.placeholder('accountId'));
    // Neither put in order there nor found by being open (the plus): SQLite would go through all that is.
    const query: Query = prepared(engine, t, (db) =>
      db
        .select()
        .from(t)
        .where(and(sql`+${t.open} = 1`, ofAccount, may)),
    );
    queries.set(shape, query);
    return query;
  }

  return (accountId, about) => {
    const traits = traitsOf(accountId, about);
    const values = Object.fromEntries(traits.map(({ name, value }) => [name, value]));
    return queryFor(traits)({ accountId, ...values });
  };
}

/** None where the database cannot tell them: then it is any of the account. */
function traitsOf(accountId: string, { accessKeyId, userId, userName }: ContainmentSubject): Trait[] {
  const names = [accessKeyId, userId, userName].filter((each) => each !== null);
  if (!names.every((each) => PLAIN.test(each))) return [];
  const traits: Trait[] = [];
  if (accessKeyId !== null) {
    traits.push({ name: 'key', value: accessKeyId, isIn: (t, value) => eq(t.accessKeyId, value) });
    const among = `%${accessKeyId}%`;
    traits.push({
      name: 'amongKeys',
      value: among,
      isIn: (t, value) => and(isNotNull(t.moreKeys), like(t.moreKeys, value)),
    });
  }
  if (userId !== null) {
    const user = `${accountId}/${userId}`;
    traits.push({ name: 'user', value: user, isIn: (t, value) => eq(t.openUser, value) });
  }
  if (userName !== null) traits.push(ofName(accountId, userName, userId !== null));
  return traits;
}

/** Whose user has this name; `isKnown`: the user's id is known, so that a row of another id is another user's. */
function ofName(accountId: string, userName: string, isKnown: boolean): Trait {
  if (isKnown) {
    const user = `${accountId}/name:${userName}`;
    return { name: 'userOfName', value: user, isIn: (t, value) => eq(t.openUser, value) };
  }
  const fact = `%"userName":"${userName}"%`;
  return { name: 'name', value: fact, isIn: (t, value) => like(t.facts, value) };
}
