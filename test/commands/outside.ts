/** The texts that come from outside, each as long as its origin lets it be. */
export interface Outside {
  /** At most 60 characters. */
  readonly name: string;
  /** At most 500. */
  readonly description: string;
  readonly alias: string;
  /** The last part of an ARN: a path has up to 512 characters. */
  readonly path: string;
  readonly reference: string;
}

export const tame: Outside = {
  name: 'Production',
  description: 'The shop',
  alias: 'acme',
  path: 'deploy',
  reference: 'AccessDenied, request 1',
};

export const NOW = 1_700_000_000_000;
