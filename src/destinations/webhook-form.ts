import { visible } from '../domain/pasted-text.ts';
import type { PlaceField, PlaceForm } from '../ports/destination.ts';
import type { WebhookTarget } from './webhook.ts';

const URL_FIELD: PlaceField = {
  name: 'url',
  label: 'Address',
  hint: 'Begins with https://. What arrives there is signed, and holds the new secret: docs/webhook.md says how to read it.',
  optional: false,
  choices: null,
  initial: null,
};

const LONGEST = 2_000;

export const webhookForm: PlaceForm<WebhookTarget> = {
  fields: [URL_FIELD],
  read(typed, before) {
    const text = visible(typed[URL_FIELD.name] ?? '');
    const url = text === '' && before !== null ? before.url : text;
    const wrong = wrongWith(url);
    if (wrong !== null) return { ok: false, errors: { [URL_FIELD.name]: wrong } };
    const urls = [{ field: URL_FIELD.name, url }];
    return { ok: true, target: { url }, accountId: null, region: null, urls };
  },
  // A path or query may hold a token.
  typed: () => ({ [URL_FIELD.name]: null }),
};

function wrongWith(url: string): string | null {
  if (url === '') return 'Type the address of your receiver; it begins with https://.';
  if (url.length > LONGEST) return 'That is too long for an address: at most 2,000 characters.';
  return URL.canParse(url)
    ? null
    : 'That is not an address. Type one such as https://hooks.example.com/rekey.';
}

export function webhookDetails({ url }: WebhookTarget) {
  return [['Address', url]] as const;
}
