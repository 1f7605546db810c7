import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/audit-command.ts';
import { addAdmins, kept, keptWhen, outcome } from '../support/acting.ts';
import { Balancer } from '../support/balancer.ts';
import { Crowd } from '../support/crowd.ts';
import { Instance } from '../support/instances.ts';
import { eventually } from '../support/instants.ts';
import { withClient } from '../support/postgres.ts';
import { PEOPLE, Scene, type TransportName } from '../support/rekey.ts';
import { chanceOf, Deaths, makeTrouble } from '../support/troubles.ts';
import { seedOfRun } from '../support/seed.ts';

const SOAK_MS = 90_000;
/** Where an instance takes long to start, the soak goes on for as many deaths, up to this long. */
const MOST_MS = 300_000;
const LIVES = 9;
/** A notice of a dead instance is posted when the lease of its job is over. */
const SETTLE_MS = 120_000;
const TRANSPORTS: readonly TransportName[] = ['socket', 'http'];

describe.each(TRANSPORTS)('a soak over %s, one of two instances killed again and again', (transport) => {
  const seed = seedOfRun();
  const chance = chanceOf(seed);
  const deaths = new Deaths();
  const memory: number[] = [];
  let scene: Scene;
  let balancer: Balancer;
  let survivor: Instance;
  let victim: Instance;
  let crowd: Crowd;

  beforeAll(async () => {
    console.info(`soak over ${transport}: seed ${seed}`);
    scene = await Scene.set(transport, 'postgres');
    balancer = await Balancer.start();
    const admins = addAdmins(scene, 5);
    const starting = Date.now();
    [survivor, victim] = await Promise.all([Instance.start(scene), Instance.start(scene)]);
    // Started, alive for up to seven seconds, and dead for up to one and a half.
    const lifeMs = Date.now() - starting + 8_500;
    await grantViewer();
    if (transport === 'http') scene.slack.useHttp(balancer.url);
    else scene.slack.useSocketMode();
    await joined(victim);
    crowd = new Crowd(scene, chance, (moment) => deaths.since(moment));
    const { viewer, nobody, guest, stranger } = PEOPLE;
    const others = [viewer, nobody, guest, stranger].map((id) => scene.slack.as(id));
    const until = Date.now() + Math.min(MOST_MS, Math.max(SOAK_MS, LIVES * lifeMs));
    const again = async (): Promise<Instance> => joined(await Instance.start(scene));
    const soaking = Promise.all([
      deaths.keepKilling(victim, again, chance, until),
      makeTrouble(scene, chance, until),
      ...[...admins, ...others].map(async (person) => crowd.act(person, until, 300)),
    ]);
    while (Date.now() < until) {
      memory.push(survivor.residentMb());
      await sleep(1_000);
    }
    [victim] = await soaking;
  }, MOST_MS + 120_000);

  afterAll(async () => {
    await survivor.kill();
    await victim.kill();
    await balancer.stop();
    await scene.strike();
  });

  async function grantViewer(): Promise<void> {
    const stores = await scene.stores();
    const { viewer, admin } = PEOPLE;
    const grant = { subjectKind: 'user', subjectId: viewer, role: 'viewer', grantedBy: admin } as const;
    await stores.atomically([stores.roleGrants.insert({ id: 'soak', ...grant, grantedAt: Date.now() })]);
    await stores.close();
  }

  /** Waits until Slack reaches the survivor and this one. */
  async function joined(other: Instance): Promise<Instance> {
    if (transport === 'http') balancer.targets = [survivor.httpUrl ?? '', other.httpUrl ?? ''];
    else await eventually(() => scene.slack.sockets.connections >= 2, 'both sockets');
    return other;
  }

  /** Waits until a statement finds nothing any more. */
  async function noRows(statement: string): Promise<void> {
    const until = Date.now() + SETTLE_MS;
    let found = await rows(statement);
    for (; found.length > 0 && Date.now() < until; found = await rows(statement)) await sleep(500);
    expect(found).toEqual([]);
  }

  async function rows(statement: string): Promise<Record<string, unknown>[]> {
    const url = scene.environment['DATABASE_URL'] ?? '';
    return withClient(url, async (client) => (await client.query<Record<string, unknown>>(statement)).rows);
  }

  it('answers or refuses everything in words, unless an instance died at that moment', () => {
    const { silent, answered, refused, lostToDeath, unseenByDeath, accepted } = crowd.tally;
    console.info({ answered, refused, lostToDeath, unseenByDeath, accepted: accepted.length });
    console.info({ deaths: deaths.at.length / 2, commands: scene.slack.sent.length });
    expect(silent).toEqual([]);
    expect(deaths.at.length / 2).toBeGreaterThan(5);
    expect(answered).toBeGreaterThan(200);
    expect(accepted.length).toBeGreaterThan(10);
    expect(lostToDeath + unseenByDeath).toBeLessThan(answered / 10);
  });

  it('leaves no work behind, and no secret without its holder', async () => {
    await keptWhen(scene, ({ attempts }) => attempts.length === 0, SETTLE_MS);
    // Read again: what ended between the readings of the first is counted on one side only.
    const now = await kept(scene);
    expect(now.orphans).toBe(0);
    expect(now.connections.filter(({ state }) => state !== 'connected')).toEqual([]);
    expect(now.sealed).toBe(now.connections.length);
  }, 180_000);

  it('has an outcome for everything that was begun, and told it', async () => {
    await noRows(`SELECT id FROM notices WHERE state = 'waiting'`);
    expect(await rows(`SELECT state, last_error FROM notices WHERE state <> 'sent'`)).toEqual([]);
    const begun = `SELECT correlation_id, verb FROM audit_entries WHERE phase = 'intent' AND verb LIKE 'connection.%'`;
    const ended = begun.replace("'intent'", "'outcome'");
    expect(await rows(`(${begun}) EXCEPT (${ended})`)).toEqual([]);
    const names = await rows(
      `SELECT detail::json ->> 'name' AS name FROM audit_entries WHERE phase = 'intent'`,
    );
    const known = new Set(names.map(({ name }) => name));
    expect(crowd.tally.accepted.filter((name) => !known.has(name))).toEqual([]);
  }, 180_000);

  it('keeps each connection whole: its secret opens and its key passes', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    for (const { name } of (await kept(scene)).connections) {
      await ada.slash(`/aws-test ${name}`);
      const view = await outcome(ada);
      expect(view.title).toBe('Test passed');
      await view.close('x');
    }
  }, 120_000);

  it('runs all jobs: none waits that is due, none is dead', async () => {
    // A run that ended with its process counts as timed out; what recurs has begun anew by then.
    const dead = `SELECT source_name, source_output FROM pgboss.job WHERE name = 'rekey.dead-letters'
      AND source_output::text NOT LIKE '%job timed out%'`;
    expect(await rows(dead)).toEqual([]);
    // One that waits behind a run of a process that died comes when the lease of that is over.
    await noRows(`SELECT name, state FROM pgboss.job AS job
      WHERE state IN ('created', 'retry') AND start_after < now() - interval '20 seconds'
      AND name <> 'rekey.dead-letters' AND NOT EXISTS (SELECT 1 FROM pgboss.job AS held WHERE held.state = 'active' AND held.name = job.name
        AND held.singleton_key IS NOT DISTINCT FROM job.singleton_key)`);
  }, 180_000);

  it('keeps the audit chain whole', async () => {
    let said = '';
    await audit(['verify'], { env: scene.environment, out: (text) => void (said += text) });
    expect(said).toMatch(/verified/i);
  });

  it('breaks no rule of Slack', () => {
    const excused = (at: number): boolean =>
      deaths.at.some((death) => death > at - 3_600 && death < at + 500);
    const found = scene.slack.defects.filter(
      ({ what, at }) => !(/not acknowledged in time/.test(what) && excused(at)),
    );
    expect(found).toEqual([]);
  });

  it('writes no secret anywhere', () => {
    const everything = [survivor.output, victim.output, deaths.output, JSON.stringify(scene.slack.received)];
    const leaked = crowd.secrets.filter((secret) => everything.some((text) => text.includes(secret)));
    expect(crowd.secrets.length).toBeGreaterThan(10);
    expect(leaked).toEqual([]);
  });

  it('needs no more and more memory', () => {
    const third = Math.floor(memory.length / 3);
    const middle = (part: readonly number[]): number => part.toSorted((a, b) => a - b)[part.length >> 1] ?? 0;
    const [first, last] = [middle(memory.slice(0, third)), middle(memory.slice(-third))];
    console.info({ memoryFirstThirdMb: first, memoryLastThirdMb: last });
    expect(last).toBeLessThan(first * 1.25 + 20);
  });
});
