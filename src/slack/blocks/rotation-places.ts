import { counted } from '../../domain/time-words.ts';
import type { Delivery } from '../../domain/rotation.ts';
import { brief, code, moment, wholeLines } from './mrkdwn.ts';

const ROOM = 2_700;

/** Where the new key goes and how far that is, a line each; at most 2,900 characters. */
export function placesText(deliveries: readonly Delivery[], names: ReadonlyMap<string, string>): string {
  const lines = wholeLines(
    deliveries.map((delivery) => {
      const name = names.get(delivery.destinationId);
      const shown = name === undefined ? code(delivery.destinationId) : `*${brief(name, 80)}*`;
      return `• ${shown}: ${deliveryText(delivery)}${delivery.state === 'held' ? hookText(delivery) : ''}`;
    }),
    ROOM,
  );
  const more = deliveries.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${counted(more, 'more destination')}`] : [])].join('\n');
}

function deliveryText({ state, attempts, lastError, at }: Delivery): string {
  const when = at === null ? '' : ` since ${moment(at)}`;
  switch (state) {
    case 'waiting':
      return attempts === 0 ? 'not written yet' : 'written, but it does not hold the new key yet';
    case 'written':
      return 'written; asked whether it holds the new key';
    case 'held':
      return `holds the new key${when}`;
    case 'failed':
      return `*failed* (${attempts} ${attempts === 1 ? 'try' : 'tries'}): ${brief(lastError ?? 'it does not say why', 140)}`;
    case 'left':
      return `*left as it is*${when}: it could not be asked, and was not told that the new key goes`;
    case 'restored':
      return `holds the old key again${when}`;
  }
}

function hookText({ hook, hookAttempts }: Delivery): string {
  switch (hook) {
    case 'none':
      return '';
    case 'waiting':
      return hookAttempts === 0 ? '; its redeploy hook comes next' : '; its redeploy hook was called';
    case 'done':
      return '; its redeploy hook says that all is well';
  }
}
