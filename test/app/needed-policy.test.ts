import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { User } from '../../sandbox/aws/world.ts';
import type { PolicyDocument } from '../../sandbox/aws/policy/document.ts';
import { accountOf, addAdmins, chooseFor, connectKey, freshUser, outcome } from '../support/acting.ts';
import { Scene } from '../support/rekey.ts';
import { textsToCopy } from '../support/texts-to-copy.ts';

const CAN_DO = [
  'Verify',
  'Inventory',
  'Rotate its own key',
  'Rotate other keys',
  'Contain',
  'Watch',
  'Deliver',
];

describe('the policy an outcome leads to', () => {
  let scene: Scene;
  let admins: PersonDriver[];

  beforeAll(async () => {
    scene = await Scene.set('socket', 'sqlite');
    admins = addAdmins(scene, 2);
    await scene.start();
  });

  afterAll(async () => {
    await scene.strike();
  });

  const someone = (): PersonDriver => {
    const person = admins.shift();
    if (person === undefined) throw new Error('Add more admins');
    return person;
  };

  /** Opens the policies on top of an outcome. */
  const shown = async (person: PersonDriver, window: ModalDriver, label: string): Promise<ModalDriver> => {
    await window.click(label);
    return person.waitForModal((modal) => modal.title.startsWith('What is'), 10_000);
  };

  const attach = (user: User, window: ModalDriver): void => {
    for (const text of textsToCopy(window)) {
      const name = `copied-${user.policies.attachedArns().length}`;
      const { arn } = accountOf(scene).addPolicy(name, JSON.parse(text) as PolicyDocument);
      user.policies.attach(arn);
    }
  };

  const tested = async (person: PersonDriver, name: string): Promise<ModalDriver> => {
    await person.modal()?.close('x');
    await chooseFor(person, name, 'Test');
    return outcome(person);
  };

  const everything = (window: ModalDriver): boolean =>
    CAN_DO.every((what) => window.words.includes(`${what}: yes`));

  it('is what is missing, and is enough once attached', async () => {
    const person = someone();
    const { user, key } = freshUser(scene, 'lacking', []);
    const first = await shown(person, await connectKey(person, 'Lacking', key), 'Show the missing policy');
    expect(first.title).toBe('What is missing');
    // Without the permission to simulate, nobody knows of the rest: the window does not claim to.
    expect(first.words).toContain('What could not be checked is not in it');
    attach(user, first);

    const second = await shown(person, await tested(person, 'Lacking'), 'Show the missing policy');
    expect(second.words).not.toContain('What could not be checked');
    expect(second.words).toMatch(/Policy.*, in \d pieces; join them in this order/);
    attach(user, second);

    const last = await tested(person, 'Lacking');
    expect(everything(last)).toBe(true);
    expect(last.words).not.toContain('Show the missing policy');
  });

  it('is all that is enough where administrator rights are far too much', async () => {
    const person = someone();
    const user = accountOf(scene).addUser('mighty', { attached: ['AdministratorAccess'] });
    const connected = await connectKey(person, 'Mighty', user.addKey());
    expect(connected.words).toContain('Use the policy Rekey prints');
    const window = await shown(person, connected, 'Show the policy that is enough');
    expect(window.title).toBe('What is enough');
    const [administrator = ''] = user.policies.attachedArns();
    attach(user, window);
    user.policies.detach(administrator);

    const after = await tested(person, 'Mighty');
    expect(everything(after)).toBe(true);
    expect(after.words).toContain('No longer: These credentials have administrator rights');
    expect(after.words).not.toContain('Show the policy');
  });
});
