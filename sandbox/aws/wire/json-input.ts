import { AwsError } from '../aws-error.ts';
import type { RawRequest } from './raw-request.ts';

/** A parameter that breaks the model of a JSON service. */
export function validationException(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}

/** The body of a JSON request: members of a service's input shape. */
export class JsonInput {
  private readonly members: Readonly<Record<string, unknown>>;

  constructor(members: Readonly<Record<string, unknown>>) {
    this.members = members;
  }

  static of(request: RawRequest): JsonInput {
    return new JsonInput(jsonBody(request) ?? {});
  }

  /** A text, or null when absent. */
  text(name: string): string | null {
    const value = this.members[name];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string') throw malformed(name);
    return value;
  }

  /** A text that must be there, of at most `most` characters. */
  required(name: string, most = 2048): string {
    const value = this.text(name);
    if (value === null) throw constraint(lowerCamel(name), null, 'not be null');
    if (value.length > most) {
      throw constraint(lowerCamel(name), value, `have length less than or equal to ${most}`);
    }
    return value;
  }

  flag(name: string): boolean {
    return this.members[name] === true;
  }

  /** A number, or null when absent. Times are seconds since 1970. */
  number(name: string): number | null {
    const value = this.members[name];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'number') throw malformed(name);
    return value;
  }

  /** A whole number within bounds, or null when absent. */
  integer(name: string, least: number, most: number): number | null {
    const value = this.number(name);
    if (value === null) return null;
    if (!Number.isInteger(value) || value < least) {
      throw constraint(lowerCamel(name), String(value), `have value greater than or equal to ${least}`);
    }
    if (value > most) {
      throw constraint(lowerCamel(name), String(value), `have value less than or equal to ${most}`);
    }
    return value;
  }

  /** A list of texts, or null when absent. */
  texts(name: string): readonly string[] | null {
    const value = this.members[name];
    if (value === undefined || value === null) return null;
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) throw malformed(name);
    return value;
  }

  /** A list of structures; empty when absent. */
  structures(name: string): readonly JsonInput[] {
    const value = this.members[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw malformed(name);
    return value.map((entry: unknown) => {
      if (typeof entry !== 'object' || entry === null) throw malformed(name);
      return new JsonInput(entry as Record<string, unknown>);
    });
  }
}

/** The object in a body, or null when it is none. */
export function jsonBody(request: RawRequest): Readonly<Record<string, unknown>> | null {
  try {
    const body: unknown = JSON.parse(request.body.toString('utf8') || '{}');
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return null;
    return body as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** The sentence AWS builds for one parameter; the value of a secret one is not repeated. */
export function constraint(name: string, value: string | null, rule: string): AwsError {
  const shown = value === null ? 'Value null' : `Value '${value}'`;
  return validationException(
    `1 validation error detected: ${shown} at '${name}' failed to satisfy constraint: Member must ${rule}`,
  );
}

function malformed(name: string): AwsError {
  return new AwsError('SerializationException', 400, `${name} is not of the expected type`);
}

export function lowerCamel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
