import { parseReport } from '../../inventory/report.ts';
import type { Report } from '../../inventory/report.ts';
import { reasonOf } from '../../verification/reasons.ts';
import type { Sweep } from './sweep.ts';
import { tried } from './trouble.ts';

/** How long AWS may take to make a report, in steps; ms. Two minutes in all. */
const WAITS_MS = [2_000, 3_000, 5_000, 10_000, 20_000, 30_000, 50_000] as const;

/**
 * The credential report: with `renew`, AWS is asked for a new one first, and makes one when the last is four hours
 * old. Null when it could not be had; then a gap says why.
 */
export async function readReport(sweep: Sweep, renew: boolean): Promise<Report | null> {
  const { signal, services } = sweep;
  const iam = await sweep.iam();
  const unread = (why: string): null => {
    sweep.note({ what: 'report', subject: null, why });
    return null;
  };
  let asked = false;
  const ask = async (): Promise<string | null> => {
    asked = true;
    const answer = await tried(signal, () => iam.generateCredentialReport(signal));
    return answer.ok ? null : reasonOf(answer.failure);
  };
  // Who may not ask for a report may still be allowed to read the one that is there.
  const refusal = renew ? await ask() : null;
  for (const wait of WAITS_MS) {
    const answer = await tried(signal, () => iam.getCredentialReport(signal));
    if (!answer.ok) return unread(refusal ?? reasonOf(answer.failure));
    const report = answer.value;
    if (report.state === 'ready') {
      return (
        parseReport(report.content, report.generatedAt) ??
        unread('The credential report could not be understood.')
      );
    }
    if (report.state !== 'not_ready') {
      const why = asked ? refusal : await ask();
      if (why !== null) return unread(why);
    }
    await services.clock.sleep(wait, signal);
  }
  return unread('AWS did not finish the credential report in time.');
}
