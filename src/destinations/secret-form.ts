import { DELIVERY_PREFIX } from '../domain/capability.ts';
import type { PlaceField, PlaceForm } from '../ports/destination.ts';
import { arnOf, FieldReader, ID_FIELD, KMS_KEY, REGION, SECRET_FIELD } from './read-fields.ts';
import type { SecretTarget } from './secrets-manager.ts';

const NAME: PlaceField = {
  name: 'secretName',
  label: 'Secret: name or ARN',
  hint: `Its name begins with ${DELIVERY_PREFIX}, such as ${DELIVERY_PREFIX}shop/deploy: Rekey’s policy allows no others. A secret that is not there yet is made.`,
  optional: false,
  choices: null,
  initial: null,
};

const MODE: PlaceField = {
  name: 'mode',
  label: 'What Rekey writes',
  hint: 'The fields below are named in the JSON value either way.',
  optional: false,
  choices: [
    {
      value: 'merge',
      label: 'Merge: two fields',
      description: 'The other fields of the value stay as they are.',
    },
    {
      value: 'replace',
      label: 'Replace: the whole value',
      description: 'Only for a secret that Rekey itself made.',
    },
  ],
  initial: 'merge',
};

export const secretForm: PlaceForm<SecretTarget> = {
  fields: [NAME, REGION, MODE, ID_FIELD, SECRET_FIELD, KMS_KEY],
  read(typed) {
    const reader = new FieldReader(typed);
    const text = reader.text(NAME.name);
    const arn = arnOf(text, 'secretsmanager');
    // AWS appends a dash and six characters of its own to the name.
    const name = arn === null ? text : arn.resource.replace(/^secret:/, '').replace(/-[A-Za-z0-9]{6}$/, '');
    if (arn === null && text.startsWith('arn:')) {
      reader.refuse(
        NAME.name,
        'This is not the ARN of a secret: arn:aws:secretsmanager:REGION:ACCOUNT:secret:…',
      );
    } else if (!name.startsWith(DELIVERY_PREFIX) || name.length === DELIVERY_PREFIX.length) {
      reader.refuse(
        NAME.name,
        `Rekey writes only to secrets whose name begins with ${DELIVERY_PREFIX}, such as ${DELIVERY_PREFIX}shop/deploy.`,
      );
    } else if (!/^[\w/+=.@-]{1,512}$/.test(name)) {
      reader.refuse(NAME.name, 'Names of secrets have letters, digits and / _ + = . @ - only, at most 512.');
    }
    const target: SecretTarget = {
      region: reader.region(arn?.region ?? null),
      name,
      mode: typed[MODE.name] === 'replace' ? 'replace' : 'merge',
      fields: reader.pair(),
      kmsKeyId: reader.kmsKey(),
    };
    if (!reader.ok) return { ok: false, errors: reader.errors };
    return { ok: true, target, accountId: arn?.accountId ?? null, region: target.region, urls: [] };
  },
  typed: ({ name, region, mode, fields, kmsKeyId }) => ({
    [NAME.name]: name,
    [REGION.name]: region,
    [MODE.name]: mode,
    [ID_FIELD.name]: fields.accessKeyId,
    [SECRET_FIELD.name]: fields.secretAccessKey,
    [KMS_KEY.name]: kmsKeyId,
  }),
};

export function secretDetails({ name, region, mode, fields, kmsKeyId }: SecretTarget) {
  return [
    ['Secret', name],
    ['Region', region],
    ['Writes', mode === 'replace' ? 'the whole value' : 'two fields, the others stay'],
    ['Fields', `${fields.accessKeyId} and ${fields.secretAccessKey}`],
    ...(kmsKeyId === null ? [] : [['KMS key', kmsKeyId] as const]),
  ] as const;
}
