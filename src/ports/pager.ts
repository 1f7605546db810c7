import type { PageAction, Severity } from '../domain/notice.ts';
import type { PagerKind, PagerRegion } from '../domain/pager.ts';
import type { Secret } from '../domain/secret.ts';

/** The paging service with what opens it. */
export interface PagerAccess {
  readonly kind: PagerKind;
  readonly region: PagerRegion;
  /** An integration key, or the secret that signs what goes to a webhook. */
  readonly key: Secret;
  /** A webhook's address, which may hold a secret too; null for the others. */
  readonly url: Secret | null;
}

/** One page. The same `incidentKey` opens an incident, takes it up and closes it. */
export interface Page {
  /** Names this page; the same when it is sent again. */
  readonly id: string;
  readonly action: PageAction;
  readonly incidentKey: string;
  readonly summary: string;
  readonly severity: Severity;
  /** ms since the epoch. */
  readonly at: number;
  readonly details: Readonly<Record<string, string>>;
}

export type PageResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** For people: never a key, an address or what the service answered. */
      readonly error: string;
      /** `limited`: asked to slow down; `refused`: it does not want this; `unknown`: no answer, or one that says nothing. */
      readonly why: 'limited' | 'refused' | 'unknown';
      /** 0 when nobody said. */
      readonly retryAfterMs: number;
    };

/** Sends pages. Never throws. */
export interface Pager {
  send(access: PagerAccess, page: Page): Promise<PageResult>;
  /** Why this webhook address cannot be used, in words, or null. */
  addressProblem(url: string): Promise<string | null>;
}
