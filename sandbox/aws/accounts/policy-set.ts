import { limitExceeded, malformedPolicy, noSuchEntity } from '../aws-error.ts';
import { parsePolicy } from '../policy/document.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { PolicyInForce } from '../policy/evaluate.ts';
import type { Account } from './account.ts';
import type { Environment } from './environment.ts';
import { Versioned } from './versioned.ts';

export type PolicyHolderKind = 'user' | 'group' | 'role';

export interface PolicySeed {
  readonly inline?: Readonly<Record<string, PolicyDocument>>;
  /** ARNs, or the bare names of AWS managed policies. */
  readonly attached?: readonly string[];
}

/** Non-space characters of all inline policies together, by kind of holder (IAM quotas). */
const inlineLimit: Readonly<Record<PolicyHolderKind, number>> = { user: 2048, group: 5120, role: 10_240 };
const attachedLimit = 10;

const quotaName: Readonly<Record<PolicyHolderKind, string>> = {
  user: 'PoliciesPerUser',
  group: 'PoliciesPerGroup',
  role: 'PoliciesPerRole',
};

/** The inline and attached policies of a user, group or role. */
export class PolicySet {
  private readonly environment: Environment;
  private readonly account: Account;
  private readonly kind: PolicyHolderKind;
  private readonly holder: string;
  private readonly inline: Versioned<ReadonlyMap<string, string>>;
  private readonly attached: Versioned<readonly string[]>;

  constructor(
    environment: Environment,
    account: Account,
    kind: PolicyHolderKind,
    holder: string,
    seed: PolicySeed,
  ) {
    this.environment = environment;
    this.account = account;
    this.kind = kind;
    this.holder = holder;
    const inline = Object.entries(seed.inline ?? {}).map(([name, document]) => {
      const text = JSON.stringify(document);
      parsePolicy(text, 'identity');
      return [name, text] as const;
    });
    this.inline = new Versioned<ReadonlyMap<string, string>>(new Map(inline));
    const attached = (seed.attached ?? []).map((policy) => account.managedPolicy(policy).arn);
    this.attached = new Versioned<readonly string[]>(attached);
  }

  /** Names of the inline policies as a listing shows them. */
  inlineNames(): readonly string[] {
    return [...this.inline.asOf(this.listTime()).keys()];
  }

  /** ARNs of the attached policies as a listing shows them. */
  attachedArns(): readonly string[] {
    return this.attached.asOf(this.listTime());
  }

  /** The text of an inline policy, or NoSuchEntity. */
  inlineText(name: string): string {
    const text = this.inline.asOf(this.listTime()).get(name);
    if (text === undefined) throw this.missingInline(name);
    return text;
  }

  /** Creates or replaces an inline policy; MalformedPolicyDocument, or LimitExceeded over the quota. */
  putInline(name: string, text: string): void {
    if (text.trim() === '') throw malformedPolicy('Syntax errors in policy.');
    parsePolicy(text, 'identity');
    const next = new Map(this.inline.latest).set(name, text);
    const size = [...next.values()].join('').replaceAll(/\s/g, '').length;
    if (size > inlineLimit[this.kind]) {
      throw limitExceeded(
        `Maximum policy size of ${inlineLimit[this.kind]} bytes exceeded for ${this.kind} ${this.holder}`,
      );
    }
    this.inline.set(next, this.environment.clock());
  }

  deleteInline(name: string): void {
    const next = new Map(this.inline.latest);
    if (!next.delete(name)) throw this.missingInline(name);
    this.inline.set(next, this.environment.clock());
  }

  /** Attaches a managed policy; attaching it twice changes nothing. */
  attach(arn: string): void {
    this.account.managedPolicy(arn);
    const now = this.attached.latest;
    if (now.includes(arn)) return;
    if (now.length >= attachedLimit) {
      throw limitExceeded(`Cannot exceed quota for ${quotaName[this.kind]}: ${attachedLimit}`);
    }
    this.attached.set([...now, arn], this.environment.clock());
  }

  detach(arn: string): void {
    const now = this.attached.latest;
    if (!now.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
    this.attached.set(
      now.filter((candidate) => candidate !== arn),
      this.environment.clock(),
    );
  }

  /** Whether nothing is left, so that the holder can be deleted. */
  isEmpty(): boolean {
    return this.inline.latest.size === 0 && this.attached.latest.length === 0;
  }

  /** What is enforced now: changed policies count only after the lag. */
  inForce(): readonly PolicyInForce[] {
    const time = this.environment.clock() - this.environment.lag.policyMs;
    const inline = [...this.inline.asOf(time)].map(([name, text]) => ({
      id: `${this.kind}_${this.holder}_${name}`,
      type: this.kind,
      statements: parsePolicy(text, 'identity'),
    }));
    const attached = this.attached.asOf(time).map((arn) => {
      const policy = this.account.managedPolicy(arn);
      return { id: policy.name, type: policy.type, statements: parsePolicy(policy.text, 'identity') };
    });
    return [...inline, ...attached];
  }

  private listTime(): number {
    return this.environment.clock() - this.environment.lag.listMs;
  }

  private missingInline(name: string): Error {
    return noSuchEntity(`The ${this.kind} policy with name ${name} cannot be found.`);
  }
}
