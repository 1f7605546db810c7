import type { Connection } from '../../src/domain/connection.ts';
import type { KeptDestination } from '../../src/domain/destination.ts';
import type { DestinationLook } from '../../src/handlers/destinations/look.ts';
import { NOBODY_ELSE } from '../../src/slack/blocks/approval.ts';
import { brief, moment, person } from '../../src/slack/blocks/mrkdwn.ts';

/** Said when a user group may hold a second person. */
export const UNSURE = 'Who else may approve is not known: Slack could not be asked about a user group.';

/** Who may approve what waits, or that it is not known, or nobody. */
export function approversText({
  secondPeople,
  unsure,
}: Pick<DestinationLook, 'secondPeople' | 'unsure'>): string {
  if (secondPeople.length > 0) return `May approve: ${secondPeople.slice(0, 10).map(person).join(', ')}.`;
  return unsure ? UNSURE : NOBODY_ELSE;
}

/** Who made it and changed it last, and when. */
export function historyText({ createdBy, createdAt, changedBy, changedAt }: KeptDestination): string {
  const changed =
    changedBy === null || changedAt === null ? '' : ` Changed by ${person(changedBy)} ${moment(changedAt)}.`;
  return `Made by ${person(createdBy)} ${moment(createdAt)}.${changed}`;
}

/** Which connection writes there, as a field; none where none does. */
export function writerFields(
  connection: Pick<Connection, 'name' | 'accountId'> | null,
): (readonly [label: string, value: string])[] {
  return connection === null
    ? []
    : [['Written by', `${brief(connection.name, 90)} (${connection.accountId})`]];
}
