import type { HomeView, ModalView } from '@slack/types';

import type { AttemptResult } from '../domain/attempt-result.ts';
import type { Attempt } from '../domain/attempt.ts';
import type { AuditVerdict } from '../domain/audit-verdict.ts';

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

/** Who is who in the workspace. Every failure is a RekeyError `unreachable` (or `not_found`); never a guess. */
export interface People {
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

export type PostResult =
  | { readonly ok: true }
  /** `permanent`: trying again will not help (no such channel, not a member, archived). */
  | { readonly ok: false; readonly permanent: boolean; readonly error: string };

/** Posts messages. Never throws for Slack's refusals. */
export interface Poster {
  /** `to` is a channel id or a user id (then it is a direct message). */
  post(to: string, message: Message): Promise<PostResult>;
}

/** Turns results into messages; implemented beside the blocks, so that the core holds no Slack words. */
export interface Presenter {
  attemptMessage(attempt: Attempt, result: AttemptResult): Message;
  /** The head of the audit chain on a day (ISO), for the alert channel. */
  auditHeadMessage(day: string, verdict: AuditVerdict): Message;
  /** Something only a person can mend, and what to do. */
  alarmMessage(what: string, next: string): Message;
}

/** The private surfaces of Slack. `expired` (RekeyError) when a trigger came too late. */
export interface Desk {
  /** Opens a modal and answers its view id. */
  open(triggerId: string, view: ModalView): Promise<string>;
  /** Puts a modal on top of the one that is open. */
  push(triggerId: string, view: ModalView): Promise<string>;
  /** `gone`: the person closed it. */
  update(viewId: string, view: ModalView): Promise<'shown' | 'gone'>;
  publishHome(userId: string, view: HomeView): Promise<void>;
  /** A private answer where the command was typed or the button pressed. */
  reply(responseUrl: string, message: Message): Promise<void>;
}
