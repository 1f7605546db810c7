/** Somebody of the sample team, as Slack and AWS know them. */
export interface CastMember {
  readonly id: string;
  /** The Slack name, and that of their IAM user; the e-mail address is this at example.com. */
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
  bo: member('U0BOLARSEN', 'bo.larsen', 'Bo Larsen'),
  cleo: member('U0CLEOMARCHETTI', 'cleo.marchetti', 'Cleo Marchetti'),
  deepa: member('U0DEEPARAO', 'deepa.rao', 'Deepa Rao'),
  /** On call with Ruth. */
  pia: member('U0PIALUND', 'pia.lund', 'Pia Lund'),
  /** Has left: deactivated in Slack, still an owner in some tags. */
  ivo: member('U0IVOKASK', 'ivo.kask', 'Ivo Kask'),
} as const satisfies Readonly<Record<string, CastMember>>;

export function emailOf({ name }: CastMember): string {
  return `${name}@example.com`;
}
