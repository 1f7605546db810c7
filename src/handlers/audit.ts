import type { Doer } from '../domain/actor.ts';
import type { AuditEntry } from '../domain/records.ts';
import type { Write } from '../ports/stores.ts';
import type { Services } from './services.ts';

/** What it takes to write a row. */
type Recording = Pick<Services, 'stores' | 'ids' | 'clock'>;

interface Act {
  /** Of the row, where the call that follows names it; else a new one. */
  readonly id?: string;
  readonly doer: Doer;
  /** `noun.verb`. */
  readonly verb: string;
  readonly entityKind: string;
  readonly entityId: string;
  readonly correlationId: string;
  readonly why?: string;
  /** For people; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The row that says somebody set out to do something. */
export function auditIntent(services: Recording, act: Act): Write {
  return services.stores.audit.add(entry(services, act, 'intent', null));
}

/** The row that says how it ended. */
export function auditOutcome(
  services: Recording,
  act: Act,
  outcome: NonNullable<AuditEntry['outcome']>,
): Write {
  return services.stores.audit.add(entry(services, act, 'outcome', outcome));
}

function entry(
  services: Recording,
  act: Act,
  phase: AuditEntry['phase'],
  outcome: AuditEntry['outcome'],
): AuditEntry {
  return {
    id: act.id ?? services.ids.next(),
    at: services.clock.now(),
    doer: act.doer,
    verb: act.verb,
    phase,
    outcome,
    entityKind: act.entityKind,
    entityId: act.entityId,
    why: act.why ?? '',
    detail: act.detail ?? {},
    correlationId: act.correlationId,
  };
}
