import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { known, unknown, type Known } from '../../src/domain/known.ts';
import { MOST_AT_ONCE, type UserToBind } from '../../src/handlers/destinations/bind.ts';
import type { UserCheck } from '../../src/handlers/destinations/check.ts';
import { NOBODY_ELSE } from '../../src/slack/blocks/approval.ts';
import { input, section } from '../../src/slack/blocks/elements.ts';
import { bold, brief, code, cut, person, plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { UNSURE } from './destination-facts.ts';
import { preflightWords } from './destination-view.ts';
import { carriedBy } from './metadata.ts';

export const BIND_FORM = 'destination.bind_form';
export const BIND_CONFIRM = 'destination.bind_confirm';
export const BIND_USERS_FIELD = 'field.bindUsers';
export const BIND_ERROR_BLOCK = BIND_USERS_FIELD;

const Target = z.object({ id: z.string(), seen: z.number() });
export type BindTarget = z.infer<typeof Target>;

/** A window of another version leads nowhere: the handler says so. */
const NOWHERE: BindTarget = { id: '', seen: 0 };

/** Whom to bind; the users are searched by name. */
export function bindForm(target: BindTarget, name: string): ModalView {
  return {
    type: 'modal',
    callback_id: BIND_FORM,
    title: plain('Bind users', 24),
    submit: plain('Next', 24),
    close: plain('Cancel', 24),
    private_metadata: JSON.stringify(target),
    blocks: [
      section(`Whose new access keys may go to ${bold(cut(name, 100))}?`),
      input(
        BIND_USERS_FIELD,
        'IAM users',
        {
          type: 'multi_external_select',
          action_id: BIND_USERS_FIELD,
          min_query_length: 0,
          max_selected_items: MOST_AT_ONCE,
          placeholder: plain('Type a part of the name', 150),
        },
        {
          hint: 'Users with access keys, of all connected accounts. Each is known by its unique ID: one made later by the same name is another.',
        },
      ),
    ],
  };
}

/** A user as an option carries it. */
export function userValue({ accountId, userId }: { accountId: string; userId: string }): string {
  return `${accountId} ${userId}`;
}

export interface ChosenUsers {
  readonly target: BindTarget;
  readonly users: readonly { readonly accountId: string; readonly userId: string }[];
}

export function parseBind(view: IncomingView): Parsed<ChosenUsers> {
  const users = (view.values.get(BIND_USERS_FIELD)?.many ?? []).map((value) => {
    const [accountId = '', userId = ''] = value.split(' ');
    return { accountId, userId };
  });
  if (users.length === 0) return { ok: false, errors: { [BIND_USERS_FIELD]: 'Choose at least one user.' } };
  return { ok: true, input: { target: carriedBy(Target, view.metadata, NOWHERE), users } };
}

/** While AWS is asked about the users. */
export function bindLooking(count: number): ModalView {
  const whom = count === 1 ? 'the user' : `${count} users`;
  return {
    type: 'modal',
    title: plain('Looking…', 24),
    close: plain('Cancel', 24),
    blocks: [section(`Asking AWS about ${whom}. This takes some seconds, at most a minute.`)],
  };
}

/** What the window carries of each user: what was read of its rights, short enough for eight. */
const Carried = z.object({
  target: Target,
  users: z.array(z.tuple([z.string(), z.string(), z.union([z.boolean(), z.string()]), z.number()])),
});

const LONGEST_WHY = 120;

export interface BindLook {
  readonly target: BindTarget;
  readonly name: string;
  readonly place: string;
  readonly checks: readonly UserCheck[];
  /** What accounts are called, by account id. */
  readonly names: ReadonlyMap<string, string>;
  /** Why each user takes a second person, in words that follow “because”; null where none is needed. */
  readonly whys: readonly (string | null)[];
  readonly secondPeople: readonly string[];
  readonly unsure: boolean;
}

/** What would be bound, with what AWS says; nothing is kept before it is confirmed. */
export function bindConfirm(look: BindLook): ModalView {
  const { target, name, place, checks, names, whys, secondPeople, unsure } = look;
  const carried: z.infer<typeof Carried> = {
    target,
    users: checks.map(({ user, administrator }) => [
      user.accountId,
      user.userId,
      administrator.known ? administrator.value : cut(administrator.why, LONGEST_WHY),
      administrator.known ? administrator.asOf : administrator.since,
    ]),
  };
  const others =
    secondPeople.length > 0 ? `One of ${secondPeople.slice(0, 10).map(person).join(', ')}` : null;
  const who = others ?? (unsure ? UNSURE : NOBODY_ELSE);
  return {
    type: 'modal',
    callback_id: BIND_CONFIRM,
    title: plain('Bind users', 24),
    submit: plain('Bind', 24),
    close: plain('Cancel', 24),
    private_metadata: JSON.stringify(carried),
    blocks: [
      section(`New keys of these users may then go to ${bold(cut(name, 100))}: ${brief(place, 800)}.`),
      ...checks.map((check, at) => userBlock(check, whys[at] ?? null, names)),
      ...(whys.some((why) => why !== null)
        ? [section(`*A second admin is asked to approve.* ${others === null ? who : `${who} may.`}`)]
        : []),
    ],
  };
}

function userBlock(
  { user, administrator, preflight }: UserCheck,
  why: string | null,
  names: ReadonlyMap<string, string>,
) {
  const { userName, arn, accountId } = user;
  const rights = administrator.known
    ? `It has ${administrator.value ? '*administrator rights*' : 'no administrator rights'}.`
    : `Whether it has administrator rights is *not known*: ${brief(administrator.why, 200)}.`;
  const second = why === null ? '' : `\n*Takes a second admin*, because ${brief(why, 300)}.`;
  return section(
    `${bold(cut(userName, 80))} of ${brief(names.get(accountId) ?? accountId, 90)} ${code(cut(arn, 700))}\n${rights} At the place: ${preflightWords(preflight)}${second}`,
  );
}

export interface ToBind {
  readonly target: BindTarget;
  readonly users: readonly UserToBind[];
}

export function parseBindConfirm(view: IncomingView): Parsed<ToBind> {
  const { target, users } = carriedBy(Carried, view.metadata, { target: NOWHERE, users: [] });
  return {
    ok: true,
    input: {
      target,
      users: users.map(([accountId, userId, found, at]) => ({
        accountId,
        userId,
        administrator: toKnown(found, at),
      })),
    },
  };
}

function toKnown(found: boolean | string, at: number): Known<boolean> {
  return typeof found === 'boolean' ? known(found, at) : unknown(found, at);
}
