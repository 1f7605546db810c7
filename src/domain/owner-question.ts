import { SEVERITIES } from './notice.ts';
import type { KnownPlace } from './incident.ts';
import type { Signal } from './signal.ts';

/** So long nobody may answer until that is told; ms. */
export const SILENCE_MS = 30 * 60_000;
/** Findings a question shows: the worst ones. */
const SHOWN = 3;

export type OwnerAnswer = 'me' | 'not_me';

/** Somebody who was asked, and the notice of their message. */
export interface AskedPerson {
  readonly userId: string;
  readonly noticeId: string;
}

/**
 * “Was this you?”, to the owners of a key with an incident: once, however many signals follow. Kept while the incident is
 * open. Times are ms.
 */
export interface OwnerQuestion {
  readonly incidentId: string;
  readonly createdAt: number;
  readonly correlationId: string;
  /** Null until it was asked; nobody, where nobody can be reached. */
  readonly asked: { readonly at: number; readonly people: readonly AskedPerson[] } | null;
  readonly answers: readonly {
    readonly userId: string;
    readonly answer: OwnerAnswer;
    readonly at: number;
  }[];
  /** It was told that Slack could not say whom to ask: they are asked when it can. */
  readonly again?: boolean | undefined;
  /** When it was told that nobody answers. */
  readonly silentAt: number | null;
}

/** What a question shows of an incident. */
export interface SeenFinding {
  readonly at: number | null;
  readonly title: string;
  /** `service:call`. */
  readonly action: string;
  readonly address: string | null;
  readonly place: KnownPlace | null;
  readonly agent: string | null;
  readonly region: string | null;
}

/** The worst findings, in the order of time. */
export function findingsToShow(
  signals: readonly Signal[],
  places: Readonly<Record<string, KnownPlace>>,
): readonly SeenFinding[] {
  return signals
    .toSorted((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity))
    .slice(0, SHOWN)
    .toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))
    .map(({ at, title, service, eventName, address, agent, region }) => ({
      at,
      title,
      action: `${service}:${eventName}`,
      address,
      place: address === null ? null : (places[address] ?? null),
      agent,
      region,
    }));
}

/** Whether silence is to be told now. */
export function isSilent({ asked, answers, silentAt }: OwnerQuestion, now: number): boolean {
  const isAsked = asked !== null && asked.people.length > 0;
  return isAsked && answers.length === 0 && silentAt === null && now >= asked.at + SILENCE_MS;
}
