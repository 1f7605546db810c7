/** Account numbers of documentation, tutorials and test programs. */
const EXAMPLE_ACCOUNTS = new Set([
  '000000000000',
  '012345678901',
  '123456789012',
  '123456789123',
  '210987654321',
  '987654321098',
  '999999999999',
  ...[
    '111111111111',
    '222222222222',
    '333333333333',
    '444444444444',
    '555555555555',
    '666666666666',
    '777777777777',
    '888888888888',
  ],
  ...['111122223333', '444455556666', '777788889999', '555566667777', '888899990000', '112233445566'],
]);

export function isExampleAccount(accountId: string): boolean {
  return EXAMPLE_ACCOUNTS.has(accountId);
}

/** Drawn at random, the 16 characters after the prefix are all but never so few different ones. */
const FEWEST_DIFFERENT = 6;

/** True for key IDs that are written to be no key: `AKIAIOSFODNN7EXAMPLE`, rows of one letter. */
export function isPlaceholderId(id: string): boolean {
  return /EXAMPLE|YOURKEY|ACCESSKEY/.test(id) || new Set(id.slice(4)).size < FEWEST_DIFFERENT;
}
