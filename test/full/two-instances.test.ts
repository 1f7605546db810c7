import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NewKey } from '../../sandbox/aws/world.ts';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { addAdmins, connectKey, freshUser, kept, keptWhen, keyForm, outcome } from '../support/acting.ts';
import { Balancer } from '../support/balancer.ts';
import { Instance } from '../support/instances.ts';
import { eventually, holdCall } from '../support/instants.ts';
import { Scene, type TransportName } from '../support/rekey.ts';

const TRANSPORTS: readonly TransportName[] = ['socket', 'http'];

describe.each(TRANSPORTS)('two instances over %s on one PostgreSQL', (transport) => {
  let scene: Scene;
  let balancer: Balancer;
  let admins: PersonDriver[];
  let instances: Instance[] = [];
  let names = 0;
  let lost = 0;

  beforeAll(async () => {
    scene = await Scene.set(transport, 'postgres');
    balancer = await Balancer.start();
    admins = addAdmins(scene, 8);
    // At the same moment, on an empty database: one migrates, the other waits.
    instances = await Promise.all([Instance.start(scene), Instance.start(scene)]);
    await joined();
  });

  afterEach(() => {
    scene.aws.faults.clear();
  });

  afterAll(async () => {
    for (const instance of instances) {
      instance.resume();
      await instance.kill();
    }
    await balancer.stop();
    await scene.strike();
  });

  /** Lets Slack reach all that live, in turns. */
  async function joined(): Promise<void> {
    if (transport === 'socket') {
      scene.slack.useSocketMode();
      await eventually(() => scene.slack.sockets.connections === instances.length, 'every socket');
      return;
    }
    balancer.targets = instances.flatMap(({ httpUrl }) => (httpUrl === null ? [] : [httpUrl]));
    scene.slack.useHttp(balancer.url);
  }

  const at = (index: number): Instance => {
    const found = instances[index];
    if (found === undefined) throw new Error('There is no such instance');
    return found;
  };

  /** Another in the place of one that has ended. */
  async function replace(index: number): Promise<void> {
    instances = instances.with(index, await Instance.start(scene));
    await joined();
  }

  const nextName = (): string => {
    names += 1;
    return `${transport}-${names}`;
  };

  /** Everybody connects a key of their own at once. */
  async function everybodyConnects(): Promise<void> {
    await Promise.all(
      admins.map(async (person) => {
        const name = nextName();
        const { key } = freshUser(scene, name);
        const told = person.notices().length;
        const report = await connectKey(person, name, key).catch(async (error: unknown) => {
          // A click that meets a socket in the instant it is closed is lost by Slack, which says so.
          if (person.notices().length === told) throw error;
          lost += 1;
          return asPeopleDo(person, name, key);
        });
        expect({ title: report.title, words: report.words }).toMatchObject({ title: 'Connected' });
        await report.close('x');
      }),
    );
  }

  /** After a lost click: sends the form again if it is whole, else begins again. */
  async function asPeopleDo(person: PersonDriver, name: string, key: NewKey): Promise<ModalDriver> {
    const form = person.modal();
    if (form?.labels.includes('Secret access key') === true) {
      if ((await form.submit()).result === 'updated') return outcome(person);
    }
    await person.modal()?.close('x');
    return connectKey(person, name, key);
  }

  /** A submitted form whose work hangs in AWS, and who works on it. */
  async function held(person: PersonDriver) {
    const name = nextName();
    const { key } = freshUser(scene, name);
    const form = await keyForm(person, name, key);
    const reached = holdCall(scene, { accessKeyId: key.accessKeyId });
    expect((await form.submit()).result).toBe('updated');
    await reached();
    const [attempt] = (await kept(scene)).attempts.filter(({ draft }) => draft?.name === name);
    if (attempt === undefined) throw new Error('Nothing was begun');
    return { name, attempt };
  }

  it('both serve: each gets its share, and each sees what the other did', async () => {
    await everybodyConnects();
    for (const instance of instances) expect(instance.count('credentials checked')).toBeGreaterThan(0);
    const { connections, attempts, orphans } = await kept(scene);
    expect(connections).toHaveLength(admins.length);
    expect(attempts).toEqual([]);
    expect(orphans).toBe(0);
  });

  it('a double click that lands on both acts once', async () => {
    const [person] = admins;
    if (person === undefined) throw new Error('Nobody is there');
    const name = nextName();
    const form = await keyForm(person, name, freshUser(scene, name).key);
    scene.slack.faults.add('deliver:interaction', { kind: 'twice' });
    await form.submit();
    await keptWhen(scene, ({ attempts }) => attempts.length === 0, 20_000);
    const { connections, audit } = await kept(scene);
    expect(connections.filter((connection) => connection.name === name)).toHaveLength(1);
    const intents = audit.filter(({ phase, detail }) => phase === 'intent' && detail['name'] === name);
    expect(intents).toHaveLength(1);
    await person.modal()?.close('x');
  });

  it('a rolling restart loses nothing: SIGTERM ends with 0, what runs is finished first', async () => {
    const stopAndReplace = async (index: number): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      if (transport === 'http') {
        // A balancer takes an instance out before it is stopped.
        balancer.targets = instances.flatMap((each, n) => (n === index ? [] : [each.httpUrl ?? '']));
      }
      expect(await at(index).terminate()).toBe(0);
      await replace(index);
    };
    lost = 0;
    for (const index of [0, 1]) await Promise.all([everybodyConnects(), stopAndReplace(index)]);
    // A balancer loses none; of a socket, what was on its way while it closed.
    expect(lost).toBeLessThanOrEqual(transport === 'http' ? 0 : admins.length);
    expect((await kept(scene)).attempts).toEqual([]);
  });

  it.each([0, 1])(
    'when instance %i dies at work, the other finishes it and the window shows it',
    async () => {
      const [person] = admins;
      if (person === undefined) throw new Error('Nobody is there');
      const { name, attempt } = await held(person);
      const index = ownerOf(attempt.leaseOwner);
      await at(index).kill();
      const view = await outcome(person, 60_000);
      expect(view.title).toBe('Connected');
      expect(view.words).toContain(name);
      await view.close('x');
      await replace(index);
      expect((await kept(scene)).attempts).toEqual([]);
    },
    120_000,
  );

  it('an instance that is paused and wakes after its lease does no harm', async () => {
    const [person] = admins;
    if (person === undefined) throw new Error('Nobody is there');
    const { name, attempt } = await held(person);
    const index = ownerOf(attempt.leaseOwner);
    at(index).pause();
    // To Slack its socket looks open, but a proxy or Slack itself would soon take it out.
    balancer.targets = instances.flatMap((each, n) => (n === index ? [] : [each.httpUrl ?? '']));
    const view = await outcome(person, 60_000);
    expect(view.title).toBe('Connected');
    await view.close('x');
    const before = await kept(scene);
    at(index).resume();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const after = await kept(scene);
    const of = (now: typeof after) => now.connections.filter((connection) => connection.name === name);
    expect(of(after)).toEqual(of(before));
    expect(of(after)).toHaveLength(1);
    expect(after.sealed).toBe(before.sealed);
    expect(after.attempts).toEqual([]);
    const outcomes = after.audit.filter(
      ({ phase, correlationId }) => phase === 'outcome' && correlationId === attempt.correlationId,
    );
    expect(outcomes).toHaveLength(1);
    await joined();
    await everybodyConnects();
  }, 120_000);

  it('and nobody broke a rule of Slack', () => {
    const unanswered = /not acknowledged in time/;
    expect(scene.slack.defects.filter(({ what }) => !unanswered.test(what))).toEqual([]);
  });

  /** Who holds a lease: instances name themselves when they are ready. */
  function ownerOf(instanceId: string): number {
    const found = instances.findIndex(({ output }) => output.includes(instanceId));
    if (found < 0) throw new Error('No instance names itself so');
    return found;
  }
});
