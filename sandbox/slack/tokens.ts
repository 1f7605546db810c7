/** A token the stand-in knows; any other is `invalid_auth`. */
export interface Token {
  readonly value: string;
  readonly type: 'bot' | 'app';
  readonly teamId: string;
  scopes: string[];
  revoked: boolean;
}

export class Tokens {
  readonly #tokens = new Map<string, Token>();

  add(token: Omit<Token, 'revoked'>): Token {
    const added = { ...token, revoked: false };
    this.#tokens.set(token.value, added);
    return added;
  }

  find(value: string): Token | undefined {
    return this.#tokens.get(value);
  }
}
