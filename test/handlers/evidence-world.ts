import { gunzipSync } from 'node:zlib';
import type { EvidenceRef } from '../../src/domain/evidence.ts';
import type { Role } from '../../src/domain/actor.ts';
import { beginEvidence, type EvidenceBegun } from '../../src/handlers/evidence/begin.ts';
import { gatherEvidence } from '../../src/handlers/evidence/gather.ts';
import { readState, type EvidenceState } from '../../src/handlers/evidence/state.ts';
import type { Services } from '../../src/handlers/services.ts';
import type { FileResult, Files, People, SentFile } from '../../src/ports/slack.ts';
import { keptIncident } from '../db/watch-samples.ts';
import type { InventoryWorld } from '../pollers/world.ts';
import { PATIENT } from '../pollers/world.ts';
import { request, RESPONDER, servicesFor } from './containment-world.ts';

/** A file that was sent, unpacked where it is packed. */
export interface Received {
  readonly userId: string;
  readonly name: string;
  readonly text: string;
}

/** Takes files as Slack does; `answer` may refuse them. */
export class Inbox implements Files {
  readonly received: Received[] = [];
  answer: FileResult = { ok: true };

  send(userId: string, files: readonly SentFile[]): Promise<FileResult> {
    if (this.answer.ok) {
      this.received.push(
        ...files.map(({ name, bytes }) => ({
          userId,
          name,
          text: (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'),
        })),
      );
    }
    return Promise.resolve(this.answer);
  }

  sendText(): Promise<FileResult> {
    return Promise.resolve(this.answer);
  }

  /** The latest file whose name ends so. */
  latest(end: string): string {
    return this.received.findLast(({ name }) => name.endsWith(end))?.text ?? '';
  }
}

/** A workspace of full members. */
const EVERYBODY: Partial<People> = {
  person: (userId) =>
    Promise.resolve({
      userId,
      teamId: 'T0',
      name: userId,
      timeZone: null,
      guest: false,
      stranger: false,
      bot: false,
      deactivated: false,
    }),
};

/** Services in which everybody is known, and the given people are responders. */
export async function evidenceServices(
  world: InventoryWorld,
  inbox: Inbox,
  changes: Partial<Services> = {},
): Promise<Services> {
  const services = servicesFor(world, { files: inbox, people: EVERYBODY as People, ...changes });
  await giveRole(services, RESPONDER.userId, 'responder');
  return services;
}

export async function giveRole(services: Services, userId: string, role: Role): Promise<void> {
  const grant = { subjectKind: 'user', subjectId: userId, role, grantedBy: 'U0ADMIN', grantedAt: 1 } as const;
  await services.stores.atomically([
    services.stores.roleGrants.insert({ id: services.ids.next(), ...grant }),
  ]);
}

/** An incident of a key that began so long ago. */
export async function incident(
  world: InventoryWorld,
  id: string,
  subject: string,
  minutesAgo: number,
  userName: string | null = null,
): Promise<EvidenceRef> {
  const at = world.clock.now() - minutesAgo * 60_000;
  const kept = keptIncident({
    id,
    accountId: world.accountId,
    subject,
    userName,
    openedAt: at,
    lastAt: at,
    createdAt: at + 90_000,
  });
  await world.stores.atomically([world.stores.watch.incidents.insert(kept)]);
  return { kind: 'incident', id };
}

/** Puts a raw record into the account's event history, as something that happened so long ago. */
export function put(
  world: InventoryWorld,
  raw: Readonly<Record<string, unknown>>,
  { at, region = 'us-east-1' }: { readonly at: number; readonly region?: string },
): void {
  const second = Math.floor(at / 1_000) * 1_000;
  const eventTime = new Date(second).toISOString().replace('.000Z', 'Z');
  const eventID = typeof raw['eventID'] === 'string' ? raw['eventID'] : world.standIn.world.ids.requestId();
  const identity = (raw['userIdentity'] ?? {}) as Readonly<Record<string, unknown>>;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const arn = text(identity['arn']);
  world.account.in(region).history.add({
    eventId: eventID,
    at: second,
    visibleAt: second,
    name: String(raw['eventName']),
    source: String(raw['eventSource']),
    userName: text(identity['userName']) || arn.slice(arn.lastIndexOf('/') + 1),
    accessKeyId: text(identity['accessKeyId']),
    readOnly: false,
    resources: [],
    record: { ...raw, eventID, eventTime, awsRegion: region },
  });
}

/** Asks as a responder, and gathers as the job does. */
export async function gathered(
  services: Services,
  ref: EvidenceRef,
  actor = RESPONDER,
): Promise<{ readonly begun: EvidenceBegun; readonly state: EvidenceState }> {
  const begun = await beginEvidence(services, request(services, actor), ref);
  await gatherEvidence(services, begun.told.ref, PATIENT, '0.0.0');
  const { state } = await readState(services, begun.told.ref);
  if (state === null) throw new Error('Nothing is kept of it');
  return { begun, state };
}
