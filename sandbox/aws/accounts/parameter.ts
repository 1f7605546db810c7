export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly keyId: string | null;
  readonly at: number;
  readonly by: string;
}

const mostVersions = 100;

/** A parameter of SSM with its history. */
export class StoredParameter {
  readonly name: string;
  readonly arn: string;
  private held: ParameterVersion[] = [];

  constructor(name: string, arn: string) {
    this.name = name;
    this.arn = arn;
  }

  /** Oldest first; the hundred newest are kept. */
  get history(): readonly ParameterVersion[] {
    return this.held;
  }

  get newest(): ParameterVersion | null {
    return this.held.at(-1) ?? null;
  }

  version(version: number): ParameterVersion | null {
    return this.held.find((one) => one.version === version) ?? null;
  }

  put(input: Omit<ParameterVersion, 'version'>): ParameterVersion {
    const version = { ...input, version: (this.newest?.version ?? 0) + 1 };
    this.held = [...this.held, version].slice(-mostVersions);
    return version;
  }
}
