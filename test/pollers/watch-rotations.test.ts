import { CreateAccessKeyCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { decideRotation, reactivateRotation, undoRotation } from '../../src/handlers/rotations/act.ts';
import type { Services } from '../../src/handlers/services.ts';
import { watchAccount } from '../../src/pollers/watch.ts';
import { WATCH_JOB } from '../../src/pollers/watch-job.ts';
import type { Jobs } from '../../src/ports/jobs.ts';
import { iamClient, stsClient } from '../sandbox/aws/clients.ts';
import { calling } from '../support/calling.ts';
import { FIELDS, REGION, secretTarget } from '../support/rotated-places.ts';
import { Rotating } from '../support/rotating.ts';
import { judgesHere, NotedJobs } from './services.ts';
import { ENGINES, PATIENT } from './world.ts';

/** Longer than regions without keys wait for their turn. */
const A_ROUND = 70 * 60_000;
const ANY = { open: null, least: null, accountId: null, text: null };

/** The watch of the account in which keys are rotated. */
class Watched {
  readonly #rekey: Rotating;
  readonly #services: Services;
  readonly #jobs = new NotedJobs();

  constructor(rekey: Rotating) {
    this.#rekey = rekey;
    const jobs = this.#jobs as Partial<Jobs> as Jobs;
    this.#services = { ...rekey.services, judges: judgesHere(), jobs };
  }

  /** Lets what happened appear, and reads all of it. */
  async look(): Promise<void> {
    this.#rekey.clock.forward(A_ROUND);
    do {
      this.#jobs.enqueued.length = 0;
      await watchAccount(this.#services, this.#rekey.account.id, PATIENT);
    } while (this.#jobs.enqueued.some(({ name }) => name === WATCH_JOB));
  }

  /** The rules of what was found, by subject, told to people or not. */
  async found(): Promise<Record<string, string[]>> {
    const { incidents, signals } = this.#services.stores.watch;
    const all: Record<string, string[]> = {};
    for (const { id, subject } of await incidents.page(ANY, null, 100)) {
      const rules = (await signals.ofIncident(id, 200)).map(({ signal }) => signal.rule);
      all[subject] = [...(all[subject] ?? []), ...rules].sort();
    }
    return all;
  }
}

describe.each(ENGINES)('the watch of an account in which Rekey replaces keys, on %s', (engine) => {
  it('raises no alarm about that, from the new key to the deletion of the old one', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection } = await rekey.connect('Shop');
    const watched = new Watched(rekey);
    const begun = [];
    for (const name of ['deploy', 'backup', 'mailer']) {
      const { user, key } = await rekey.user(name);
      await rekey.destination('secrets-manager', user, secretTarget(name), { connectionId: connection.id });
      begun.push(await rekey.start(await rekey.plan(key.accessKeyId)));
    }
    await watched.look();
    const fresh = [];
    for (const { id } of begun) fresh.push((await rekey.until(id, 'quiet')).newKeyId);
    expect(fresh).not.toContain(null);
    await watched.look();
    expect(await watched.found()).toEqual({});

    for (const { id } of begun) {
      const { stateAt } = await rekey.until(id);
      await decideRotation(rekey.services, rekey.request('U2'), {
        rotationId: id,
        stateAt,
        choice: 'approve',
      });
    }
    for (const { id } of begun) expect((await rekey.until(id)).state).toBe('done');
    await watched.look();
    expect(await watched.found()).toEqual({});
  }, 120_000);

  it('raises none about a key that is given back, nor one that is undone, and one when a thief does the same', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection, key: own } = await rekey.connect('Shop');
    const watched = new Watched(rekey);
    const keys = [];
    for (const name of ['deploy', 'backup', 'mailer', 'search']) {
      const { user, key } = await rekey.user(name);
      // A place that held the old key before.
      const place = rekey.account.in(REGION).addSecret(`rekey/${name}`, { suffix: 'AbCdEf', at: 1 });
      const before = {
        [FIELDS.accessKeyId]: key.accessKeyId,
        [FIELDS.secretAccessKey]: key.secretAccessKey,
      };
      place.put({ id: 'v1', value: JSON.stringify(before), stages: ['AWSCURRENT'], at: 1 });
      const merge = { ...secretTarget(name), mode: 'merge' };
      await rekey.destination('secrets-manager', user, merge, { connectionId: connection.id });
      keys.push({ name, key, id: (await rekey.start(await rekey.plan(key.accessKeyId))).id });
    }
    const [given, ...taken] = keys;
    if (given === undefined) throw new Error('There is no key');
    for (const { id } of keys) await rekey.until(id, 'quiet');
    for (const { id } of taken) {
      const { stateAt } = await rekey.rotation(id);
      await undoRotation(rekey.services, rekey.request(), { rotationId: id, stateAt });
      expect((await rekey.until(id)).state).toBe('undone');
    }
    await watched.look();
    const { stateAt } = await rekey.until(given.id, 'soaking');
    await reactivateRotation(rekey.services, rekey.request(), { rotationId: given.id, stateAt });
    expect((await rekey.until(given.id, 'quiet')).change?.change).toBe('activate');
    await rekey.resume();
    rekey.clock.forward(10_000);
    await rekey.resume();
    expect((await rekey.rotation(given.id)).change).toBeNull();
    await watched.look();
    expect(await watched.found()).toEqual({});

    const rows = await rekey.services.stores.audit.newest(500);
    const acts = rows.filter(({ verb, phase }) => verb === 'key.activate' && phase === 'intent');
    expect(acts.length).toBeGreaterThan(0);
    const agent = `aws-sdk-js/3.1 rekey/0.0.0 act/${acts[0]?.id}`;
    const again = { UserName: given.name, AccessKeyId: given.key.accessKeyId, Status: 'Active' } as const;
    await calling(iamClient({ endpoint: rekey.aws.url }, own), agent).send(new UpdateAccessKeyCommand(again));
    await watched.look();
    expect((await watched.found())[own.accessKeyId]).toContain('access-key-reactivated');
  }, 120_000);

  it('raises none about the key that Rekey itself signs with, before and after the new one does', async () => {
    await using rekey = await Rotating.set(engine);
    const { key } = await rekey.connect('Itself', ['verify', 'inventory', 'rotate_self', 'watch']);
    const watched = new Watched(rekey);
    await watched.look();
    const { id } = await rekey.start(await rekey.plan(key.accessKeyId));
    await rekey.until(id, 'quiet');
    await watched.look();
    expect(await watched.found()).toEqual({});
    const { stateAt } = await rekey.until(id);
    await decideRotation(rekey.services, rekey.request('U2'), { rotationId: id, stateAt, choice: 'approve' });
    expect((await rekey.until(id)).state).toBe('done');
    await watched.look();
    expect(await watched.found()).toEqual({});
  }, 120_000);

  it('raises one about a key that somebody else makes with the connection’s key, whatever they call themselves', async () => {
    await using rekey = await Rotating.set(engine);
    const { connection, key: own } = await rekey.connect('Shop');
    const watched = new Watched(rekey);
    const { user, key } = await rekey.user('deploy');
    await rekey.destination('secrets-manager', user, secretTarget('deploy'), { connectionId: connection.id });
    const { id } = await rekey.start(await rekey.plan(key.accessKeyId));
    const [intent] = (await rekey.until(id, 'quiet')).intents;
    expect(intent?.nonce).toMatch(/^[\w-]{20,}$/);
    await watched.look();
    expect(await watched.found()).toEqual({});

    // The number of Rekey's own call stands in CloudTrail: it is worth nothing later.
    const { user: other } = await rekey.user('bystander');
    const agent = `aws-sdk-js/3.1 rekey/0.0.0 rotation/${intent?.nonce}`;
    const thief = calling(iamClient({ endpoint: rekey.aws.url }, own), agent);
    const { AccessKey } = await thief.send(new CreateAccessKeyCommand({ UserName: other.name }));
    const stolen = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    rekey.clock.forward(10_000);
    await stsClient({ endpoint: rekey.aws.url }, stolen).send(new GetCallerIdentityCommand({}));
    await watched.look();
    const found = await watched.found();
    expect(found[own.accessKeyId]).toContain('access-key-made-for-another-user');
    expect(found[stolen.accessKeyId]).toContain('new-key-used-by-its-maker');
  }, 120_000);
});
