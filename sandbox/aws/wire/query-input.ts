import { invalidParameter } from '../aws-error.ts';

/** The parameters of a Query request: `Name=value`, lists as `Name.member.1`, structures as `Name.member.1.Key`. */
export class QueryInput {
  private readonly fields: URLSearchParams;
  private readonly prefix: string;

  constructor(fields: URLSearchParams, prefix = '') {
    this.fields = fields;
    this.prefix = prefix;
  }

  /** A text, or null when absent. */
  text(name: string): string | null {
    return this.fields.get(this.prefix + name);
  }

  /** A text that must be there. */
  required(name: string): string {
    const value = this.text(name);
    if (value === null) throw invalidParameter(lowerCamel(name), null, 'not be null');
    return value;
  }

  /** A text that must fit a pattern and a length; null when absent. */
  matching(
    name: string,
    rule: { pattern: RegExp; shown: string; least: number; most: number },
  ): string | null {
    const value = this.text(name);
    if (value === null) return null;
    const camel = lowerCamel(name);
    if (!rule.pattern.test(value)) {
      throw invalidParameter(camel, value, `satisfy regular expression pattern: ${rule.shown}`);
    }
    if (value.length < rule.least) {
      throw invalidParameter(camel, value, `have length greater than or equal to ${rule.least}`);
    }
    if (value.length > rule.most) {
      throw invalidParameter(camel, value, `have length less than or equal to ${rule.most}`);
    }
    return value;
  }

  /** A whole number within bounds, or null when absent. */
  integer(name: string, least: number, most: number): number | null {
    const written = this.text(name);
    if (written === null) return null;
    const value = Number(written);
    const camel = lowerCamel(name);
    if (!Number.isInteger(value) || value < least) {
      throw invalidParameter(camel, written, `have value greater than or equal to ${least}`);
    }
    if (value > most) throw invalidParameter(camel, written, `have value less than or equal to ${most}`);
    return value;
  }

  /** A list of texts; empty when absent. */
  list(name: string): string[] {
    const values: string[] = [];
    for (let index = 1; ; index += 1) {
      const value = this.text(`${name}.member.${index}`);
      if (value === null) return values;
      values.push(value);
    }
  }

  /** A list of structures; empty when absent. */
  structures(name: string): QueryInput[] {
    const values: QueryInput[] = [];
    for (let index = 1; ; index += 1) {
      const prefix = `${this.prefix}${name}.member.${index}.`;
      if (![...this.fields.keys()].some((field) => field.startsWith(prefix))) return values;
      values.push(new QueryInput(this.fields, prefix));
    }
  }
}

function lowerCamel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
