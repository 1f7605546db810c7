import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, ALICE, roleSession, type ExampleCall } from '../../src/detections/example.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import type { EvidenceRef } from '../../src/domain/evidence.ts';
import { beginEvidence } from '../../src/handlers/evidence/begin.ts';
import { gatherEvidence } from '../../src/handlers/evidence/gather.ts';
import { itemOf, lookEvidence } from '../../src/handlers/evidence/look.ts';
import { ENDED_LOOKS, forgetOld, KEPT_MS, readState } from '../../src/handlers/evidence/state.ts';
import type { Services } from '../../src/handlers/services.ts';
import { sweep } from '../../src/handlers/sweep.ts';
import { AwsFailure } from '../../src/ports/aws.ts';
import { evidenceRounds } from '../../src/pollers/evidence.ts';
import { InventoryWorld, PATIENT } from '../pollers/world.ts';
import { contain, OTHER, request, RESPONDER, saidSince, stolen, victim } from './containment-world.ts';
import { evidenceServices, gathered, giveRole, Inbox, incident, put } from './evidence-world.ts';

const BOB_KEY = 'AKIAQBOBQBOBQBOBQBOB';
const FIRST = 'ASIAQFIRSTQFIRSTQFIR';
const SECOND = 'ASIAQSECONDQSECONDQS';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY'.slice(0, 40);
const VIEWER = { ...RESPONDER, userId: 'U0VIEW', roles: ['viewer'] } as const;

interface Bundle {
  readonly schema: string;
  readonly version: number;
  readonly coverage: {
    readonly completeTo: string | null;
    readonly gaps: readonly string[];
    readonly regions: readonly {
      readonly region: string;
      readonly pages: number;
      readonly records: number;
    }[];
  };
  readonly times: Readonly<Record<string, unknown>>;
  readonly evidence: {
    readonly calls: readonly { readonly at: string; readonly action: string; readonly by: string }[];
    readonly credentials: readonly {
      readonly id: string;
      readonly kind: string;
      readonly madeBy: string | null;
    }[];
    readonly items: readonly {
      readonly kind: string;
      readonly goneAt: string | null;
      readonly tried: boolean;
    }[];
  };
  readonly events: readonly { readonly eventName: string }[];
  readonly actions: readonly { readonly what: string; readonly by: string }[];
}

