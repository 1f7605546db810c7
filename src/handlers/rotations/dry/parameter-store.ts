import type { Aws, AwsCredentials } from '../../../ports/aws.ts';
import type { ParameterStore, ParameterValue } from '../../../ports/secret-stores.ts';
import type { DryGround } from './aws.ts';

/** Parameters that are read for real until they are written in imagination. */
export function dryParameterStore(
  { aws, calls }: DryGround,
  real: (credentials: AwsCredentials) => AwsCredentials,
): Aws['parameterStore'] {
  const values = new Map<string, Promise<ParameterValue | null>>();
  return (credentials, place): ParameterStore => {
    const { region } = place;
    const store = aws.parameterStore(real(credentials), place);
    const known = (name: string, signal: AbortSignal): Promise<ParameterValue | null> => {
      const key = `${region} ${name}`;
      const found = values.get(key) ?? store.read(name, null, signal);
      values.set(key, found);
      return found;
    };
    return {
      read: (name, _, signal) => {
        calls.reads('ssm:GetParameter', `${name} in ${region}`);
        return known(name, signal);
      },
      write: async ({ name, value }, signal) => {
        calls.changes('ssm:PutParameter', `${name} in ${region}`);
        const version = ((await known(name, signal))?.version ?? 0) + 1;
        const written = { version, type: 'SecureString', text: value } as const;
        values.set(`${region} ${name}`, Promise.resolve(written));
        return version;
      },
    };
  };
}
