import { z } from 'zod';
import { personOf } from '../domain/actor.ts';
import { DEFAULT_KIND_TAG } from '../domain/kind-of-key.ts';
import { DEFAULT_OWNER_TAGS } from '../domain/owner-tag.ts';
import { RekeyError } from '../errors.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

const OWNER_TAGS = 'owner_tags';
const KIND_TAG = 'kind_tag';

/** What IAM allows as a tag's name (IAM user guide, tags). */
const tagName = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u);
const tagNames = z.array(tagName).max(10);

/** Which tags of a user name its owner and its kind. */
export interface KeyTags {
  /** Asked in this order. */
  readonly owners: readonly string[];
  readonly kind: string;
}

export async function keyTags({ stores, log }: Pick<Services, 'stores' | 'log'>): Promise<KeyTags> {
  const [owners, kind] = await Promise.all([stores.settings.get(OWNER_TAGS), stores.settings.get(KIND_TAG)]);
  return { owners: readNames(owners, log), kind: kind ?? DEFAULT_KIND_TAG };
}

function readNames(text: string | null, log: Services['log']): readonly string[] {
  if (text === null) return DEFAULT_OWNER_TAGS;
  try {
    return tagNames.parse(JSON.parse(text));
  } catch (error) {
    log.error('the setting of owner tags cannot be read; its default holds', { error });
    return DEFAULT_OWNER_TAGS;
  }
}

/** Sets both; standings follow with their next assessment. Throws `invalid` for what no tag can be named. */
export async function setKeyTags(services: Services, request: Request, tags: KeyTags): Promise<void> {
  authorise(request.actor, 'admin', 'change settings', services.admins);
  const owners = tagNames.safeParse(tags.owners);
  const kind = tagName.safeParse(tags.kind);
  if (!owners.success || !kind.success) {
    throw new RekeyError('invalid', 'That is no name for a tag in IAM.', {
      next: 'Tag names have at most 128 letters, digits, spaces and _ . : / = + - @.',
      field: owners.success ? 'kindTag' : 'ownerTags',
    });
  }
  const before = await keyTags(services);
  const now = services.clock.now();
  await claimAndWrite(services, request, [
    services.stores.settings.set(OWNER_TAGS, JSON.stringify(owners.data), now),
    services.stores.settings.set(KIND_TAG, kind.data, now),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'settings.key_tags',
        entityKind: 'settings',
        entityId: OWNER_TAGS,
        correlationId: request.correlationId,
        detail: { from: before, to: { owners: owners.data, kind: kind.data } },
      },
      'done',
    ),
  ]);
}