describe('the evidence of a stolen key', () => {
  let world: InventoryWorld;
  let services: Services;
  let inbox: Inbox;
  let key: string;

  beforeEach(async () => {
    world = await InventoryWorld.open({ capabilities: ['verify', 'contain', 'watch'] });
    await world.connect();
    inbox = new Inbox();
    services = await evidenceServices(world, inbox);
    key = victim(world.account).key.accessKeyId;
  });

  afterEach(() => world[Symbol.asyncDispose]());

  function happen(action: string, minutesAgo: number, example: ExampleCall = {}): void {
    const raw = call(action, example);
    const own = JSON.parse(JSON.stringify(raw).replaceAll('111122223333', world.accountId)) as RawRecord;
    const { region = 'us-east-1' } = example;
    put(world, { ...own, eventID: undefined }, { at: world.clock.now() - minutesAgo * 60_000, region });
  }

  const alice = (): RawRecord => ({ ...ALICE, accessKeyId: key });

  /** What a thief does: a key for somebody else, two roles deep into another region, a user with a password. */
  function theft(): void {
    const by = alice();
    const eu = 'eu-west-1';
    const made = (accessKeyId: string, role: string) => ({
      credentials: { accessKeyId, expiration: 'Mar 2, 2027 10:00:00 AM' },
      assumedRoleUser: { arn: `arn:aws:sts::111122223333:assumed-role/${role}/s` },
    });
    happen('sts:GetCallerIdentity', 50, { by });
    happen('iam:CreateAccessKey', 49, {
      by,
      asked: { userName: 'bob`<!channel>' },
      answered: { accessKey: { accessKeyId: BOB_KEY, userName: 'bob', status: 'Active' } },
    });
    // Seen before the call that made its session, as CloudTrail may show it.
    const deploy = roleSession('deploy', 's', FIRST);
    happen('lambda:UpdateFunctionCode', 47, { by: deploy, region: eu, asked: { functionName: 'pay' } });
    happen('sts:AssumeRole', 48, { by, region: eu, answered: made(FIRST, 'deploy') });
    happen('sts:AssumeRole', 46, { by: deploy, region: eu, answered: made(SECOND, 'admin') });
    const admin = roleSession('admin', 's', SECOND);
    happen('iam:CreateUser', 45, { by: admin, asked: { userName: 'backup-svc' } });
    happen('iam:CreateLoginProfile', 44, {
      by: admin,
      asked: { userName: 'backup-svc', password: 'hunter2hunter2' },
    });
    const withoutKey = { ...ALICE, userName: 'backup-svc', accessKeyId: '' };
    happen('signin:ConsoleLogin', 43, {
      by: { ...withoutKey, arn: 'arn:aws:iam::111122223333:user/backup-svc' },
    });
    happen('ec2:RunInstances', 42, {
      by: { ...ALICE, accessKeyId: BOB_KEY, userName: 'bob', arn: 'arn:aws:iam::111122223333:user/bob' },
      region: 'ap-southeast-2',
      answered: { instancesSet: { items: [{ instanceId: 'i-0abc' }] } },
      asked: {
        note: `aws_secret_access_key=${SECRET}`,
        environment: [
          { name: 'DB_PASSWORD', value: 'hunter2-of-a-task' },
          { name: 'STAGE', value: 'production-stage' },
        ],
        variables: { AWS_SECRET_ACCESS_KEY: SECRET },
      },
    });
    happen('iam:CreateUser', 41, { by, asked: { userName: 'gone' } });
    happen('iam:DeleteUser', 40, { by, asked: { userName: 'gone' } });
    happen('iam:AttachUserPolicy', 39, {
      by,
      asked: { userName: 'alice', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      error: 'AccessDenied',
    });
    // Somebody else in the same hour, and the same key long before.
    happen('iam:DeleteRole', 38, {
      by: { ...ALICE, accessKeyId: 'AKIAQOTHERQOTHERQOTH', userName: 'carol' },
    });
    happen('iam:CreateUser', 600, { by, asked: { userName: 'long-ago' } });
  }

  const bundle = (): Bundle => JSON.parse(inbox.latest('.json.gz')) as Bundle;

  it('follows it to its sessions, keys and users in all regions, and names what they left', async () => {
    theft();
    const ref = await incident(world, 'r:1', key, 50);
    const { state } = await gathered(services, ref);

    const { schema, version, coverage, times, evidence, events } = bundle();
    expect([schema, version, coverage.gaps]).toEqual(['rekey.evidence', 1, []]);
    expect(coverage.completeTo).not.toBeNull();
    expect(new Set(evidence.credentials.map(({ kind, id, madeBy }) => `${kind} ${id} by ${madeBy}`))).toEqual(
      new Set([
        `subject ${key} by null`,
        `made_key ${BOB_KEY} by ${key}`,
        `session ${FIRST} by ${key}`,
        `session ${SECOND} by ${FIRST}`,
        `made_user user backup-svc by ${SECOND}`,
        `made_user user gone by ${key}`,
      ]),
    );
    expect(evidence.calls.map(({ action }) => action)).toEqual([
      'sts:GetCallerIdentity',
      'iam:CreateAccessKey',
      'sts:AssumeRole',
      'lambda:UpdateFunctionCode',
      'sts:AssumeRole',
      'iam:CreateUser',
      'iam:CreateLoginProfile',
      'signin:ConsoleLogin',
      'ec2:RunInstances',
      'iam:CreateUser',
      'iam:DeleteUser',
      'iam:AttachUserPolicy',
    ]);
    expect(events).toHaveLength(12);
    expect(times).toMatchObject({ toDetectMs: 90_000, toContainMs: null });

    const { summary } = state;
    expect(summary?.items.map(({ kind, weight }) => `${weight}: ${kind}`)).toEqual([
      'lasting: access key',
      'lasting: function code',
      'lasting: user',
      'lasting: console password',
      'lasting: instance',
    ]);
    expect([summary?.gone, summary?.tried, summary?.refused]).toEqual([1, 1, 1]);
    expect(summary?.roles.map(({ who }) => who.replace(/^.*assumed-role/, ''))).toEqual([
      '/deploy/s',
      '/admin/s',
    ]);
    const hash = createHash('sha256').update(inbox.latest('.json.gz')).digest('hex');
    expect(summary?.sha256).toBe(hash);

    // The report names the hash, the steps, and how to check it; neither holds a secret.
    const report = inbox.latest('.md');
    expect(report).toContain(hash);
    expect(report).toContain(
      `aws iam update-access-key --user-name='bob\`<!channel>' --access-key-id=${BOB_KEY}`.replace('`', '´'),
    );
    expect(report).toContain('Made and removed again');
    for (const text of [report, inbox.latest('.json.gz')]) {
      expect(text).not.toContain('hunter2');
      expect(text).not.toContain(SECRET);
    }
    expect(inbox.latest('.json.gz')).toContain('production-stage');
    const said = await saidSince(world);
    expect(said).toContain('Lets somebody back in');
    expect(said).toContain(hash);
    expect(said).not.toContain('<!channel>');
  });

  it('is gathered once for two who ask at once, and each has a record with the incident in it', async () => {
    theft();
    await giveRole(services, OTHER.userId, 'responder');
    const ref = await incident(world, 'r:1', key, 50);
    const click = request(services);
    const begun = await Promise.all([
      beginEvidence(services, click, ref),
      beginEvidence(services, click, ref),
      beginEvidence(services, request(services), ref),
      beginEvidence(services, request(services, OTHER), ref),
    ]);
    expect(begun.filter(({ joined }) => !joined)).toHaveLength(1);
    expect(world.jobs.enqueued.filter(({ name }) => name === 'evidence')).toHaveLength(1);
    await Promise.all([1, 2].map(() => gatherEvidence(services, ref, PATIENT, '0')));
    expect(inbox.received.map(({ userId }) => userId).toSorted()).toEqual(
      [RESPONDER, RESPONDER, OTHER, OTHER].map(({ userId }) => userId).toSorted(),
    );
    const rows = (await world.stores.audit.newest(50)).filter(({ verb }) => verb === 'evidence.read');
    expect(rows.filter(({ phase }) => phase === 'intent')).toHaveLength(2);
    for (const { detail } of rows) expect(detail['incidents']).toEqual(['r:1']);
    const done = rows.filter(({ outcome }) => outcome === 'done');
    expect(done.map(({ detail }) => detail['how'])).toEqual(['files', 'files']);
    expect(done[0]?.detail['sha256']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is nobody’s without the right: asked for, looked at, or ready when the right is gone', async () => {
    theft();
    const ref = await incident(world, 'r:1', key, 50);
    const asViewer = request(services, { ...VIEWER, roles: ['viewer'] });
    await expect(beginEvidence(services, asViewer, ref)).rejects.toThrow('takes the role responder');
    await expect(lookEvidence(services, asViewer, ref)).rejects.toThrow('takes the role responder');
    const forged: EvidenceRef = { kind: 'containment', id: 'x'.repeat(5_000) };
    await expect(beginEvidence(services, asViewer, forged)).rejects.toThrow('takes the role responder');
    await expect(beginEvidence(services, request(services), forged)).rejects.toThrow('no such containment');

    // OTHER holds the role in this request alone: when it is ready, it is gone.
    await gathered(services, ref, OTHER);
    expect(inbox.received).toEqual([]);
    const refused = (await world.stores.audit.newest(50)).filter(({ outcome }) => outcome === 'refused');
    expect(refused.map(({ verb, why }) => [verb, why])).toEqual([
      ['evidence.read', 'not permitted any more when it was ready'],
      ['evidence.read', 'There is no such containment.'],
      ['evidence.read', 'not permitted'],
      ['evidence.read', 'not permitted'],
      ['evidence.read', 'not permitted'],
    ]);
    expect(Math.max(...refused.map(({ entityId }) => entityId.length))).toBe(200);
  });

  it('says what could not be read, and comes in pages where no files may be sent', async () => {
    theft();
    inbox.answer = { ok: false, why: 'not_allowed', error: 'missing_scope' };
    world.standIn.faults.add({
      action: 'LookupEvents',
      region: 'eu-west-1',
      effect: { kind: 'error', code: 'AccessDeniedException', status: 400, message: 'not you' },
    });
    const { state } = await gathered(services, await incident(world, 'r:1', key, 50));
    expect(state.summary?.completeTo).toBeNull();
    expect(state.summary?.gaps.join()).toContain('eu-west-1: cloudtrail:LookupEvents');
    const said = await saidSince(world);
    expect(said).toContain('Not complete');
    expect(said).toContain('files:write');
    expect(said).toContain('Evidence, 1 of');
  });

  it('is not taken for dead while a busy key is read for minutes, and asks again what was not answered', async () => {
    for (let at = 0; at < 7_000; at += 1) happen('ec2:DescribeInstances', 45 - at / 200, { by: alice() });
    // One region does not answer at first.
    const lost = world.standIn.faults.add({
      action: 'LookupEvents',
      region: 'eu-west-1',
      times: 2,
      effect: { kind: 'service-failure' },
    });
    const ref = await incident(world, 'r:1', key, 50);
    await beginEvidence(services, request(services), ref);
    const living = () => Promise.resolve([services.instanceId, 'other']);
    const instances = { ...services.instances, living };
    const other = { ...services, onlyInstance: false, instanceId: 'other', instances };
    const { aws } = services;
    const began = world.clock.now();
    let looks = 0;
    const watched: Services = {
      ...services,
      onlyInstance: false,
      instances,
      aws: {
        ...aws,
        eventHistory: (...given: Parameters<typeof aws.eventHistory>) => {
          const history = aws.eventHistory(...given);
          return {
            pages: async function* pages(...asked: Parameters<typeof history.pages>) {
              for await (const page of history.pages(...asked)) {
                // Somebody sets the clock: no time has passed for that.
                if (looks === 20) world.forward(40 * 60_000);
                if (looks === 40) world.forward(20 * 60_000);
                // As every instance does, all the while.
                looks += 1;
                expect(await evidenceRounds(other)).toBe(0);
                expect(await evidenceRounds(watched)).toBe(0);
                yield page;
              }
            },
          };
        },
      },
    };
    await gatherEvidence(watched, ref, PATIENT, '0');
    expect(world.clock.now() - began).toBeGreaterThan(120_000);
    expect(looks).toBeGreaterThan(140);
    expect(lost.fired).toBe(2);
    const { state } = await readState(services, ref);
    expect(state).toMatchObject({ phase: 'done', tries: 1 });
    expect(state?.summary?.gaps).toEqual([]);
    expect(state?.summary?.calls).toBe(7_000);
  });

  it('counts pages and records once, however often a question is asked again', async () => {
    for (let at = 0; at < 120; at += 1) happen('ec2:DescribeInstances', 45 - at / 10, { by: alice() });
    const ref = await incident(world, 'r:1', key, 50);
    const { aws } = services;
    let lost = 0;
    const losing = {
      ...services,
      aws: {
        ...aws,
        eventHistory: (...given: Parameters<typeof aws.eventHistory>) => {
          const history = aws.eventHistory(...given);
          return {
            pages: async function* pages(...asked: Parameters<typeof history.pages>) {
              let page = 0;
              for await (const events of history.pages(...asked)) {
                page += 1;
                // Two answers are lost, each a page further than the one before.
                if (page === lost + 2 && lost < 2) {
                  lost += 1;
                  throw new AwsFailure({ code: 'timeout', action: 'cloudtrail:LookupEvents' });
                }
                yield events;
              }
            },
          };
        },
      },
    };
    await gathered(losing, ref);
    expect(lost).toBe(2);
    const { regions, gaps } = bundle().coverage;
    expect(gaps).toEqual([]);
    await gathered(services, ref);
    expect(regions).toEqual(bundle().coverage.regions);
    expect(regions.find(({ region }) => region === 'us-east-1')).toMatchObject({ pages: 3, records: 120 });
  });

  it('is forgotten by the daily tidying, after 90 days, and never while it is gathered anew', async () => {
    const { settings } = world.stores;
    const names = async () => (await settings.startingWith('evidence:')).map(({ key: name }) => name);
    const [old, late] = [await incident(world, 'r:1', key, 50), await incident(world, 'r:2', key, 40)];
    await gathered(services, old);
    world.forward(KEPT_MS - 60_000);
    await gathered(services, late);
    world.forward(60_001);
    // It is no matter of whoever gathers something else.
    await gathered(services, await incident(world, 'r:3', key, 30));
    expect(await names()).toEqual([
      'evidence:incident:r:1',
      'evidence:incident:r:2',
      'evidence:incident:r:3',
    ]);
    // Somebody presses Gather again while the tidying is at it.
    const begun = (await readState(services, old)).text;
    const racing = {
      ...services,
      stores: {
        ...services.stores,
        settings: {
          ...settings,
          startingWith: async (prefix: string) => {
            const rows = await settings.startingWith(prefix);
            if (prefix === 'evidence:') await beginEvidence(services, request(services), old);
            return rows;
          },
        },
      },
    };
    await forgetOld(racing);
    expect((await readState(services, old)).state?.phase).toBe('gathering');
    await sweep(services);
    expect(await names()).toHaveLength(3);
    const now = (await readState(services, old)).text;
    await services.stores.atomically([settings.replace('evidence:incident:r:1', now, begun ?? '', 1)]);
    await sweep(services);
    expect(await names()).toEqual(['evidence:incident:r:2', 'evidence:incident:r:3']);
  });

  it('is told as failed by no process that is only stopped', async () => {
    const ref = await incident(world, 'r:1', key, 50);
    await beginEvidence(services, request(services), ref);
    const stopping = new AbortController();
    world.standIn.faults.add({ action: 'DescribeRegions', effect: { kind: 'hang' } });
    const gathering = gatherEvidence(services, ref, stopping.signal, '0');
    await expect
      .poll(() => [...world.standIn.requests].some(({ action }) => action === 'DescribeRegions'))
      .toBe(true);
    stopping.abort();
    await expect(gathering).rejects.toBeInstanceOf(AwsFailure);
    expect((await readState(services, ref)).state).toMatchObject({ phase: 'gathering', owner: null });
    world.standIn.faults.clear();
    await gatherEvidence(services, ref, PATIENT, '0');
    expect((await readState(services, ref)).state?.phase).toBe('done');
  });

  it('goes on after its process was killed, or says why it cannot', async () => {
    theft();
    const ref = await incident(world, 'r:1', key, 50);
    const begun = await beginEvidence(services, request(services), ref);
    // A process that is gone has it.
    const { text, state } = await readState(services, ref);
    if (state === null) throw new Error('Nothing was begun');
    const dead = JSON.stringify({ ...state, owner: 'dead 1', tries: 1 });
    let living = ['dead', 'this'];
    const shared = {
      ...services,
      onlyInstance: false,
      instances: { ...services.instances, living: () => Promise.resolve(living) },
    };
    await world.stores.atomically([world.stores.settings.replace('evidence:incident:r:1', text, dead, 1)]);
    await gatherEvidence(shared, ref, PATIENT, '0');
    expect(await evidenceRounds(shared)).toBe(0);
    expect(inbox.received).toEqual([]);
    // A process that lives says that it is at an end, if it can.
    for (let looks = 2; looks < ENDED_LOOKS; looks += 1) expect(await evidenceRounds(shared)).toBe(0);
    expect(await evidenceRounds(shared)).toBe(1);
    living = ['this'];
    expect(await evidenceRounds(shared)).toBe(1);
    await gatherEvidence(shared, ref, PATIENT, '0');
    expect((await readState(services, ref)).state?.phase).toBe('done');
    expect(inbox.received).toHaveLength(2);
    expect(begun.told.phase).toBe('gathering');

    // Nobody may read the trail: that is said, and the next click begins anew.
    world.standIn.faults.add({
      action: 'DescribeRegions',
      effect: { kind: 'error', code: 'AuthFailure', status: 401, message: 'not you' },
    });
    const again = await gathered(services, ref);
    expect(again.state.phase).toBe('failed');
    expect(await saidSince(world)).toContain('was not gathered');
    world.standIn.faults.clear();
    expect((await gathered(services, ref)).state.phase).toBe('done');
  });

  it.each(['at its answer', 'at its end'] as const)(
    'answers each who asked once on record, though its process dies %s',
    async (when) => {
      await giveRole(services, OTHER.userId, 'responder');
      theft();
      const ref = await incident(world, 'r:1', key, 50);
      await beginEvidence(services, request(services), ref);
      await beginEvidence(services, request(services, OTHER), ref);
      const { stores } = services;
      let outcomes = 0;
      const failing: Services = {
        ...services,
        stores: {
          ...stores,
          audit: {
            ...stores.audit,
            add: (entry) => {
              if (entry.verb === 'evidence.read' && entry.phase === 'outcome') outcomes += 1;
              return stores.audit.add(entry);
            },
          },
          atomically: async (writes) => {
            // Nothing is written any more from there on: what follows is another process's.
            if (outcomes >= (when === 'at its answer' ? 2 : 3)) throw new Error('the process is gone');
            await stores.atomically(writes);
            if (outcomes === 2) outcomes = 3;
          },
        },
      };
      const broken = await gatherEvidence(failing, ref, PATIENT, '0').then(
        () => null,
        (error: unknown) => error,
      );
      expect(broken === null).toBe(when === 'at its end');
      await gatherEvidence(services, ref, PATIENT, '0');
      expect((await readState(services, ref)).state).toMatchObject({ phase: 'done', owner: null });
      const ends = (await stores.audit.newest(50)).filter(
        ({ verb, phase }) => verb === 'evidence.read' && phase === 'outcome',
      );
      expect(ends.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
      expect(new Set(ends.map(({ correlationId }) => correlationId)).size).toBe(2);
    },
  );

  it('is there for a containment without an incident, with what was done and when; its items open', async () => {
    theft();
    const row = await contain(services, stolen({ accessKeyId: key }));
    const { state } = await gathered(services, { kind: 'containment', id: row.id });
    expect(state.userName).toBe('alice');
    const { times, actions } = bundle();
    expect(times['containedAt']).not.toBeNull();
    expect(actions.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['containment.contain', 'containment.set_key', 'evidence.read']),
    );
    const told = await lookEvidence(services, request(services), { kind: 'containment', id: row.id });
    // The window before it is a day: what was done ten hours ago is in it, too.
    expect(told.summary?.items.map(({ says }) => says).join()).toContain('long-ago');
    expect(itemOf(told, told.summary?.items[0]?.id ?? '').advice).not.toBe('');
    expect(() => itemOf(told, '999')).toThrow('gathered anew');
  });

  it('opens the thing of an old button, whatever was found before it since', async () => {
    theft();
    const ref = await incident(world, 'r:1', key, 50);
    await gathered(services, ref);
    const before = await lookEvidence(services, request(services), ref);
    const things = before.summary?.items ?? [];
    expect(things.length).toBeGreaterThan(3);
    // It comes late, and happened before all others.
    happen('iam:CreateUser', 55, { by: alice(), asked: { userName: 'earlier' } });
    await gathered(services, ref);
    const after = await lookEvidence(services, request(services), ref);
    expect(after.summary?.items.map(({ says }) => says).join()).toContain('earlier');
    for (const { id, says } of things) expect(itemOf(after, id).says).toBe(says);
  });
});
