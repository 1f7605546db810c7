import type { CloudTrailEvent } from '../../detections/event.ts';
import { isAdminPolicy } from '../../detections/grant.ts';
import { textAt, textsAt, within } from '../../detections/json.ts';
import { isAdministrator, outsiders } from '../../detections/policy-document.ts';
import { valueOf } from './change.ts';

const SHOWN = 4;

/** Who a policy document in the event lets in from outside the account, in words. */
export function letsIn(...path: readonly string[]): (event: CloudTrailEvent) => string | null {
  return (event) => {
    const found = outsiders(within(event.asked, ...path), event.accountId);
    if (found.length === 0) return null;
    if (found.includes('*')) return 'It lets everybody in.';
    return `It lets in ${listed(found)}, outside of this account.`;
  };
}

/** That a policy makes its holder an administrator. */
export function administers(event: CloudTrailEvent): string | null {
  const { asked } = event;
  const isAdmin =
    isAdminPolicy(textAt(asked, 'policyArn')) || isAdministrator(within(asked, 'policyDocument'));
  return isAdmin ? 'Whoever holds it can do everything, or take the right to.' : null;
}

/** The accounts or values at these paths of what was asked, in words. */
export function givenTo(...paths: readonly string[]): (event: CloudTrailEvent) => string | null {
  return (event) => {
    const found = paths.flatMap((path) => valueOf(path, event)?.split(' ') ?? []);
    if (found.length === 0) return null;
    if (found.some((each) => each === 'all' || each === '*')) return 'It is open to everybody.';
    return `It is open to ${listed([...new Set(found)])}.`;
  };
}

/** True when a text at a path of what was asked is one of these, ignoring case. */
export function isAsked(
  path: readonly string[],
  ...values: readonly string[]
): (event: CloudTrailEvent) => boolean {
  return ({ asked }) => {
    const found = textAt(asked, ...path)?.toLowerCase();
    return values.some((value) => value.toLowerCase() === found);
  };
}

/** True when there is anything at a path of what was asked. */
export function hasAsked(...path: readonly string[]): (event: CloudTrailEvent) => boolean {
  return ({ asked }) => within(asked, ...path) !== undefined && within(asked, ...path) !== null;
}

/** Which instances a command ran on, in words. */
export function ranOn({ asked }: CloudTrailEvent): string | null {
  const ids = textsAt(asked, 'instanceIds');
  return ids.length === 0 ? null : `It ran on ${listed(ids)}; what it did there CloudTrail does not show.`;
}

function listed(values: readonly string[]): string {
  const shown = values.slice(0, SHOWN).map((value) => `\`${value.slice(0, 120).replaceAll('`', '´')}\``);
  const more = values.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
