import type { NoticePlace } from '../../domain/notice.ts';
import type { RotationCard, RotationLine } from '../../domain/rotation-card.ts';
import { rotationLines } from '../../domain/rotation-lines.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { isFinal } from '../../domain/rotation.ts';
import type { Message } from '../../ports/slack.ts';
import type { Write } from '../../ports/stores.ts';
import { unaskedWords } from '../admins.ts';
import { alertWrites, editWrites, threadWrites } from '../alert.ts';
import type { Services } from '../services.ts';
import { cardOf, readyToRead } from './card.ts';
import { ownersOf, peopleToAsk } from './who.ts';

/** What it takes to tell people of a rotation. */
export type Telling = Pick<
  Services,
  'stores' | 'ids' | 'clock' | 'presenter' | 'people' | 'log' | 'admins' | 'defaultAlertChannel'
>;

/**
 * The notices of a change: the card as it is now, a line in its thread for each thing that happened, and messages to
 * the people it concerns. `by` null: Rekey itself.
 */
export async function noticesOf(
  services: Telling,
  before: Rotation,
  after: Rotation,
  by: string | null,
): Promise<Write[]> {
  const { presenter, clock } = services;
  const lines = rotationLines(before, after, by, clock.now());
  const card = await cardOf(services, after);
  return [
    ...(await editTo(services, card)),
    ...(await threadWrites(
      services,
      after,
      lines.map((line) => presenter.rotationLine(line)),
    )),
    ...(await messagesOf(services, before, card)),
  ];
}

/** The first message of a rotation; its notice id is the rotation's. */
export async function firstCard(
  services: Telling,
  rotation: Rotation,
  target: NoticePlace,
): Promise<{ readonly noticeId: string; readonly writes: Write[] }> {
  const message = services.presenter.rotationCard(await cardOf(services, rotation));
  const { correlationId } = rotation;
  return alertWrites(services, { target, message, correlationId });
}

/** Puts the card as it is now in the place of the one that stands in Slack. */
export async function cardEdit(services: Telling, rotation: Rotation): Promise<Write[]> {
  return editTo(services, await cardOf(services, rotation));
}

async function editTo(services: Telling, card: RotationCard): Promise<Write[]> {
  return editWrites(services, card.rotation, () => services.presenter.rotationCard(card));
}

/** What people hear of it in a direct message: what they must do, are asked, or waited for. */
async function messagesOf(services: Telling, before: Rotation, card: RotationCard): Promise<Write[]> {
  const { rotation: after } = card;
  if (before.state === after.state) return [];
  const { presenter } = services;
  const { state, requestedBy } = after;
  const asker = requestedBy === null ? [] : [requestedBy];
  if (state === 'blocked') return ask(services, card);
  // Owners hear of it when the new key is there; where there is none, whoever asked for it passes it on.
  if (state === 'quiet' && before.state === 'cutover') {
    const owners = await ownersOf(services, after.oldKeyId);
    const message = presenter.rotationCutover(card, await readyToRead(services, after));
    return tellOrSay(services, after, owners.length === 0 ? asker : owners, message);
  }
  if (state === 'soaking' && before.state === 'deactivated') {
    const owners = await ownersOf(services, after.oldKeyId);
    return tellOrSay(services, after, [...owners, ...asker], presenter.rotationQuestion(card));
  }
  if (!isFinal(state)) return [];
  const owners = after.cutoverAt === null ? [] : await ownersOf(services, after.oldKeyId);
  return tell(services, after, [...owners, ...asker], presenter.rotationEnd(card));
}

/** Asks those who may decide; who of them hears nothing is said in the thread, where their groups are mentioned. */
async function ask(services: Telling, card: RotationCard): Promise<Write[]> {
  const { presenter, clock } = services;
  const { rotation } = card;
  const { people, unasked } = await peopleToAsk(services, rotation);
  const what = unaskedWords(unasked);
  const line =
    what === null
      ? []
      : [{ at: clock.now(), by: null, what, mentions: unasked.unread } satisfies RotationLine];
  return [
    ...(await tell(services, rotation, people, presenter.rotationCard(card))),
    ...(await threadWrites(
      services,
      rotation,
      line.map((each) => presenter.rotationLine(each)),
    )),
  ];
}

/** What must reach somebody is said in the thread of the card where nobody is known: a key without an owner, by schedule. */
async function tellOrSay(
  services: Telling,
  rotation: Rotation,
  people: readonly string[],
  message: Message,
): Promise<Write[]> {
  return people.length === 0
    ? threadWrites(services, rotation, [message])
    : tell(services, rotation, people, message);
}

async function tell(
  services: Telling,
  { correlationId }: Rotation,
  people: readonly string[],
  message: Message,
): Promise<Write[]> {
  const alerts = [...new Set(people)].map((userId) =>
    alertWrites(services, { target: { kind: 'person', userId }, message, correlationId }),
  );
  return (await Promise.all(alerts)).flatMap(({ writes }) => writes);
}
