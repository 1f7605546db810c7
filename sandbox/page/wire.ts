/** What the page and its server tell each other. Types only: the browser loads nothing of this file. */

export type Json = Readonly<Record<string, unknown>>;

export interface WirePerson {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly isBot: boolean;
}

/** A person the visitor can be. */
export interface WireMember extends WirePerson {
  /** What they were to Rekey when the sandbox started, in words. */
  readonly standing: string;
}

/** A file in a message; its bytes are at `/file/ID`. */
export interface WireFile {
  readonly id: string;
  readonly name: string;
  readonly size: number;
}

export interface WireMessage {
  readonly ts: string;
  readonly channelId: string;
  readonly userId: string;
  readonly fromApp: boolean;
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly files: readonly WireFile[];
  readonly threadTs?: string | undefined;
  readonly edited: boolean;
  readonly ephemeral: boolean;
  /** Said by the sandbox in somebody's name. */
  readonly scripted: boolean;
}

export interface WireChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly archived: boolean;
  readonly extShared: boolean;
  readonly purpose: string;
  readonly messages: readonly WireMessage[];
}

export interface WireView {
  readonly id: string;
  readonly hash: string;
  readonly type: 'modal' | 'home';
  readonly title?: string | undefined;
  readonly submit?: string | undefined;
  readonly close?: string | undefined;
  readonly blocks: readonly Json[];
}

/** What Slack itself tells a person. */
export interface WireNotice {
  readonly at: number;
  readonly code: string;
  readonly text: string;
}

/** Something the visitor can break. */
export interface WireTrouble {
  readonly id: string;
  readonly label: string;
  readonly about: string;
  /** ms since the epoch; 0 until it is mended by hand, null while all is well. */
  readonly until: number | null;
}

/** How far a visitor moves the clock. */
export type ClockStep = 'hour' | 'day' | 'week' | 'morning';

export interface WireGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
}

/** All that one person's client shows; sent whole after every change. */
export interface Snapshot {
  readonly person: WirePerson;
  readonly workspace: string;
  /** Channels the person is in, then the direct message with the app. */
  readonly channels: readonly WireChannel[];
  readonly modals: readonly WireView[];
  readonly home?: WireView | undefined;
  readonly notices: readonly WireNotice[];
  readonly people: readonly WirePerson[];
  readonly groups: readonly WireGroup[];
  readonly troubles: readonly WireTrouble[];
  /** How far the sandbox's clock is ahead of this computer's; ms. */
  readonly ahead: number;
  /** What others did meanwhile, newest first. */
  readonly meanwhile: readonly WireMeanwhile[];
  /** Whether the sample team answers by itself. */
  readonly teamAnswers: boolean;
}

/** Something nobody at this page did: the sandbox did it, as part of its make-believe. */
export interface WireMeanwhile {
  /** By the sandbox's clock; ms. */
  readonly at: number;
  readonly where: 'AWS' | 'Slack';
  readonly words: string;
}

export interface WireCommand {
  readonly command: string;
  readonly usage: string;
  readonly description: string;
}

export interface WireKey {
  readonly id: string;
  readonly label: string;
  readonly about: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What does not change while the sandbox runs. */
export interface Setup {
  readonly members: readonly WireMember[];
  readonly commands: readonly WireCommand[];
  readonly keys: readonly WireKey[];
  readonly customerAccountId: string;
  /** A role that trusts Rekey without asking for an external ID. */
  readonly openRoleArn: string;
  /** A trail whose queue Rekey may read with the key Shop. */
  readonly trail: { readonly queueUrl: string; readonly bucket: string };
  /** The app's Messages tab takes no words. */
  readonly messagesReadOnly: boolean;
}

export type WireContainer =
  | { readonly kind: 'message'; readonly channelId: string; readonly ts: string }
  | { readonly kind: 'view'; readonly viewId: string };

export type StateValues = Record<string, Record<string, Json>>;

/** What a person does; each is one POST. */
export type Act =
  | { readonly act: 'command'; readonly as: string; readonly channelId: string; readonly line: string }
  | { readonly act: 'say'; readonly as: string; readonly channelId: string; readonly text: string }
  /** Deletes one's own message. */
  | { readonly act: 'erase'; readonly as: string; readonly channelId: string; readonly ts: string }
  | { readonly act: 'open_home'; readonly as: string; readonly tab: 'home' | 'messages' }
  | {
      readonly act: 'block_action';
      readonly as: string;
      readonly container: WireContainer;
      readonly blockId: string;
      readonly actionId: string;
      readonly chosen?: Json | undefined;
      readonly values?: StateValues | undefined;
      /** The blocks as the person saw them. */
      readonly seen: readonly Json[];
    }
  | {
      readonly act: 'suggest';
      readonly as: string;
      readonly container: WireContainer;
      readonly blockId: string;
      readonly actionId: string;
      readonly query: string;
    }
  | { readonly act: 'submit'; readonly as: string; readonly viewId: string; readonly values: StateValues }
  | { readonly act: 'close'; readonly as: string; readonly viewId: string; readonly how: 'cancel' | 'x' }
  | { readonly act: 'make_role'; readonly externalId: string }
  | { readonly act: 'set_up_places' }
  | { readonly act: 'trouble'; readonly id: string; readonly on: boolean }
  /** Plays the theft of a sample key. */
  | { readonly act: 'theft' }
  /** Puts CloudTrail records into the account of the sample key Shop. */
  | { readonly act: 'replay'; readonly log: string }
  | { readonly act: 'move_clock'; readonly step: ClockStep }
  | { readonly act: 'team_answers'; readonly on: boolean };

/** The answer to an act. A refusal of the stand-in is `ok: false` with its reason, not an HTTP error. */
export interface Done {
  readonly ok: boolean;
  readonly message?: string | undefined;
  /** Field errors of a submission, by block_id. */
  readonly errors?: Readonly<Record<string, string>> | undefined;
  readonly options?: readonly Json[] | undefined;
  readonly roleArn?: string | undefined;
}
