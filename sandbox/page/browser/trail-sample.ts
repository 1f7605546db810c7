import type { Client } from './client.ts';
import { copyButton } from './copy.ts';
import { el } from './dom.ts';

const URL_LABEL = 'Queue URL';
const BUCKET_LABEL = 'Bucket';

/** The trail of the shop: what to type under /aws-settings, Trail queues. */
export function trailSample(
  { setup: { trail } }: Client,
  ways: {
    readonly prepare: (line: string) => void;
    readonly fillIn: (entries: Readonly<Record<string, string>>) => void;
  },
): HTMLElement {
  const { queueUrl, bucket } = trail;
  const button = (label: string, click: () => void): HTMLElement =>
    el('button', { class: 'button plain', attributes: { type: 'button' }, on: { click } }, label);
  return el(
    'div',
    { class: 'role' },
    el(
      'p',
      {},
      'The shop’s trail writes files into a bucket, and the bucket announces each in a queue. Connect the Shop key, then add the queue under Trail queues in the settings; files come five minutes after what they tell.',
    ),
    el('code', { class: 'key-id' }, queueUrl),
    el('code', { class: 'key-id' }, bucket),
    el(
      'div',
      { class: 'copies' },
      button('Open the settings', () => ways.prepare('/aws-settings')),
      button('Fill in the queue', () => ways.fillIn({ [URL_LABEL]: queueUrl, [BUCKET_LABEL]: bucket })),
      copyButton('Copy queue URL', () => queueUrl),
      copyButton('Copy bucket', () => bucket),
    ),
  );
}
