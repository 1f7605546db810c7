import type { ContainmentEvent } from './containment.ts';

/** One thing that was found while it was held. */
export function eventWords({ what, about }: ContainmentEvent): string {
  switch (what) {
    case 'put_back':
      return about === 'key'
        ? 'Somebody switched the key on again: it is being switched off again.'
        : about === 'deny'
          ? 'Somebody took the deny off the user: it is being put back.'
          : 'Somebody took the deny of sessions from before off: it is being put back.';
    case 'left_on':
      return `The key ${about}, whose deactivation was planned, is Active: somebody switched it on again. Rekey leaves it so.`;
    case 'new_key':
      return `A new key appeared on the user: ${about}. The deny holds for it, too; contain it by itself if it is not yours.`;
    case 'new_policy':
      return `A policy was attached to the user: ${about}. A deny wins over it.`;
    case 'new_inline':
      return `An inline policy was put on the user: ${about}. A deny wins over it.`;
    case 'more_new':
      return 'More keys and policies appear on the user than are told one by one: its page in the IAM console shows what is there, its evidence all of it. A deny wins over each.';
    case 'gone_key':
      return `The key ${about} was deleted. It cannot be given back.`;
    case 'gone_user':
      return `There is no user ${about} any more, and IAM names none for its keys: it was deleted, or renamed and its keys deleted.`;
    case 'other_user':
      return `Another user has the name ${about} by now, and IAM names none for the keys that were contained: nothing is changed there.`;
    case 'renamed_user':
      return `The user was renamed: it is ${about} by now, and contained under that name.`;
  }
}
