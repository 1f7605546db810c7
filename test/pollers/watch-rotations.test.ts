import { CreateAccessKeyCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { decideRotation } from '../../src/handlers/rotations/act.ts';
import type { Services } from '../../src/handlers/services.ts';
import { watchAccount } from '../../src/pollers/watch.ts';
import { WATCH_JOB } from '../../src/pollers/watch-job.ts';
import type { Jobs } from '../../src/ports/jobs.ts';
import { iamClient, stsClient } from '../sandbox/aws/clients.ts';
import { secretTarget } from '../support/rotated-places.ts';
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

  /** The rules of what people were told, by subject. */
  async told(): Promise<Record<string, string[]>> {
    const { incidents, signals } = this.#services.stores.watch;
    const all: Record<string, string[]> = {};
    for (const { id, subject, noticeId } of await incidents.page(ANY, null, 100)) {
      if (noticeId === null) continue;
      all[subject] = (await signals.ofIncident(id, 200)).map(({ signal }) => signal.rule).sort();
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
    expect(await watched.told()).toEqual({});

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
    expect(await watched.told()).toEqual({});
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
    expect(await watched.told()).toEqual({});

    // The number of Rekey's own call stands in CloudTrail: it is worth nothing later.
    const { user: other } = await rekey.user('bystander');
    const thief = iamClient({ endpoint: rekey.aws.url }, own);
    thief.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { headers: Record<string, string> };
        request.headers['user-agent'] = `aws-sdk-js/3.1 rekey/0.0.0 ${intent?.nonce}`;
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const { AccessKey } = await thief.send(new CreateAccessKeyCommand({ UserName: other.name }));
    const stolen = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    rekey.clock.forward(10_000);
    await stsClient({ endpoint: rekey.aws.url }, stolen).send(new GetCallerIdentityCommand({}));
    await watched.look();
    const told = await watched.told();
    expect(told[own.accessKeyId]).toContain('access-key-made-for-another-user');
    expect(told[stolen.accessKeyId]).toContain('new-key-used-by-its-maker');
  }, 120_000);
});
