import type { DeletionCard, KeyDeletion } from '../../domain/key-deletion.ts';
import { isOpenDeletion } from '../../domain/key-deletion.ts';
import type { Write } from '../../ports/stores.ts';
import { alertWrites, editWrites, threadWrites } from '../alert.ts';
import { policyHolder } from '../key-policy.ts';
import { lookAccounts } from '../look-keys.ts';
import type { Services } from '../services.ts';
import { alertChannel } from '../settings.ts';

type Telling = Pick<Services, 'stores' | 'ids' | 'clock' | 'presenter' | 'defaultAlertChannel'>;

/** Everything the message shows. */
export async function deletionCard(
  services: Pick<Telling, 'stores' | 'clock'>,
  deletion: KeyDeletion,
): Promise<DeletionCard> {
  const { accountId, accessKeyId } = deletion;
  const account = (await lookAccounts(services)).find((each) => each.accountId === accountId);
  const standing = await services.stores.inventory.standings.byKey(accessKeyId);
  return {
    deletion,
    ownership: standing?.ownership ?? null,
    accountName: account?.name ?? accountId,
    now: services.clock.now(),
  };
}

/** The channel where a second person sees it: that of the account, else the workspace's; null when there is none. */
export async function deletionChannel(
  services: Pick<Telling, 'stores' | 'defaultAlertChannel'>,
  accountId: string,
): Promise<string | null> {
  const holder = policyHolder(await services.stores.connections.list(), accountId);
  return holder?.alertChannel ?? (await alertChannel(services)).channelId;
}

/** The message that asks the second person. */
export async function firstMessage(
  services: Telling,
  deletion: KeyDeletion,
  channelId: string,
): Promise<{ readonly noticeId: string; readonly writes: readonly Write[] }> {
  return alertWrites(services, {
    target: { kind: 'channel', channelId },
    message: services.presenter.deletionMessage(await deletionCard(services, deletion)),
    correlationId: deletion.correlationId,
  });
}

/** The message as it is now, and, when it is over, a line in its thread that reaches whoever asked. */
export async function deletionEdits(services: Telling, deletion: KeyDeletion): Promise<Write[]> {
  const { presenter } = services;
  const card = await deletionCard(services, deletion);
  return [
    ...(await editWrites(services, deletion, () => presenter.deletionMessage(card))),
    ...(isOpenDeletion(deletion)
      ? []
      : await threadWrites(services, deletion, [presenter.deletionLine(card)])),
  ];
}
