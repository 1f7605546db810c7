/**
 * The names of AWS's compromised-key policies among these. By prefix: AWS has made three versions so far and changes
 * them (managed policy reference, AWSCompromisedKeyQuarantineV3).
 */
export function quarantinePolicies(policies: readonly { readonly name: string }[]): string[] {
  return policies.map(({ name }) => name).filter((name) => name.startsWith('AWSCompromisedKeyQuarantine'));
}
