import type { Containment } from '../../domain/containment.ts';
import { isDrilled } from '../../domain/drill.ts';
import type { Message } from '../../ports/slack.ts';
import { section } from './elements.ts';

/** Before all that a rehearsal says. */
export function drillMark(containment: Containment): string {
  return isDrilled(containment) ? 'DRILL: ' : '';
}

/** The message as it is, or marked where all of it is a rehearsal. */
export function drillMarked(containment: Containment, message: Message): Message {
  if (!isDrilled(containment)) return message;
  const { text, blocks } = message;
  return {
    ...message,
    text: `${drillMark(containment)}${text}`,
    blocks: [section('*DRILL:* a rehearsal on a decoy, nothing happened.'), ...blocks],
  };
}
