import { holds } from '../src/domain/actor.ts';
import type { Connection } from '../src/domain/connection.ts';
import { PAGER_OUTLET } from '../src/domain/notice.ts';
import type { HomeLook } from '../src/handlers/look-home.ts';
import { channelTrouble } from '../src/handlers/settings.ts';
import { accountNeeds } from './home-keys.ts';
import { bold, channel, code, person, span, words } from '../src/slack/blocks/mrkdwn.ts';

/** Security Hub IAM.3's threshold; IAM itself sets none (facts: what AWS says about age). */
const MAX_AGE_MS = 90 * 86_400_000;

/** What this person should look at first, most urgent first; each a line of mrkdwn. */
export function needsYou(look: HomeLook): string[] {
  const broken = look.connections.filter((connection) => connection.lastCheck?.status === 'rejected');
  const unsure = look.connections.filter((connection) => connection.lastCheck?.status === 'unknown');
  const going = look.connections.filter((connection) => connection.state === 'disconnecting');
  const old = look.connections.filter((connection) => ageOf(connection, look.now) > MAX_AGE_MS);
  const needs = [
    ...paused(look),
    ...notDelivered(look),
    ...broken.map((connection) => `${bold(connection.name)} does not work: ${whatIsWrong(connection)}`),
    ...unsure.map(
      (connection) => `${bold(connection.name)} could not be checked: ${whatIsWrong(connection)}`,
    ),
    ...accountNeeds(look.keys),
    ...going.map((connection) => `${bold(connection.name)} is being disconnected.`),
    ...old.map(
      (connection) =>
        `${bold(connection.name)}: its access key ${code(connection.accessKeyId ?? '')} is ${span(ageOf(connection, look.now))} old.`,
    ),
  ];
  if (holds(look.actor.roles, 'admin')) {
    if (look.alertChannel.channelId === null) {
      needs.push('No alert channel is set. Choose one under Settings.');
    }
    if (look.actor.rolesUnsure !== null) needs.push(words(look.actor.rolesUnsure));
  }
  return needs;
}

/** Everybody who may look learns that nothing is changed, and why. */
function paused({ pause, now }: HomeLook): string[] {
  if (pause === null) return [];
  const since = span(Math.max(0, now - pause.at));
  return [
    `*Rekey is paused* by ${person(pause.by)} (for ${since}): ${words(pause.why)}. It changes nothing in AWS but to contain a key.`,
  ];
}

/** What did not reach whom it was meant for, and how to mend that; nothing for people who are no admins. */
function notDelivered({ undelivered, alertChannel, now }: HomeLook): string[] {
  const { troubles, lost, lastLoss } = undelivered;
  const lines = troubles.map(({ id, trouble, troubleSince }) => {
    const since = troubleSince === null ? '' : ` (for ${span(Math.max(0, now - troubleSince))})`;
    if (id === PAGER_OUTLET) return `Pages do not get through${since}: ${words(trouble ?? '')}.`;
    if (!/^[CG]/.test(id))
      return `Messages to ${person(id)} could not be delivered${since}: ${words(trouble ?? '')}.`;
    const { message, next } = channelTrouble(trouble ?? '', true);
    const meanwhile =
      alertChannel.channelId === null || alertChannel.channelId === id
        ? 'They go to the admins meanwhile.'
        : `They go to ${channel(alertChannel.channelId)} meanwhile.`;
    return `Alerts for ${channel(id)} could not be delivered${since}: ${message} ${next ?? ''} ${meanwhile}`;
  });
  if (lost === 0) return lines;
  const what = lost === 1 ? 'One message was' : `${lost} messages were`;
  return [
    ...lines,
    `${what} given up in the last week (${words(lastLoss ?? '')}): see the log, and /aws-audit.`,
  ];
}

function whatIsWrong(connection: Connection): string {
  const check = connection.lastCheck;
  if (check === null || check.status === 'verified') return '';
  return `${words(check.diagnosis.what)} ${words(check.diagnosis.mend)}`;
}

function ageOf(connection: Connection, now: number): number {
  return connection.keyCreatedAt === null ? 0 : now - connection.keyCreatedAt;
}
