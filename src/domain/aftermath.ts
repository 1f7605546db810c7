import { isConfirmed, isDenied, isGone, type Containment } from './containment.ts';
import { wasStolen } from './containment-reasons.ts';
import { isOverAsGone } from './containment-unread.ts';

/** So long after IAM confirmed it people are asked whether anything broke; ms. */
export const ASK_AFTER_MS = 10 * 60_000;

/**
 * What people are told and asked after a containment: owners that their key is off, ten minutes later whether anything
 * broke, and owners again when it is over. Kept until then. Times are ms.
 */
export interface Aftermath {
  readonly containmentId: string;
  /** What the question is about; null once it was asked, or nobody is to be asked any more. */
  readonly confirmedAt: number | null;
  /** Owners who were told that their key is off, by key. */
  readonly told: readonly { readonly userId: string; readonly accessKeyId: string }[];
  /** Keys whose owners were told, or found out of reach. */
  readonly keys: readonly string[];
  /** Owners of some keys could not be told, since Slack did not say who they are: they are when it does. */
  readonly again?: boolean | undefined;
  /** Who was asked in private, and the notice of their message. */
  readonly asked: readonly { readonly userId: string; readonly noticeId: string }[];
}

/** Whether something of it is off still, so that it makes sense to ask what broke. */
export function isOff({ state, holders }: Pick<Containment, 'state' | 'holders'>): boolean {
  const held = holders.some(({ phase }) => phase === 'held');
  return held && (state === 'acting' || state === 'holding' || state === 'standing');
}

/** Whether it is taken back or recovered, and nothing of that is under way. */
export function isTakenBack({ state }: Pick<Containment, 'state'>): boolean {
  return state === 'undone' || state === 'recovered' || state === 'ended';
}

/** What an owner does next, in the order it is done; what stands between backticks is code. */
export function nextSteps(containment: Containment, now: number): readonly string[] {
  const { state } = containment;
  if (state === 'undone' && isGone(containment)) {
    return [
      'If you need access still, ask whoever runs the AWS account: neither the key nor its user is to be found there.',
    ];
  }
  if (state === 'undone') {
    return [
      'Nothing is to be done for now: the key works as before.',
      'If what was found is how your key works, tell a responder: “This is us” keeps what is alike quiet.',
    ];
  }
  if (containment.left !== undefined) {
    return [
      'Ask whoever runs the AWS account: Rekey cannot reach it any more, and what was shut off stays so until somebody there gives it back.',
    ];
  }
  if (isOverAsGone(containment) && !wasStolen(containment)) {
    return ['Nothing is to be done: a key that does not exist cannot be used.'];
  }
  const isBack = state === 'recovered' || state === 'ended';
  const stolen = isDenied(containment) || wasStolen(containment);
  const waits = stolen && !isBack && isConfirmed(containment, now);
  return [
    ...(stolen
      ? [
          'Find out how the key got away (a repository, a build log, a laptop, an image), and close that first: a new key would go the same way.',
          'Clean up with the responders: users, keys, roles, policies, functions and instances that were made with it since the first finding.',
        ]
      : []),
    waits
      ? 'Then rotate: a new key of this user works only once a responder chose Recover; the old one stays Inactive and is deleted later.'
      : 'Then rotate: make a new key with `/aws-rotate` if it is still needed, and let the old one stay Inactive.',
    'Better than a new key is none: a role for what runs in AWS, OpenID Connect for GitHub, GitLab and others that build, IAM Identity Center for people, IAM Roles Anywhere for servers elsewhere.',
  ];
}
