import { holdsSecret, SECRET_TYPED, unquoted } from '../domain/pasted-text.ts';
import { parseRegion } from '../domain/region-input.ts';
import type { PlaceField, Typed } from '../ports/destination.ts';
import { KmsKeyId } from './region.ts';

/** Reads what was typed field by field, and gathers what is wrong. */
export class FieldReader {
  readonly #typed: Typed;
  readonly errors: Record<string, string> = {};

  constructor(typed: Typed) {
    this.#typed = typed;
  }

  /** What was typed, less what is invisible or around it; empty when there is nothing, or a secret. */
  text(name: string): string {
    const text = unquoted(this.#typed[name] ?? '');
    if (!holdsSecret(text)) return text;
    this.refuse(name, SECRET_TYPED);
    return '';
  }

  /** Keeps the first thing that is wrong with a field. */
  refuse(name: string, why: string): void {
    this.errors[name] ??= why;
  }

  /** The region of an ARN, or the one that was typed; both must be one. */
  region(ofArn: string | null): string {
    const found = parseRegion(this.text(REGION.name));
    if (!found.ok) this.refuse(REGION.name, found.error);
    const typed = found.ok ? found.value : null;
    if (typed === null && ofArn === null) this.refuse(REGION.name, 'Type a region, such as eu-central-1.');
    if (typed !== null && ofArn !== null && typed !== ofArn) {
      this.refuse(REGION.name, `The ARN is of ${ofArn}. Leave this empty, or type that.`);
    }
    return ofArn ?? typed ?? '';
  }

  kmsKey(): string | null {
    const text = this.text(KMS_KEY.name);
    const read = KmsKeyId.safeParse(text === '' ? null : text);
    if (read.success) return read.data;
    this.refuse(
      KMS_KEY.name,
      'Type the ID, ARN or alias of a KMS key, such as alias/rekey, or leave it empty.',
    );
    return null;
  }

  /** The names of the two fields of a JSON value. */
  pair(): { accessKeyId: string; secretAccessKey: string } {
    const one = (field: PlaceField): string => {
      const text = this.text(field.name) || (field.initial ?? '');
      if (!/^[\w.-]{1,128}$/.test(text)) {
        this.refuse(field.name, 'Letters, digits and _ . - only, at most 128.');
      }
      return text;
    };
    const pair = { accessKeyId: one(ID_FIELD), secretAccessKey: one(SECRET_FIELD) };
    if (pair.accessKeyId === pair.secretAccessKey) {
      this.refuse(SECRET_FIELD.name, 'The two fields need two names.');
    }
    return pair;
  }

  get ok(): boolean {
    return Object.keys(this.errors).length === 0;
  }
}

const line = { optional: true, choices: null, initial: null };

export const REGION: PlaceField = {
  ...line,
  name: 'region',
  label: 'Region',
  hint: 'Such as eu-central-1. May stay empty when an ARN is typed.',
};

export const KMS_KEY: PlaceField = {
  ...line,
  name: 'kmsKey',
  label: 'KMS key',
  hint: 'Only for what Rekey makes there: the ID, ARN or alias of a key of yours. Empty: AWS’s own.',
};

export const ID_FIELD: PlaceField = {
  ...line,
  name: 'idField',
  label: 'Field of the access key ID',
  hint: 'Its name in the JSON value.',
  initial: 'AWS_ACCESS_KEY_ID',
};

export const SECRET_FIELD: PlaceField = {
  ...line,
  name: 'secretField',
  label: 'Field of the secret access key',
  hint: 'Its name in the JSON value.',
  initial: 'AWS_SECRET_ACCESS_KEY',
};

/** An ARN of a service, taken apart; null when the text is none. */
export function arnOf(
  text: string,
  service: string,
): { readonly region: string; readonly accountId: string; readonly resource: string } | null {
  const [, found, region, accountId, resource] =
    /^arn:aws[a-z-]*:([a-z-]+):([a-z0-9-]+):(\d{12}):(.+)$/.exec(text) ?? [];
  if (found !== service || region === undefined || accountId === undefined) return null;
  return { region, accountId, resource: resource ?? '' };
}
