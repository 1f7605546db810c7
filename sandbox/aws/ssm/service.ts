import { AwsError, accessDenied } from '../aws-error.ts';
import { verdictFor } from '../auth/authorise.ts';
import type { Access } from '../auth/authorise.ts';
import type { ParameterVersion, StoredParameter } from '../accounts/parameter.ts';
import type { Regional } from '../accounts/regional.ts';
import { jsonService } from '../json-service.ts';
import type { JsonOperation } from '../json-service.ts';
import type { Call } from '../operation.ts';
import { constraint, validationException } from '../wire/json-input.ts';
import type { JsonInput } from '../wire/json-input.ts';

type SsmCall = Call<JsonInput>;

// PutParameter and GetParameterHistory share three calls a second, reads have forty (AWS General Reference, SSM).
const writesPerSecond = 3;
const readsPerSecond = 40;
const mostCharacters = { Standard: 4_096, Advanced: 8_192 } as const;
const types = ['String', 'StringList', 'SecureString'] as const;

function placeOf({ caller }: SsmCall): Regional {
  return caller.principal.account.in(caller.region);
}

function count(call: SsmCall, kind: string, perSecond: number): void {
  call.world.rates.count(`ssm ${kind} ${call.caller.principal.account.id} ${call.caller.region}`, perSecond);
}

/** A name with its selector: `/a/b:3` is version 3 (SSM API Reference, GetParameter). */
function selected(call: SsmCall): { readonly name: string; readonly version: number | null } {
  const [, name = '', version] = /^(.*?)(?::(\d+))?$/.exec(call.input.required('Name')) ?? [];
  return { name, version: version === undefined ? null : Number(version) };
}

function parameterAccess(call: SsmCall): Access {
  return { resource: placeOf(call).parameterArn(selected(call).name) };
}

function found(call: SsmCall): StoredParameter {
  const parameter = placeOf(call).parameters.get(selected(call).name);
  if (parameter === undefined || parameter.newest === null) throw new AwsError('ParameterNotFound', 400, '');
  return parameter;
}

function requireKey(call: SsmCall, keyId: string | null, action: string): void {
  if (keyId === null || keyId.startsWith('alias/aws/')) return;
  const resource = keyId.startsWith('arn:') ? keyId : placeOf(call).arn('kms', `key/${keyId}`);
  const context = { 'kms:ViaService': `ssm.${call.caller.region}.amazonaws.com` };
  const verdict = verdictFor(call.caller, call.circumstances, action, { resource, context });
  if (verdict.decision !== 'allowed')
    throw accessDenied(
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    );
}

function typeOf(call: SsmCall, known: ParameterVersion | null): ParameterVersion['type'] {
  const given = call.input.text('Type');
  if (given === null && known === null) {
    throw validationException('A parameter type is required when you create a parameter.');
  }
  const type = types.find((one) => one === (given ?? known?.type));
  if (type === undefined) {
    throw constraint('type', given, 'satisfy enum value set: [SecureString, StringList, String]');
  }
  return type;
}

const putParameter: JsonOperation = {
  name: 'PutParameter',
  access: parameterAccess,
  run: (call) => {
    const { input } = call;
    const name = input.required('Name');
    if (!/^[\w./-]+$/.test(name))
      throw validationException(
        'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
      );
    const value = input.required('Value', Number.POSITIVE_INFINITY);
    const overwrite = input.flag('Overwrite');
    const known = placeOf(call).parameters.get(name)?.newest ?? null;
    count(call, 'write', writesPerSecond);
    if (overwrite && input.structures('Tags').length > 0) {
      throw validationException(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag.",
      );
    }
    if (known !== null && !overwrite) {
      throw new AwsError(
        'ParameterAlreadyExists',
        400,
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    const type = typeOf(call, known);
    const tier = input.text('Tier') === 'Advanced' ? 'Advanced' : 'Standard';
    if (value.length > mostCharacters[tier]) {
      throw validationException(
        `${tier} tier parameters support a maximum parameter value of ${mostCharacters[tier]} characters.`,
      );
    }
    const keyId = type === 'SecureString' ? (input.text('KeyId') ?? known?.keyId ?? null) : null;
    requireKey(call, keyId, tier === 'Advanced' ? 'kms:GenerateDataKey' : 'kms:Encrypt');
    const by = call.caller.accessKeyId;
    const { now: at } = call.circumstances;
    const { version } = placeOf(call).ownParameter(name).put({ value, type, keyId, at, by });
    return { Version: version, Tier: tier };
  },
};

const getParameter: JsonOperation = {
  name: 'GetParameter',
  access: parameterAccess,
  run: (call) => {
    count(call, 'read', readsPerSecond);
    const parameter = found(call);
    const { version } = selected(call);
    const one = version === null ? parameter.newest : parameter.version(version);
    if (one === null) {
      throw new AwsError(
        'ParameterVersionNotFound',
        400,
        `Systems Manager could not find version ${version ?? ''} of ${parameter.name}. Verify the version and try again.`,
      );
    }
    return {
      Parameter: {
        ...shown(call, parameter, one),
        ARN: parameter.arn,
        ...(version === null ? {} : { Selector: `:${version}` }),
      },
    };
  },
};

const getParameterHistory: JsonOperation = {
  name: 'GetParameterHistory',
  access: parameterAccess,
  run: (call) => {
    count(call, 'write', writesPerSecond);
    const parameter = found(call);
    return { Parameters: parameter.history.map((one) => shown(call, parameter, one)) };
  },
};

function shown(call: SsmCall, parameter: StoredParameter, one: ParameterVersion): Record<string, unknown> {
  const open = one.type !== 'SecureString' || call.input.flag('WithDecryption');
  if (open) requireKey(call, one.keyId, 'kms:Decrypt');
  return {
    Name: parameter.name,
    Type: one.type,
    Value: open ? one.value : Buffer.from(`sealed ${parameter.name} ${one.version}`).toString('base64'),
    Version: one.version,
    LastModifiedDate: one.at / 1_000,
    DataType: 'text',
  };
}

/** Parameter Store, by account and region. */
export const ssm = jsonService({
  name: 'ssm',
  target: 'AmazonSSM',
  operations: [putParameter, getParameter, getParameterHistory],
  secret: { hidden: ['Value'] },
});
