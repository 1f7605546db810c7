import { TOLD_FROM, type KeptIncident } from '../../domain/incident.ts';
import { isAtLeast, SEVERITIES } from '../../domain/notice.ts';
import { alertWrites } from '../../handlers/alert.ts';
import { pageKey } from '../../handlers/close-incident.ts';
import { incidentLook } from '../../handlers/look-incident.ts';
import { onCallFor } from '../../handlers/on-call.ts';
import { questionWrites } from '../../handlers/owner-questions/keep.ts';
import type { Write } from '../../ports/stores.ts';
import type { Signal } from '../../detections/signal.ts';
import { placesOf } from '../reminders/places.ts';
import type { Draft } from './file-signals.ts';
import type { Watching } from './watching.ts';

/**
 * What is to be told of an incident after signals came: its one message, or an edit of it, with what is new in the
 * thread; once more aloud when it became worse. Mild ones are told nobody until they are no longer mild.
 */
export async function tellIncident(
  { services, connection }: Watching,
  incident: KeptIncident,
  { incident: { signals }, fresh }: Pick<Draft, 'incident' | 'fresh'>,
): Promise<{ readonly writes: Write[]; readonly changes: Partial<KeptIncident> }> {
  const { severity, toldAs, noticeId } = incident;
  if (!isAtLeast(severity, TOLD_FROM)) return { writes: [], changes: {} };
  const { presenter, ids, log } = services;
  const look = await incidentLook(services, incident, signals);
  const [place] = (await placesOf(services, connection)).own;
  if (place === undefined) return { writes: [], changes: {} };
  const correlationId = log.correlationId() ?? ids.next();
  const loud = {
    target: place,
    correlationId,
    severity,
    incidentKey: pageKey(incident.id),
    details: {
      account: incident.accountId,
      subject: incident.subject.slice(0, 200),
      rules: incident.rules.slice(0, 10).join(', '),
    },
  };
  const onCall = await onCallFor(services, severity);
  const called = onCall === null ? [] : [onCall];
  const story = async (threadOf: string, told: readonly Signal[]) =>
    (
      await alertWrites(services, {
        target: place,
        correlationId,
        threadOf,
        message: presenter.incidentStory(look, told),
      })
    ).writes;
  if (noticeId === null) {
    const message = presenter.calling(presenter.incidentMessage(look), called);
    const head = await alertWrites(services, { ...loud, message });
    return {
      writes: [
        ...head.writes,
        ...(await story(head.noticeId, signals)),
        ...questionWrites(services, incident, correlationId),
      ],
      changes: { noticeId: head.noticeId, toldAs: severity },
    };
  }
  const edit = await alertWrites(services, {
    target: place,
    correlationId,
    edits: noticeId,
    message: presenter.incidentMessage(look),
  });
  const isWorse = toldAs === null || SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(toldAs);
  const again = isWorse
    ? (
        await alertWrites(services, {
          ...loud,
          message: presenter.calling(presenter.incidentWorse(look), called),
        })
      ).writes
    : [];
  return {
    writes: [...edit.writes, ...(await story(noticeId, fresh)), ...again],
    changes: isWorse ? { toldAs: severity } : {},
  };
}
