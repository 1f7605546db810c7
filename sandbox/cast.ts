/** Somebody of the sample team, as Slack knows them; users of IAM are named after some of them. */
export interface CastMember {
  readonly id: string;
  /** The Slack name; the e-mail address is this at example.com. */
  readonly name: string;
  readonly realName: string;
}

const member = (id: string, name: string, realName: string): CastMember => ({ id, name, realName });

export const CAST = {
  ada: member('U0ADA', 'ada', 'Ada Osei'),
  omar: member('U0OMAR', 'omar', 'Omar Haddad'),
  ruth: member('U0RUTH', 'ruth', 'Ruth Lindqvist'),
  vera: member('U0VERA', 'vera', 'Vera Novak'),
  nils: member('U0NILS', 'nils', 'Nils Berg'),
  gus: member('U0GUS', 'gus', 'Gus Moreau'),
  bo: member('U0BO', 'bo', 'Bo Larsen'),
  cleo: member('U0CLEO', 'cleo', 'Cleo Marchetti'),
  deepa: member('U0DEEPA', 'deepa', 'Deepa Rao'),
  /** On call with Ruth. */
  pia: member('U0PIA', 'pia', 'Pia Lund'),
  /** Has left: deactivated in Slack, still an owner in some tags. */
  ivo: member('U0IVO', 'ivo', 'Ivo Kask'),
} as const satisfies Readonly<Record<string, CastMember>>;

export function emailOf({ name }: CastMember): string {
  return `${name}@example.com`;
}

/** How the team names the IAM user of a person. */
export function iamNameOf({ realName }: CastMember): string {
  return realName.toLowerCase().replaceAll(' ', '.');
}
