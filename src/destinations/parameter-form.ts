import { DELIVERY_PREFIX } from '../domain/capability.ts';
import type { PlaceField, PlaceForm } from '../ports/destination.ts';
import { arnOf, FieldReader, ID_FIELD, KMS_KEY, REGION, SECRET_FIELD } from './read-fields.ts';
import type { ParameterTarget } from './ssm-parameter.ts';

const PREFIX = `/${DELIVERY_PREFIX}`;

const SHAPE: PlaceField = {
  name: 'shape',
  label: 'As',
  hint: 'A pair in one parameter is never half old and half new.',
  optional: false,
  choices: [
    { value: 'pair', label: 'One parameter', description: 'A JSON value with both fields.' },
    { value: 'two', label: 'Two parameters', description: 'The ID in one, the secret in the other.' },
  ],
  initial: 'pair',
};

const NAME: PlaceField = {
  name: 'parameterName',
  label: 'Parameter: name or ARN',
  hint: `Its name begins with ${PREFIX}, such as ${PREFIX}shop/deploy: Rekey’s policy allows no others. Of two, the one with the access key ID.`,
  optional: false,
  choices: null,
  initial: null,
};

const SECOND: PlaceField = {
  ...NAME,
  name: 'secondParameterName',
  label: 'Parameter of the secret access key',
  hint: 'For two parameters only.',
  optional: true,
};

export const parameterForm: PlaceForm<ParameterTarget> = {
  fields: [SHAPE, NAME, SECOND, REGION, ID_FIELD, SECRET_FIELD, KMS_KEY],
  read(typed) {
    const reader = new FieldReader(typed);
    const first = nameIn(reader, NAME.name);
    const two = typed[SHAPE.name] === 'two';
    const second = two ? nameIn(reader, SECOND.name) : null;
    if (!two && reader.text(SECOND.name) !== '') {
      reader.refuse(SECOND.name, 'Leave this empty, or choose two parameters above.');
    }
    if (second !== null && second.name === first.name) {
      reader.refuse(SECOND.name, 'The two parameters need two names.');
    }
    if (
      second?.accountId !== undefined &&
      first.accountId !== second.accountId &&
      second.accountId !== null
    ) {
      reader.refuse(SECOND.name, 'Both must be in the same account.');
    }
    const region = reader.region(first.region ?? second?.region ?? null);
    const target: ParameterTarget =
      second === null
        ? { shape: 'pair', region, name: first.name, fields: reader.pair(), kmsKeyId: reader.kmsKey() }
        : {
            shape: 'two',
            region,
            accessKeyIdName: first.name,
            secretAccessKeyName: second.name,
            kmsKeyId: reader.kmsKey(),
          };
    if (!reader.ok) return { ok: false, errors: reader.errors };
    return { ok: true, target, accountId: first.accountId ?? second?.accountId ?? null, region, urls: [] };
  },
  typed(target) {
    const shared = {
      [SHAPE.name]: target.shape,
      [REGION.name]: target.region,
      [KMS_KEY.name]: target.kmsKeyId,
    };
    if (target.shape === 'two') {
      return { ...shared, [NAME.name]: target.accessKeyIdName, [SECOND.name]: target.secretAccessKeyName };
    }
    return {
      ...shared,
      [NAME.name]: target.name,
      [ID_FIELD.name]: target.fields.accessKeyId,
      [SECRET_FIELD.name]: target.fields.secretAccessKey,
    };
  },
};

function nameIn(reader: FieldReader, field: string) {
  const text = reader.text(field);
  const arn = arnOf(text, 'ssm');
  const name = arn === null ? text : arn.resource.replace(/^parameter/, '');
  if (arn === null && text.startsWith('arn:')) {
    reader.refuse(field, 'This is not the ARN of a parameter: arn:aws:ssm:REGION:ACCOUNT:parameter/…');
  } else if (!name.startsWith(PREFIX) || name.length === PREFIX.length) {
    reader.refuse(
      field,
      `Rekey writes only to parameters whose name begins with ${PREFIX}, such as ${PREFIX}shop/deploy.`,
    );
  } else if (!/^[\w./-]{1,1011}$/.test(name)) {
    reader.refuse(field, 'Names of parameters have letters, digits and / _ . - only, at most 1,011.');
  }
  return { name, region: arn?.region ?? null, accountId: arn?.accountId ?? null };
}

export function parameterDetails(target: ParameterTarget) {
  const { region, kmsKeyId } = target;
  return [
    ...(target.shape === 'pair'
      ? ([
          ['Parameter', target.name],
          ['Fields', `${target.fields.accessKeyId} and ${target.fields.secretAccessKey}`],
        ] as const)
      : ([
          ['Parameter of the ID', target.accessKeyIdName],
          ['Parameter of the secret', target.secretAccessKeyName],
        ] as const)),
    ['Region', region] as const,
    ...(kmsKeyId === null ? [] : [['KMS key', kmsKeyId] as const]),
  ];
}
