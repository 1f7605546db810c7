import type { PeoplePresenter } from '../../ports/people-presenter.ts';
import { brokenAnswered, brokenLine, brokenQuestion, keyShutOff, keyTakenBack } from './aftermath.ts';
import { calling } from './on-call.ts';
import { ownerLine, ownerQuestion, ownerQuestionOver } from './owner-question.ts';

/** What people are told and asked around incidents and containments, as messages. */
export const peoplePresenter: PeoplePresenter = {
  calling,
  ownerQuestion,
  ownerQuestionOver,
  ownerLine,
  keyShutOff,
  keyTakenBack,
  brokenQuestion,
  brokenAnswered,
  brokenLine,
};
