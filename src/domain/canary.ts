/**
 * Accounts that exist to raise an alarm when one of their keys is used. Published by TruffleHog
 * (trufflesecurity/trufflehog, pkg/detectors/aws/access_keys/canary.go, read 2026-11): the accounts of Thinkst
 * Canary, and a look-alike.
 */
const CANARY_ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ...[
    '052310077262',
    '171436882533',
    '534261010715',
    '595918472158',
    '717712589309',
    '819147034852',
    '992382622183',
    '730335385048',
    '266735846894',
    '893192397702',
  ].map((account): [string, string] => [account, 'Thinkst Canary']),
  ['044858866125', 'a canary service'],
]);

/** Who runs this account as a trap, or null when it is not known to be one. */
export function canaryOwner(accountId: string): string | null {
  return CANARY_ACCOUNTS.get(accountId) ?? null;
}
