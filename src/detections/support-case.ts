import type { CloudTrailEvent } from './event.ts';
import { textAt } from './json.ts';

const MAIL = /(?:^|-)(?:ses|sns|pinpoint|end-user-messaging|simple-email-service)(?:-|$)/;

/** True for a case at AWS by which somebody asks to send more mail or messages. */
export function asksForMail({ asked }: Pick<CloudTrailEvent, 'asked'>): boolean {
  return MAIL.test(textAt(asked, 'serviceCode') ?? '');
}
