import type { ContainmentCard } from '../domain/containment-card.ts';
import type { KeptIncident } from '../domain/incident.ts';
import type { OnCallRef } from '../domain/on-call.ts';
import type { Unreached } from '../domain/owner.ts';
import type { OwnerAnswer, SeenFinding } from '../domain/owner-question.ts';
import type { Message } from './slack.ts';

/** “Was this you?”, as it is asked of one owner. */
export interface OwnerAsk {
  readonly incident: KeptIncident;
  readonly accountName: string;
  readonly findings: readonly SeenFinding[];
  /** When silence is told; ms. */
  readonly until: number;
}

/** What became of a question, for the message it was asked in. */
export type OwnerAskEnd =
  | { readonly kind: 'answered'; readonly answer: OwnerAnswer; readonly reason: string; readonly at: number }
  /** The incident was closed before there was an answer. */
  | { readonly kind: 'closed' };

/** A line about the owners in the thread of an incident. */
export type OwnerLine =
  | {
      readonly kind: 'asked';
      readonly people: readonly string[];
      readonly out: readonly Unreached[];
      readonly until: number;
    }
  | {
      readonly kind: 'answered';
      readonly by: string;
      /** They could close the incident themselves. */
      readonly mayDecide: boolean;
      readonly answer: OwnerAnswer;
      readonly reason: string;
      readonly at: number;
    }
  | { readonly kind: 'silent'; readonly people: readonly string[]; readonly since: number };

/** A line in the thread of a containment after somebody answered whether anything broke. */
export interface BrokenLine {
  readonly by: string;
  readonly at: number;
  /** What they say is broken; null: they say that all is well. */
  readonly broken: { readonly what: string } | null;
  /** Who may take it back. */
  readonly admins: readonly string[];
}

/** What people are told and asked around incidents and containments. */
export interface PeoplePresenter {
  /** A message with a line on top that mentions people and groups. It reaches them in new messages only. */
  calling(message: Message, mentioned: readonly OnCallRef[]): Message;
  ownerQuestion(ask: OwnerAsk): Message;
  /** The same message when nobody waits for an answer any more. */
  ownerQuestionOver(ask: OwnerAsk, end: OwnerAskEnd): Message;
  ownerLine(incident: KeptIncident, line: OwnerLine): Message;
  /** To an owner: that these keys of theirs are off, and what comes next. */
  keyShutOff(card: ContainmentCard, accessKeyIds: readonly string[]): Message;
  /** To an owner who was told so: that it is over, and what comes next. */
  keyTakenBack(card: ContainmentCard, accessKeyIds: readonly string[]): Message;
  /** “Anything broken?”; `out`: who was not asked in private, and why; null: this is the private one. */
  brokenQuestion(card: ContainmentCard, out: readonly Unreached[] | null): Message;
  /** The private one after this person answered. */
  brokenAnswered(card: ContainmentCard, line: BrokenLine): Message;
  brokenLine(card: ContainmentCard, line: BrokenLine): Message;
}
