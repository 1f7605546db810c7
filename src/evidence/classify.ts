import type { CloudTrailEvent } from '../detections/event.ts';
import { changeOf, valueOf, type Change, type ChangeRow } from './changes/change.ts';
import { DATA } from './changes/data.ts';
import { GUARDS } from './changes/guards.ts';
import { IDENTITIES } from './changes/identities.ts';
import { WORKLOADS } from './changes/workloads.ts';

/** Calls that are no reads by their name, and change nothing that anybody cleans up. */
const NOTHING =
  /^(?:sts:|signin:|logs:(?:Create|Put)Log|kms:(?:De|En|ReEn)crypt|kms:GenerateDataKey|ssm:(?:Update(?:Instance(?:Information|AssociationStatus)|.*Agent)|PutInventory|PutComplianceItems|OpenDataChannel|OpenControlChannel|CreateControlChannel|CreateDataChannel)|sso:|iam:Generate|secretsmanager:(?:Start|End)SecretVersionDelete|ec2:SharedSnapshot|bedrock:(?:Invoke|Converse)|.*:(?:Tag|Untag|Assume)|ecr:(?:BatchCheck|GetAuth)|s3:(?:PutObject|DeleteObject))/;
/** Where the name of what an unknown call changed may stand. */
const NAMES = /^(?:[a-z]\w*?)?(?:name|id|arn|identifier|bucketName|resource)$/i;

const ROWS: ReadonlyMap<string, readonly ChangeRow[]> = byAction([
  ...IDENTITIES,
  ...WORKLOADS,
  ...DATA,
  ...GUARDS,
]);

/** What an event changed, as far as its record shows; null for calls that change
 * nothing. What a failed one would have changed comes out, too. */
export function classify(event: CloudTrailEvent): Change | null {
  const { call } = event;
  if (call.isRead) return null;
  const row = ROWS.get(call.action)?.find(({ when }) => when?.(event) ?? true);
  if (row !== undefined) return changeOf(row, event);
  return NOTHING.test(call.action) ? null : unknownChange(event);
}

function unknownChange(event: CloudTrailEvent): Change {
  const { call, asked, answered } = event;
  const name = named('a', asked, event) ?? named('r', answered, event);
  return {
    kind: call.service,
    name: name ?? call.name,
    did: /^(?:Delete|Remove|Terminate|Deregister|Detach|Disassociate|Release|Revoke|Stop)/.test(call.name)
      ? 'removed'
      : /^(?:Create|Run|Register|Allocate|Import|Start|Launch)/.test(call.name)
        ? 'made'
        : 'changed',
    weight: 'other',
    says: `\`${call.action}\`${name === null ? '' : ` on \`${name.replaceAll('`', '´')}\``}`,
    note: null,
    line: null,
    advice: 'Ask its owner whether it is theirs.',
    accessKeyId: null,
  };
}

function named(root: 'a' | 'r', value: unknown, event: CloudTrailEvent): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const name of Object.keys(value).slice(0, 40)) {
    const found =
      NAMES.test(name) && !name.includes('.') && !name.includes('|')
        ? valueOf(`${root}.${name}`, event)
        : null;
    if (found !== null) return found;
  }
  return null;
}

function byAction(rows: readonly ChangeRow[]): ReadonlyMap<string, readonly ChangeRow[]> {
  const all = new Map<string, ChangeRow[]>();
  for (const row of rows) {
    for (const action of row.on.split(' ')) all.set(action, [...(all.get(action) ?? []), row]);
  }
  return all;
}
