import { accountOfKeyId } from '../../domain/access-key-id.ts';
import { linkTo, type ExposedKey, type LeakCard } from '../../domain/leak.ts';
import type { Services } from '../services.ts';
import { factsOf, worstOf } from './facts.ts';
import type { KeptLeak } from './kept-leak.ts';

/** The alert about a part of what a message gave away, as it stands now. */
export async function cardOfAlert(
  services: Pick<Services, 'stores' | 'admins' | 'defaultAlertChannel' | 'workspace'>,
  leak: KeptLeak,
  { keys, more, secretAlone }: Pick<KeptLeak['alerts'][number], 'keys' | 'more' | 'secretAlone'>,
): Promise<LeakCard> {
  const { message, seenAt, told, end } = leak;
  const facts = await factsOf(services, keys.map(exposedKey));
  return {
    message,
    link: linkTo(services.workspace.url, message),
    seenAt,
    severity: worstOf(facts),
    keys: facts,
    more,
    secretAlone,
    told,
    end,
  };
}

function exposedKey(accessKeyId: string): ExposedKey {
  const kind = accessKeyId.startsWith('ASIA') ? 'session' : 'key';
  return { accessKeyId, kind, accountId: accountOfKeyId(accessKeyId) };
}
