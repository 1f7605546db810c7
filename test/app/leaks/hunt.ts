import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../../sandbox/slack/driver/form.ts';
import type { PersonDriver } from '../../../sandbox/slack/driver/person.ts';
import { systemClock } from '../../../src/clock.ts';
import {
  addAdmins,
  chooseFor,
  connectKey,
  freshUser,
  keptWhen,
  keyForm,
  outcome,
} from '../../support/acting.ts';
import { RekeyChild } from '../../support/child.ts';
import { hunt, placesOf, Recorder } from '../../support/hunter.ts';
import { Scene, type EngineName, type TransportName } from '../../support/rekey.ts';

/** Types secrets in every field of every flow, then looks for them in all that left Rekey or was kept by it. */
export function describeLeakHunt(transport: TransportName, engine: EngineName, level: string): void {
  describe(`secrets typed over ${transport} on ${engine}, LOG_LEVEL=${level}`, () => {
    const typed: string[] = [];
    let scene: Scene;
    let recorder: Recorder;
    let child: RekeyChild;
    let admins: PersonDriver[];

    beforeAll(async () => {
      scene = await Scene.set(transport, engine, systemClock, ['--with', 'channel-watch']);
      recorder = await Recorder.before(scene.aws.url);
      admins = addAdmins(scene, 12);
      Object.assign(scene.environment, { AWS_ENDPOINT_URL: recorder.url, LOG_LEVEL: level });
      // Then the master key is in a file beside the database.
      if (engine === 'sqlite') delete scene.environment['REKEY_MASTER_KEY'];
      child = await RekeyChild.start(scene);
    });

    afterAll(async () => {
      await child.kill();
      await recorder.stop();
      await scene.strike();
    });

    const someone = (): PersonDriver => {
      const person = admins.shift();
      if (person === undefined) throw new Error('Add more admins');
      return person;
    };

    /** A secret nobody has used. */
    const secret = (): string => {
      const made = randomBytes(30).toString('base64').replaceAll('=', 'a');
      typed.push(made);
      return made;
    };

    /** A user's key, whose secret is hunted. */
    const key = (name: string) => {
      const made = freshUser(scene, name, ['verify', 'inventory', 'rotate_self']).key;
      typed.push(made.secretAccessKey);
      return made;
    };

    describe('people', () => {
      it.concurrent('connect, test, replace and disconnect', async () => {
        const person = someone();
        await (await connectKey(person, 'Life', key('life'))).close();
        await person.slash('/aws-test Life');
        await (await outcome(person)).close();
        await chooseFor(person, 'Life', 'Replace credentials');
        const form = await person.waitForModal((modal) => modal.title === 'Replace credentials', 10_000);
        const next = key('life-next');
        await form.fill({ Method: 'Access key' });
        const entries = { 'Access key ID': next.accessKeyId, 'Secret access key': next.secretAccessKey };
        await form.fill(entries);
        await form.submit();
        expect((await outcome(person)).title).toBe('Credentials replaced');
        await person.modal()?.close();
        await chooseFor(person, 'Life', 'Disconnect');
        const sure = await person.waitForModal((modal) => modal.title === 'Disconnect', 10_000);
        await sure.fill({ 'Access key in AWS': [`Also deactivate ${next.accessKeyId}`] });
        await sure.submit();
        expect((await outcome(person)).title).toBe('Disconnected');
      });

      it.concurrent('connect with a wrong secret, and go back to the form', async () => {
        const person = someone();
        const { accessKeyId } = key('wrong');
        const view = await connectKey(person, 'Wrong', { accessKeyId, secretAccessKey: secret() });
        expect(view.title).toBe('Not connected');
        await view.click('Back to the form');
        await person.waitForModal((modal) => modal.title === 'Connect AWS', 10_000);
      });

      it.concurrent('connect while AWS fails, and while Slack does', async () => {
        const person = someone();
        const made = key('failing');
        scene.aws.faults.add({ accessKeyId: made.accessKeyId, effect: { kind: 'drop-after' } });
        expect((await connectKey(person, 'Failing', made)).title).toBe('Could not verify');
        const other = someone();
        const form = await keyForm(other, 'No window', key('no-window'));
        const mine = (args: Readonly<Record<string, unknown>>) => args['view_id'] === form.id;
        scene.slack.faults.add('views.update', { kind: 'http', status: 500 }, { when: mine });
        await form.submit();
        await keptWhen(scene, ({ connections }) => connections.some(({ name }) => name === 'No window'));
      });

      it.concurrent('paste a line of the .csv, or all of a file, in one field', async () => {
        const person = someone();
        const made = key('pasted');
        const csv = `Access key ID,Secret access key\n${made.accessKeyId},${made.secretAccessKey}`;
        for (const field of ['Access key ID', 'Secret access key']) {
          const form = await keyForm(person, 'Pasted', { accessKeyId: 'AKIA', secretAccessKey: 'x' });
          const entry = { 'Access key ID': '', 'Secret access key': '', [field]: csv };
          await form.fill(entry);
          await form.submit();
          await form.close('x');
        }
        const swapped = { accessKeyId: made.secretAccessKey, secretAccessKey: made.accessKeyId };
        await (await keyForm(person, 'Swapped', swapped)).submit();
      });

      it.concurrent.each(['Connection name', 'Description', 'Account ID', 'Default region', 'Access key ID'])(
        'type a secret in %s, with and without its own field, and change the method',
        async (label) => {
          const person = admins.length > 0 ? someone() : scene.slack.as('U0ADMIN');
          const { accessKeyId } = key(`field-${label.toLowerCase().replaceAll(' ', '-')}`);
          for (const words of [(one: string) => one, (one: string) => `my secret is ${one}, keep it`]) {
            const form = await keyForm(person, 'Astray', { accessKeyId, secretAccessKey: secret() });
            const entry: Record<string, Entry> = { [label]: words(secret()) };
            await form.fill(entry);
            const sent = await form.submit();
            if (sent.result !== 'errors') await outcome(person);
            await person.modal()?.close('x');
            const again = await keyForm(person, 'Astray', { accessKeyId, secretAccessKey: secret() });
            const astray: Record<string, Entry> = { [label]: words(secret()), Method: 'IAM role' };
            await again.fill(astray);
            await person.waitForModal((modal) => modal.labels.includes('Role ARN'), 10_000);
            const arn: Record<string, Entry> = { 'Role ARN': words(secret()), Method: 'Access key' };
            await again.fill(arn);
            await person.waitForModal((modal) => modal.labels.includes('Secret access key'), 10_000);
            await again.close('x');
          }
        },
      );

      it.concurrent('post keys into a channel, change and delete them', async () => {
        const person = someone();
        scene.slack.addChannel({ id: 'C0LEAKS', name: 'leaks', members: [person.id] });
        const told = (): number =>
          person.messages().filter(({ words }) => words.includes('delete it')).length;
        const texts = [
          `AKIAY34FZKBOKMUTVV7A ${secret()}`,
          `AWS_SECRET_ACCESS_KEY=${secret()}`,
          `ASIAY34FZKBOKMUTVV7B,${secret()}`,
        ];
        for (const [at, words] of texts.entries()) {
          await person.say('C0LEAKS', words)?.done;
          await person.waitForMessage(() => told() === at + 1, { timeoutMs: 20_000 });
        }
        const [first, second] = person.messages('C0LEAKS');
        await person.rewrite('C0LEAKS', first?.ts ?? '', `AKIAY34FZKBOKMUTVV7C ${secret()}`)?.done;
        await person.waitForMessage(() => told() === 4, { timeoutMs: 20_000 });
        await person.erase('C0LEAKS', second?.ts ?? '')?.done;
      });

      it.concurrent('type a secret behind a command, and edit one into a name', async () => {
        const person = someone();
        for (const command of ['/aws-connect', '/aws-test', '/aws-help', '/aws-settings']) {
          await person.slash(`${command} ${secret()}`);
          await person.slash(`${command} AKIAIOSFODNN7EXAMPLE ${secret()}`);
        }
        await person.modal()?.close('x');
        await (await connectKey(person, 'To edit', key('edited'))).close();
        await chooseFor(person, 'To edit', 'Edit');
        const form = await person.waitForModal((modal) => modal.title === 'Edit connection', 10_000);
        const entries = { 'Connection name': secret(), Description: secret(), 'Default region': secret() };
        await form.fill(entries);
        expect((await form.submit()).result).toBe('errors');
        await form.close();
      });
    });

    it('and none of them is anywhere', async () => {
      expect(typed.length).toBeGreaterThan(40);
      const places = await placesOf(scene, child, recorder);
      const names = places.map(({ name }) => name).join();
      for (const some of ['output', 'to Slack: ack', 'to Slack: views.update', 'to AWS'])
        expect(names).toContain(some);
      const kept =
        engine === 'sqlite' ? ['file rekey.db', 'key'] : ['table public.connections', 'table pgboss.'];
      for (const some of kept) expect(names).toContain(some);
      expect(child.output).toContain(level === 'info' ? 'Rekey is ready' : '"level":"debug"');
      expect(hunt(typed, places)).toEqual([]);
      await child.terminate();
      expect(hunt(typed, await placesOf(scene, child, recorder))).toEqual([]);
    });

    it('and the hunter would find one in each of them', async () => {
      const sent = scene.slack.sent.map(({ body }) => ({ name: 'from Slack', text: JSON.stringify(body) }));
      for (const one of typed.slice(-20)) expect(hunt([one], sent)).not.toEqual([]);
      const places = await placesOf(scene, child, recorder);
      const planted = secret();
      const forms = [
        planted.slice(7, 27),
        encodeURIComponent(planted),
        Buffer.from(`x${planted}y`).toString('base64'),
        Buffer.from(planted).toString('hex'),
      ];
      for (const place of places.slice(0, 3).concat(places.slice(-3))) {
        for (const form of forms) {
          const middle = Math.floor(place.text.length / 2);
          const text = `${place.text.slice(0, middle)}${form}${place.text.slice(middle)}`;
          expect(hunt([planted], [{ ...place, text }])).not.toEqual([]);
        }
      }
      expect(hunt([planted], [{ name: 'less', text: planted.slice(3, 22) }])).toEqual([]);
    });
  });
}
