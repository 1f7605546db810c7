import type { Severity } from './notice.ts';

export type PagerKind = 'pagerduty' | 'opsgenie' | 'webhook';

export const PAGER_KINDS: readonly PagerKind[] = ['pagerduty', 'opsgenie', 'webhook'];

/** What people call them. */
export const PAGER_NAMES: Readonly<Record<PagerKind, string>> = {
  pagerduty: 'PagerDuty',
  opsgenie: 'Opsgenie',
  webhook: 'a webhook',
};

/** Where Opsgenie keeps the account. */
export type PagerRegion = 'us' | 'eu';

/** The paging service that is set; its key, and a webhook's address, are sealed beside it. */
export interface PagerSetting {
  readonly kind: PagerKind;
  readonly region: PagerRegion;
  /** The host of a webhook, to be shown; its whole address may hold a secret. */
  readonly host: string | null;
  /** Notices of this severity and above are paged. */
  readonly least: Severity;
  readonly setBy: string;
  readonly setAt: number;
}

/** What is wrong with a key of this kind as it was typed, or null. Never repeats it. */
export function keyProblem(kind: PagerKind, key: string): string | null {
  if (/\s/.test(key)) return 'A key has no spaces.';
  switch (kind) {
    case 'pagerduty':
      return /^[A-Za-z0-9]{32}$/.test(key)
        ? null
        : 'An integration key of the Events API v2 has 32 letters and digits.';
    case 'opsgenie':
      return /^[A-Za-z0-9-]{20,100}$/.test(key)
        ? null
        : 'The key of an Opsgenie API integration has letters, digits and hyphens, mostly 36.';
    case 'webhook':
      return key.length >= 16 ? null : 'The shared secret needs at least 16 characters.';
  }
}
