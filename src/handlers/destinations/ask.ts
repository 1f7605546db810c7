import { factsOf } from '../../destinations/index.ts';
import { whySecondPerson, type ApprovalAsk, type AskedBinding } from '../../domain/approval.ts';
import type { Binding, KeptDestination } from '../../domain/destination.ts';
import type { NoticePlace } from '../../domain/notice.ts';
import type { Write } from '../../ports/stores.ts';
import { allAdmins, unaskedWords, type Admins } from '../admins.ts';
import { alertWrites, editWrites } from '../alert.ts';
import { lookAccounts, namesOf } from '../look-keys.ts';
import type { Services } from '../services.ts';
import { alertChannel } from '../settings.ts';
import { secondPeople } from './approvers.ts';

type Outcome = AskedBinding['outcome'];

interface Asked {
  readonly destination: KeptDestination;
  readonly bindings: readonly Binding[];
  readonly askedBy: string;
  readonly changed: boolean;
  readonly correlationId: string;
}

/** Whether a second person must agree to this binding, as far as is known without asking AWS. */
export function needsSecondPerson({ kind }: KeptDestination, binding: Binding): boolean {
  const { userName, administrator } = binding;
  return whySecondPerson({ userName, kind: factsOf(kind), administrator }) !== null;
}

/**
 * The writes that ask a second person, in the alert channel or else in a direct message to each admin. The notice's id
 * goes with the bindings, so that its message can say later who decided.
 */
export async function askWrites(
  services: Services,
  asked: Asked,
): Promise<{ readonly noticeId: string; readonly writes: Write[] }> {
  const { stores, clock, ids } = services;
  const { correlationId } = asked;
  const ground = await groundOf(services);
  const { channelId, admins } = ground;
  const message = services.presenter.approvalMessage(
    await askOf(services, ground, asked, () => ({ what: 'waiting' })),
  );
  if (channelId !== null) {
    return alertWrites(services, { target: { kind: 'channel', channelId }, message, correlationId });
  }
  const places = admins.toTell.map((userId): NoticePlace => ({ kind: 'person', userId }));
  const [first] = places;
  const createdAt = clock.now();
  const root = {
    id: ids.next(),
    target: first ?? { kind: 'person', userId: asked.askedBy },
    ...message,
  } as const;
  return {
    noticeId: root.id,
    writes: [
      stores.notices.add({ ...root, state: 'passed_on', doneAt: createdAt, createdAt, correlationId }),
      ...places.map((target) =>
        stores.notices.add({ id: ids.next(), target, ...message, copyOf: root.id, createdAt, correlationId }),
      ),
    ],
  };
}

/**
 * The writes by which the messages that asked for these bindings say what became of them; `outcomes` by binding id, the
 * others wait on.
 */
export async function answerWrites(
  services: Services,
  { destination, bindings, correlationId }: Pick<Asked, 'destination' | 'bindings' | 'correlationId'>,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<Write[]> {
  const noticeIds = new Set(
    bindings.filter(({ id }) => outcomes.has(id)).flatMap(({ noticeId }) => noticeId ?? []),
  );
  if (noticeIds.size === 0) return [];
  const ground = await groundOf(services);
  const writes = await Promise.all(
    [...noticeIds].map(async (noticeId) => {
      const those = bindings.filter((binding) => binding.noticeId === noticeId);
      // What was said long ago is no longer kept, and not said anew.
      return editWrites(services, { noticeId, correlationId }, async () => {
        const ask = await askOf(
          services,
          ground,
          {
            destination,
            bindings: those,
            askedBy: those[0]?.createdBy ?? destination.createdBy,
            changed: false,
          },
          (binding) => outcomes.get(binding.id) ?? standing(binding),
        );
        return services.presenter.approvalMessage(ask);
      });
    }),
  );
  return writes.flat();
}

function standing({ approvedBy }: Binding): Outcome {
  return approvedBy === null ? { what: 'waiting' } : { what: 'approved', by: approvedBy };
}

/** What every message of the kind goes by. */
interface Ground {
  readonly names: ReadonlyMap<string, string>;
  readonly admins: Admins;
  /** Where it is asked; null: in a direct message to each admin. */
  readonly channelId: string | null;
}

async function groundOf(services: Services): Promise<Ground> {
  const [accounts, admins, { channelId }] = await Promise.all([
    lookAccounts(services),
    allAdmins(services),
    alertChannel(services),
  ]);
  return { names: namesOf(accounts), admins, channelId };
}

async function askOf(
  services: Services,
  { names, admins, channelId }: Ground,
  { destination, bindings, askedBy, changed }: Omit<Asked, 'correlationId'>,
  outcomeOf: (binding: Binding) => Outcome,
): Promise<ApprovalAsk> {
  const { stores } = services;
  const kind = factsOf(destination.kind);
  const connection =
    destination.connectionId === null ? null : await stores.connections.byId(destination.connectionId);
  const asked = await Promise.all(
    bindings.map(async (binding): Promise<AskedBinding> => {
      const { accountId, userId, userName, administrator } = binding;
      const user = await stores.inventory.users.byId(accountId, userId);
      const name = names.get(accountId) ?? accountId;
      return {
        userName,
        arn: user?.arn ?? null,
        account: name === accountId ? accountId : `${name} (${accountId})`,
        why: whySecondPerson({ userName, kind, administrator }),
        outcome: outcomeOf(binding),
      };
    }),
  );
  return {
    destinationId: destination.id,
    name: destination.name,
    kind: kind.label,
    place: kind.describe(destination.target),
    connection: connection?.name ?? null,
    hookHost: hostOf(destination.redeployHook),
    bindings: asked,
    askedBy,
    changed,
    nobodyElse: admins.unread.length === 0 && secondPeople(admins, destination, bindings).length === 0,
    unasked: channelId === null ? unaskedWords(admins) : null,
    unreadGroups: channelId === null ? admins.unread : [],
  };
}

/** The host of an address: its path may hold a token. */
export function hostOf(url: string | null): string | null {
  return url === null || !URL.canParse(url) ? null : new URL(url).host;
}
