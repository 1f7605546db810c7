import { RekeyError } from '../../src/errors.ts';

/**
 * Text as both engines can hold it: PostgreSQL refuses NUL, and a lone surrogate has no UTF-8 form, so that
 * drivers would silently store another text. Throws RekeyError `invalid`.
 */
export function storableText(value: string): string {
  if (value.includes('\0') || !value.isWellFormed()) {
    throw new RekeyError('invalid', 'The text contains a character that cannot be stored.', {
      next: 'Type it again without control characters.',
    });
  }
  return value;
}

/** A whole number both engines hold exactly. Throws RekeyError `internal` for any other. */
export function storableInteger(value: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new RekeyError('internal', 'A number that is not a whole number was given to the database.');
  }
  return value;
}

/** The same for a value of either kind, where no column looks at it. */
export function storable(value: string | number): string | number {
  return typeof value === 'string' ? storableText(value) : storableInteger(value);
}
