import type { CloudTrailEvent } from './event.ts';
import { HOUR } from './profile.ts';
import type { Recent } from './recent.ts';
import type { About } from './rule.ts';

/** Notes a thing, and, when it was never done before as far as is remembered, that it was done for the first time. */
export function noteFirst(recent: Recent, kind: string, what: string, at: number): void {
  const id = what.slice(0, 256);
  if (recent.last(kind, id) === null) recent.note(`first ${kind}`, id, at, at);
  recent.note(kind, id, at, at);
}

/** The program and where it runs: what the key's own program read before, a stranger's reads for the first time. */
export function whoReads({ agent, address }: CloudTrailEvent, { place }: About): string {
  return `${agent.family} ${place().operator ?? address?.prefix ?? ''}`;
}

/** True when whoever reads listed such things in the last hour: he does not know what he looks for. */
export function hasListed(kind: string, event: CloudTrailEvent, about: About): boolean {
  const listed = about.profile.recent.last(kind, whoReads(event, about));
  return listed !== null && about.now - listed < HOUR;
}
