import type { HomeView, ModalView } from '@slack/types';

import type { ApprovalAsk } from '../domain/approval.ts';
import type { AttemptResult } from '../domain/attempt-result.ts';
import type { Attempt } from '../domain/attempt.ts';
import type { AuditVerdict } from '../domain/audit-verdict.ts';
import type { ReadyToRead, RotationCard, RotationLine } from '../domain/rotation-card.ts';
import type { ContainmentCard, ContainmentLine } from '../domain/containment-card.ts';
import type { Containment } from '../domain/containment.ts';
import type { LeakCard, SeenMessage } from '../domain/leak.ts';
import type { EvidenceTold } from '../domain/evidence.ts';
import type { DrillCard } from '../domain/drill.ts';
import type { DeletionCard } from '../domain/key-deletion.ts';
import type { IncidentLook } from '../domain/incident.ts';
import type { Signal } from '../domain/signal.ts';
import type { PeoplePresenter } from './people-presenter.ts';

/** A person as Slack knows them. */
export interface Person {
  readonly userId: string;
  readonly teamId: string;
  readonly name: string;
  /** IANA time zone, or null when Slack does not say. */
  readonly timeZone: string | null;
  /** Single- or multi-channel guest. */
  readonly guest: boolean;
  /** Known only through a shared channel. */
  readonly stranger: boolean;
  readonly bot: boolean;
  readonly deactivated: boolean;
}

export interface UserGroup {
  readonly groupId: string;
  readonly handle: string;
  readonly name: string;
}

/** A person found by a name: their handle, which they got from an admin or their e-mail, or one they chose themselves. */
export interface NamedPerson extends Person {
  readonly by: 'handle' | 'chosen';
}

/**
 * The people and groups of the workspace by name, deactivated people and guests among them. Answers may be an hour old,
 * also that there is nobody of that name; a failure is remembered for a minute, or as long as Slack asks us to wait.
 */
export interface Directory {
  /** Ignoring case. */
  named(name: string): Promise<readonly NamedPerson[]>;
  /** Throws `not_found` when the optional scope is missing; `next` says how to mend it. */
  withEmail(email: string): Promise<Person | null>;
  /** By handle, ignoring case, or id. Throws `not_found` as {@link People.groupMembers} does. */
  groupsNamed(name: string): Promise<readonly UserGroup[]>;
}

/** Who is who in the workspace. Every failure is a RekeyError `unreachable` (or `not_found`); never a guess. */
export interface People extends Directory {
  /** Answers from memory when younger than `maxAgeMs`. */
  person(userId: string, maxAgeMs: number): Promise<Person>;
  /** Throws `not_found` when the optional scope is missing or the plan has no groups; `next` says how to mend it. */
  groupMembers(groupId: string): Promise<readonly string[]>;
  groups(): Promise<readonly UserGroup[]>;
}

export interface Message {
  /** Notification and screen-reader text. */
  readonly text: string;
  readonly blocks: readonly unknown[];
}

/** What stood in the way of a post:
 * - `place`: this channel or person takes none (no such channel, not a member, archived, deactivated)
 * - `content`: Slack finds the message itself wrong
 * - `gone`: the message to edit or answer is no longer there
 * - `limited`: we are asked to slow down
 * - `refused`: any other refusal, such as of the token; nothing was posted
 * - `unsent`: Slack was not reached; nothing was posted
 * - `unknown`: no answer that says whether it was posted
 */
export type PostTrouble = 'place' | 'content' | 'gone' | 'limited' | 'refused' | 'unsent' | 'unknown';

export type PostResult =
  /** Where the message stands. */
  | { readonly ok: true; readonly channelId: string; readonly ts: string }
  | {
      readonly ok: false;
      readonly why: PostTrouble;
      /** Trying again will not help: `place`, `content` or `gone`. */
      readonly permanent: boolean;
      /** Slack's own name for it, or a few words. */
      readonly error: string;
      /** How long Slack asks us to wait; 0 unless `limited`. */
      readonly retryAfterMs: number;
    };

/** What makes a message of ours found again: opaque, since other apps may read it. */
export interface PostMark {
  readonly id: string;
  readonly attempt: number;
}

/** Whether a marked message stands in a channel. */
export type Sighting =
  | { readonly seen: 'yes'; readonly channelId: string; readonly ts: string }
  | { readonly seen: 'no' }
  /** We may not read there. */
  | { readonly seen: 'unreadable' }
  /** Slack could not be asked; try later. */
  | { readonly seen: 'unknown'; readonly error: string; readonly retryAfterMs: number };

/** Posts messages. Never throws for Slack's refusals. */
export interface Poster {
  /** `to` is a channel id or a user id (then it is a direct message). */
  post(
    to: string,
    message: Message,
    options?: { readonly threadTs?: string; readonly mark?: PostMark },
  ): Promise<PostResult>;
  /** Replaces a message of ours. */
  edit(channelId: string, ts: string, message: Message): Promise<PostResult>;
  /**
   * Looks for a message with this mark, posted after `since` (ms): needs the optional history scopes, and im:write for
   * a person (`to` as in `post`) whose direct message is not known by its channel yet.
   */
  find(to: string, markId: string, since: number, threadTs: string | null): Promise<Sighting>;
}

