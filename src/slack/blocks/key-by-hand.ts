import type { KnownBlock } from '@slack/types';
import type { InventoryKey } from '../../domain/inventory.ts';
import type { Partition } from '../../domain/partition.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { preformatted, section } from './elements.ts';
import { code, cut } from './mrkdwn.ts';

export { shellWord } from '../../domain/shell-word.ts';

/** What a person does in AWS by hand: the page of the console, and the line of the CLI. No line holds a secret. */

const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'https://console.aws.amazon.com',
  'aws-cn': 'https://console.amazonaws.cn',
  'aws-us-gov': 'https://console.amazonaws-us-gov.com',
};

/** The page where a user's keys are made, deactivated and deleted; null where no address is known. */
export function consolePage(userName: string, partition: Partition): string | null {
  const base = CONSOLES[partition];
  return base === undefined
    ? null
    : `${base}/iam/home#/users/details/${encodeURIComponent(cut(userName, 128).toWellFormed())}?section=security_credentials`;
}

function userOption({ userName }: Pick<InventoryKey, 'userName'>): string {
  // As one word, a name that begins with a dash is no option.
  return `--user-name=${shellWord(cut(userName, 128))}`;
}

export function updateLine(
  key: Pick<InventoryKey, 'userName' | 'accessKeyId'>,
  status: 'Active' | 'Inactive',
): string {
  return `aws iam update-access-key ${userOption(key)} --access-key-id ${key.accessKeyId} --status ${status}`;
}

export function deleteLine(key: Pick<InventoryKey, 'userName' | 'accessKeyId'>): string {
  return `aws iam delete-access-key ${userOption(key)} --access-key-id ${key.accessKeyId}`;
}

export function createLine(key: Pick<InventoryKey, 'userName'>): string {
  return `aws iam create-access-key ${userOption(key)}`;
}

export function lastUsedLine({ accessKeyId }: Pick<InventoryKey, 'accessKeyId'>): string {
  return `aws iam get-access-key-last-used --access-key-id ${accessKeyId}`;
}

/** How to carry out a proposal: a deletion by *Delete* where whoever looks may ask for it (`mayDelete`), else by hand. */
export function proposalBlocks(
  key: InventoryKey,
  partition: Partition,
  propose: 'deactivate' | 'delete',
  mayDelete: boolean,
): KnownBlock[] {
  if (propose === 'delete' && mayDelete) {
    return [
      section(
        '*To delete it*, press *Delete*: a second person approves, and AWS is read again before it. It cannot be undone.',
      ),
    ];
  }
  const page = consolePage(key.userName, partition);
  const where = page === null ? '' : ` on <${page}|the user’s page in the console>`;
  return propose === 'deactivate'
    ? [
        section(
          `*To deactivate it*${where}, or with the line below. Nothing is lost: ${code(`--status Active`)} makes it work again.`,
        ),
        preformatted(updateLine(key, 'Inactive')),
      ]
    : [
        section(
          `*To delete it*${where}, or with the line below. This cannot be undone: be sure that nobody waits for it.`,
        ),
        preformatted(deleteLine(key)),
      ];
}
