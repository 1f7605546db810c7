import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../sandbox/slack/driver/form.ts';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import { kept } from '../support/acting.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const KEY = 'AKIAIOSFODNN7EXAMPLE';

type Typed = Readonly<Record<string, Entry>>;

/** What is typed over a form that would do, at which field the error is, and what it says. */
const BY_KEY: readonly (readonly [what: string, typed: Typed, label: string, words: RegExp])[] = [
  ['a temporary key', { 'Access key ID': 'ASIAIOSFODNN7EXAMPLE' }, 'Access key ID', /temporary/i],
  ['the id of a user', { 'Access key ID': 'AIDAIOSFODNN7EXAMPLE' }, 'Access key ID', /user/i],
  ['the id of a role', { 'Access key ID': 'AROAIOSFODNN7EXAMPLE' }, 'Access key ID', /role/i],
  ['a key id cut short', { 'Access key ID': 'AKIAIOSFODNN7EXAMP' }, 'Access key ID', /18|character/],
  ['a secret cut short', { 'Secret access key': SECRET.slice(1) }, 'Secret access key', /39|character/],
  ['a key id for a secret', { 'Secret access key': KEY }, 'Secret access key', /key ID|access key id|20/i],
  ['an account of eleven digits', { 'Account ID': '12345678901' }, 'Account ID', /twelve|12/],
  ['no region', { 'Default region': 'atlantis-1' }, 'Default region', /region/i],
  ['a secret as the name', { 'Connection name': SECRET }, 'Connection name', /secret/i],
  ['a secret in the description', { Description: `it is ${SECRET}` }, 'Description', /secret/i],
];

const BY_ROLE: readonly (readonly [what: string, arn: string, words: RegExp])[] = [
  ['the ARN of a user', 'arn:aws:iam::123456789012:user/rekey', /role/i],
  ['the ARN of a session', 'arn:aws:sts::123456789012:assumed-role/Rekey/me', /role/i],
  ['no ARN', 'Rekey', /arn/i],
];

describe('what cannot be right is said at its field', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.set('http', 'sqlite');
    await scene.start();
  });

  afterAll(async () => {
    await scene.strike();
  });

  const open = async (typed: Typed): Promise<ModalDriver> => {
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.modal()?.close('x');
    await ada.slash('/aws-connect');
    const form = await ada.waitForModal((modal) => modal.title === 'Connect AWS', 10_000);
    await form.fill(typed);
    return form;
  };

  const byKey = {
    'Connection name': 'Fine',
    Method: 'Access key',
    'Access key ID': KEY,
    'Secret access key': SECRET,
  };

  it.each(BY_KEY)('%s', async (_, typed, label, words) => {
    const sent = await (await open({ ...byKey, ...typed })).submit();
    expect(Object.keys(sent.errors)).toEqual([label]);
    expect(sent.errors[label]).toMatch(words);
    expect(JSON.stringify(sent.ack)).not.toContain(SECRET.slice(1));
  });

  it.each(BY_ROLE)('%s as the role', async (_, arn, words) => {
    const sent = await (await open({ 'Connection name': 'Fine', 'Role ARN': arn })).submit();
    expect(Object.keys(sent.errors)).toEqual(['Role ARN']);
    expect(sent.errors['Role ARN']).toMatch(words);
  });

  it('several mistakes at once, each at its field', async () => {
    const typed = { ...byKey, 'Account ID': 'x', 'Default region': 'y', 'Access key ID': 'z' };
    const sent = await (await open(typed)).submit();
    expect(Object.keys(sent.errors).sort()).toEqual(['Access key ID', 'Account ID', 'Default region']);
  });

  it('nothing of all this was kept, and AWS was not asked with any of it', async () => {
    expect(await kept(scene)).toMatchObject({ connections: [], attempts: [], sealed: 0, audit: [] });
    expect([...scene.aws.requests].filter(({ accessKeyId }) => accessKeyId === KEY)).toEqual([]);
  });
});