export type FileResult =
  | { readonly ok: true }
  /** `not_allowed`: the optional scope is not there. */
  | { readonly ok: false; readonly why: 'not_allowed' | 'failed'; readonly error: string };

/** Sends files. Never throws for Slack's refusals. */
export interface Files {
  /** A file of text into the direct message with a person, under a message that says what it is. */
  sendText(
    userId: string,
    file: { readonly name: string; readonly title: string; readonly text: string },
    message: Message,
  ): Promise<FileResult>;
  /** The same for several files of any content, one after another under one message. */
  send(userId: string, files: readonly SentFile[], message: Message): Promise<FileResult>;
}

/** A file to be sent. */
export interface SentFile {
  readonly name: string;
  readonly title: string;
  readonly bytes: Buffer;
}

/** Turns results into messages; implemented beside the blocks, so that the core holds no Slack words. */
export interface Presenter extends PeoplePresenter {
  attemptMessage(attempt: Attempt, result: AttemptResult): Message;
  /** The head of the audit chain on a day (ISO), for the alert channel. */
  auditHeadMessage(day: string, verdict: AuditVerdict): Message;
  /** Asks a second person to approve where keys go, or says who decided. */
  approvalMessage(ask: ApprovalAsk): Message;
  /** Tells who bound these users that a second person refused, and why. */
  refusedMessage(refused: {
    readonly name: string;
    readonly users: readonly string[];
    readonly by: string;
    readonly why: string;
  }): Message;
  /** An incident's one message, which is edited as it grows. */
  incidentMessage(look: IncidentLook): Message;
  /** What was found, for its thread, in the order of time. */
  incidentStory(look: IncidentLook, signals: readonly Signal[]): Message;
  /** That it became worse than was told. */
  incidentWorse(look: IncidentLook): Message;
  /** The one message of a containment, edited as it goes on. */
  containmentCard(card: ContainmentCard): Message;
  /** One thing that happened to it, for the thread. */
  containmentLine(line: ContainmentLine, containment: Containment): Message;
  /** That a message gives keys away, with a way to shut each off; edited when the message is gone. */
  leakAlert(card: LeakCard): Message;
  /** That another message gives away what was told already, for the thread of that alert. */
  leakAgain(card: LeakCard): Message;
  /** What became of the message, for the thread. */
  leakEnd(card: LeakCard): Message;
  /** To its author, in private. */
  leakToAuthor(card: LeakCard): Message;
  /** That an author posts more than is told one by one. */
  leakFlood(message: SeenMessage, mostAnHour: number): Message;
  /** The evidence of an incident: how far it is, and then what was found. */
  evidenceMessage(told: EvidenceTold): Message;
  /** Over the files of evidence, or over its pages where no files can be sent. */
  evidenceHead(told: EvidenceTold, how: 'files' | 'pages'): Message;
  /** The report as private messages, as many as are bearable. */
  evidencePages(lines: readonly string[]): readonly Message[];
  /** Asks a second person whether a key is deleted for good, or says how it ended. */
  deletionMessage(card: DeletionCard): Message;
  /** How it ended, for its thread. */
  deletionLine(card: DeletionCard): Message;
  /** The one message of a drill. */
  drillMessage(card: DrillCard): Message;
  /** What it took, or that nobody acted, for its thread. */
  drillReport(card: DrillCard): Message;
  /** Something only a person can mend, and what to do. */
  alarmMessage(what: string, next: string): Message;
  /** The one message of a rotation, edited as it goes on. */
  rotationCard(card: RotationCard): Message;
  /** One thing that happened, for the thread of the card. */
  rotationLine(line: RotationLine): Message;
  /** To each owner at the cut-over: what to take up, with ready text that reads the destinations. */
  rotationCutover(card: RotationCard, ready: readonly ReadyToRead[]): Message;
  /** “Anything broken?”, ten minutes after the old key was deactivated. */
  rotationQuestion(card: RotationCard): Message;
  /** That it is done or undone, to whoever asked for it and the owners. */
  rotationEnd(card: RotationCard): Message;
  /** That a schedule left a key alone, and why. */
  sparedMessage(spared: {
    readonly accessKeyId: string;
    readonly userName: string;
    readonly why: string;
  }): Message;
}

/** The private surfaces of Slack. `expired` (RekeyError) when a trigger came too late. */
export interface Desk {
  /** Opens a modal and answers its view id. */
  open(triggerId: string, view: ModalView): Promise<string>;
  /** Puts a modal on top of the one that is open. */
  push(triggerId: string, view: ModalView): Promise<string>;
  /** `gone`: the person closed it. */
  update(viewId: string, view: ModalView): Promise<'shown' | 'gone'>;
  /**
   * The same only while the modal still shows what we put there last: `changed` when it was submitted, or filled by
   * another process.
   */
  fill(viewId: string, view: ModalView): Promise<'shown' | 'gone' | 'changed'>;
  publishHome(userId: string, view: HomeView): Promise<void>;
  /** Words in a channel that one person sees there, until they reload; false when Slack did not take them. */
  whisper(channelId: string, userId: string, message: Message, threadTs: string | null): Promise<boolean>;
  /** A private answer where the command was typed or the button pressed. */
  reply(responseUrl: string, message: Message): Promise<void>;
  /** Puts another message in the place of the private one whose button was pressed. */
  replace(responseUrl: string, message: Message): Promise<void>;
}
