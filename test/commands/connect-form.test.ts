import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../commands/incoming.ts';
import { fieldsOf } from '../../commands/modals/connect-form.ts';

const KEY_ID = 'AKIARZPUZDIKDUIDT77F';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLEKE';

function typedAs(field: string, text: string): ReturnType<typeof fieldsOf> {
  return fieldsOf(new Map<string, FieldValue>([[`field.${field}`, { one: text, many: [] }]]));
}

describe('a form that is drawn again', () => {
  it.each(['name', 'description', 'accountId', 'region', 'accessKeyId', 'roleArn'] as const)(
    'leaves a secret out of %s',
    (field) => {
      for (const text of [SECRET, `${KEY_ID},${SECRET}`, `\ufeffAccess key ID,Secret\n${KEY_ID},${SECRET}`]) {
        expect(JSON.stringify(typedAs(field, text))).not.toContain(SECRET.slice(0, 12));
      }
    },
  );

  it('keeps a bare access key ID, and nothing that came with it', () => {
    expect(typedAs('accessKeyId', ` ${KEY_ID} `).accessKeyId).toBe(KEY_ID);
    // Cut short, a secret no longer looks like one; most of it is there all the same.
    for (const text of [`${KEY_ID},${SECRET.slice(0, 38)}`, `${KEY_ID}\n${SECRET.slice(0, 20)}`]) {
      expect(typedAs('accessKeyId', text).accessKeyId).toBe('');
    }
  });
});
