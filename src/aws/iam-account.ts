import {
  GenerateCredentialReportCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import type {
  AttachedPolicy as SdkPolicy,
  GetCredentialReportCommandOutput,
  Tag,
  UserDetail as SdkUserDetail,
} from '@aws-sdk/client-iam';
import type { AttachedPolicy, CredentialReport, Iam, ListedUser, UserDetail } from '../ports/aws.ts';
import { sent } from './call.ts';
import { eachPage } from './iam-calls.ts';
import type { IamCalls } from './iam-calls.ts';
import { aborted } from './sts.ts';

/** The largest page IAM gives; it may give smaller ones. */
const PAGE = { MaxItems: 1000 };

/** What IAM's report calls answer while there is no report, by error name (IAM API reference). */
const NO_REPORT: ReadonlyMap<string, Exclude<CredentialReport['state'], 'ready'>> = new Map([
  ['CredentialReportNotPresentException', 'not_present'],
  ['CredentialReportNotReadyException', 'not_ready'],
  ['CredentialReportExpiredException', 'expired'],
]);

/** The reads that are about an account as a whole. */
export function accountReads({
  reader,
  call,
}: IamCalls): Pick<
  Iam,
  'listUsers' | 'userDetails' | 'accountSummary' | 'generateCredentialReport' | 'getCredentialReport'
> {
  return {
    listUsers: async function* (signal) {
      const action = 'iam:ListUsers';
      const pages = eachPage(action, (page) =>
        call(action, () => reader.send(new ListUsersCommand({ ...PAGE, ...page }), aborted(signal)), signal),
      );
      for await (const page of pages) {
        yield sent(page.Users, action).map((user) => listedUser(user, action));
      }
    },

    userDetails: async function* (signal) {
      const action = 'iam:GetAccountAuthorizationDetails';
      const pages = eachPage(action, (page) =>
        call(
          action,
          () =>
            reader.send(
              new GetAccountAuthorizationDetailsCommand({ Filter: ['User'], ...PAGE, ...page }),
              aborted(signal),
            ),
          signal,
        ),
      );
      for await (const page of pages) {
        yield sent(page.UserDetailList, action).map((user) => userDetail(user, action));
      }
    },

    accountSummary: async (signal) => {
      const action = 'iam:GetAccountSummary';
      const answer = await call(
        action,
        () => reader.send(new GetAccountSummaryCommand({}), aborted(signal)),
        signal,
      );
      return { rootKeys: sent(sent(answer.SummaryMap, action).AccountAccessKeysPresent, action) };
    },

    generateCredentialReport: async (signal) => {
      const action = 'iam:GenerateCredentialReport';
      const answer = await call(
        action,
        () => reader.send(new GenerateCredentialReportCommand({}), aborted(signal)),
        signal,
      );
      switch (sent(answer.State, action)) {
        case 'COMPLETE':
          return 'complete';
        case 'INPROGRESS':
          return 'in_progress';
        case 'STARTED':
          return 'started';
      }
    },

    getCredentialReport: async (signal) => {
      const action = 'iam:GetCredentialReport';
      const answer = await call(
        action,
        () => reader.send(new GetCredentialReportCommand({}), aborted(signal)).catch(noReport),
        signal,
      );
      if ('state' in answer) return { state: answer.state };
      return {
        state: 'ready',
        content: sent(answer.Content, action),
        generatedAt: sent(answer.GeneratedTime, action).getTime(),
      };
    },
  };
}

interface NoReport {
  readonly state: Exclude<CredentialReport['state'], 'ready'>;
  readonly $metadata: GetCredentialReportCommandOutput['$metadata'];
}

/** That there is no report yet is an answer, and no failure. */
function noReport(error: unknown): NoReport {
  const { name, $metadata } = Object(error) as { name?: string; $metadata?: NoReport['$metadata'] };
  const state = NO_REPORT.get(name ?? '');
  if (state === undefined) throw error;
  return { state, $metadata: $metadata ?? {} };
}

interface SdkUser {
  readonly UserId?: string | undefined;
  readonly UserName?: string | undefined;
  readonly Arn?: string | undefined;
  readonly CreateDate?: Date | undefined;
}

/** What each list tells of a user. */
export function listedUser(user: SdkUser, action: string): ListedUser {
  return {
    userId: sent(user.UserId, action),
    userName: sent(user.UserName, action),
    arn: sent(user.Arn, action),
    createdAt: user.CreateDate?.getTime() ?? null,
  };
}

function userDetail(user: SdkUserDetail, action: string): UserDetail {
  return {
    ...listedUser(user, action),
    tags: tagsOf(user.Tags),
    policies: policiesOf(user.AttachedManagedPolicies, action),
  };
}

/** Tags as a table; none when AWS left them out, as it does for who has none. */
export function tagsOf(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** Policies by name and ARN. */
export function policiesOf(policies: readonly SdkPolicy[] | undefined, action: string): AttachedPolicy[] {
  return sent(policies, action).map((policy) => ({
    name: sent(policy.PolicyName, action),
    arn: sent(policy.PolicyArn, action),
  }));
}
