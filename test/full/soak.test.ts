import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/audit-command.ts';
import { failuresOf, standingWords } from '../../src/domain/containment-words.ts';
import { isConfirmed, isOver, type Containment } from '../../src/domain/containment.ts';
import type { EvidenceState } from '../../src/handlers/evidence/state.ts';
import { addAdmins, connectKey, freshUser, kept, keptWhen, outcome } from '../support/acting.ts';
import { Alarm } from '../support/alarm.ts';
import { Balancer } from '../support/balancer.ts';
import { Crowd } from '../support/crowd.ts';
import { Deeds } from '../support/deeds.ts';
import { Instance } from '../support/instances.ts';
import { eventually } from '../support/instants.ts';
import { withClient } from '../support/postgres.ts';
import { CHANNELS, PEOPLE, Scene, type TransportName } from '../support/rekey.ts';
import { isWanted, shutOffs, standingOf, wantedOf } from '../support/suspects.ts';
import { chanceOf, Deaths, makeTrouble } from '../support/troubles.ts';
import { seedOfRun } from '../support/seed.ts';

const SOAK_MS = 90_000;
/** Where an instance takes long to start, the soak goes on for as many deaths, up to this long. */
const MOST_MS = 300_000;
const LIVES = 9;
/** A notice of a dead instance is posted when the lease of its job is over. */
const SETTLE_MS = 120_000;
/** What a dead process gathered is begun anew when it was silent for two minutes. */
const EVIDENCE_MS = 240_000;
/** A call that was checked a moment before its reason was taken back, on a machine with much to do. */
const ON_ITS_WAY_MS = 3_000;
const WAITING = `SELECT target, attempts, last_error, left(text, 60) AS said FROM notices WHERE state = 'waiting'`;
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
  const deeds = new Deeds(chance, (moment) => deaths.since(moment));
  let alarm: Alarm;
  let crowd: Crowd;

  beforeAll(async () => {
    console.info(`soak over ${transport}: seed ${seed}`);
    scene = await Scene.set(transport, 'postgres');
    scene.environment['REKEY_ALERT_CHANNEL'] = CHANNELS.alerts;
    scene.slack.changeBotToken({ scopes: ['commands', 'chat:write', 'users:read', 'files:write'] });
    balancer = await Balancer.start();
    const admins = addAdmins(scene, 5);
    const inChannel = scene.slack.world.channel(CHANNELS.alerts)?.members;
    for (const { id } of admins) inChannel?.add(id);
    const starting = Date.now();
    [survivor, victim] = await Promise.all([Instance.start(scene), Instance.start(scene)]);
    // Started, alive for up to seven seconds, and dead for up to one and a half.
    const lifeMs = Date.now() - starting + 8_500;
    await grantViewer();
    if (transport === 'http') scene.slack.useHttp(balancer.url);
    else scene.slack.useSocketMode();
    await joined(victim);
    const guard = freshUser(scene, 'guard', ['verify', 'contain', 'watch']).key;
    await (await connectKey(scene.slack.as(PEOPLE.admin), 'guard', guard)).close();
    const { viewer, nobody, guest, stranger } = PEOPLE;
    const others = [viewer, nobody, guest, stranger].map((id) => scene.slack.as(id));
    const soakMs = Math.min(MOST_MS, Math.max(SOAK_MS, LIVES * lifeMs));
    const until = Date.now() + soakMs;
    alarm = new Alarm(scene, deeds, until - soakMs / 2);
    crowd = new Crowd(scene, deeds, alarm);
    const again = async (): Promise<Instance> => joined(await Instance.start(scene));
    const soaking = Promise.all([
      deaths.keepKilling(victim, again, chance, until),
      makeTrouble(scene, chance, until),
      alarm.takeOff(until),
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

  /** All there ever were. */
  async function containments(): Promise<Containment[]> {
    const ids = await rows('SELECT id FROM containments');
    const stores = await scene.stores();
    const found = await Promise.all(ids.map(({ id }) => stores.containments.byId(String(id))));
    await stores.close();
    return found.filter((row) => row !== null);
  }

  async function rows(statement: string): Promise<Record<string, unknown>[]> {
    const url = scene.environment['DATABASE_URL'] ?? '';
    return withClient(url, async (client) => (await client.query<Record<string, unknown>>(statement)).rows);
  }

  it('answers or refuses everything in words, unless an instance died at that moment', () => {
    const { silent, answered, refused, lostToDeath, unseenByDeath } = deeds.tally;
    const { accepted } = crowd;
    const { asked, taken } = alarm;
    console.info({ answered, refused, lostToDeath, unseenByDeath, accepted: accepted.length });
    console.info({ deactivations: asked.length, ...taken });
    console.info({ deaths: deaths.at.length / 2, commands: scene.slack.sent.length });
    expect(silent).toEqual([]);
    expect(deaths.at.length / 2).toBeGreaterThan(5);
    expect(answered).toBeGreaterThan(200);
    expect(accepted.length).toBeGreaterThan(10);
    expect(asked.length).toBeGreaterThan(10);
    expect(taken.Undo).toBeGreaterThan(3);
    expect(taken.Recover + taken.Evidence).toBeGreaterThan(1);
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

  it('comes to an end with every containment, and AWS stands as each says', async () => {
    const atRest = ['holding', 'standing', 'recovered'];
    const isSettled = (row: Containment): boolean =>
      isOver(row.state) || (atRest.includes(row.state) && isConfirmed(row, Date.now()));
    const unsettled = async () =>
      (await containments())
        .filter((row) => !isSettled(row))
        .map((row) => ({ state: row.state, user: row.userName, failures: failuresOf(row, Date.now()) }));
    await expect.poll(unsettled, { timeout: SETTLE_MS }).toEqual([]);
    const rows = await containments();
    const states = rows.map(({ state }) => state);
    console.info(
      Object.fromEntries([...new Set(states)].map((s) => [s, states.filter((t) => t === s).length])),
    );
    for (const user of alarm.users) {
      const wanted = wantedOf(rows.filter(({ userName }) => userName === user.name));
      expect([user.name, standingOf(user)]).toEqual([user.name, wanted]);
    }
    // What could not be done is said, with what to do.
    const isSaid = ({ refusal }: Containment): boolean => (refusal?.why ?? '') !== '' && refusal?.next !== '';
    expect(rows.filter((row) => isSaid(row) !== (row.state === 'refused'))).toEqual([]);
  }, 180_000);

  it('puts back what somebody takes off, and nothing after an undo', async () => {
    const rows = await containments();
    const putBack = rows.reduce((sum, row) => sum + row.putBack, 0);
    console.info({ putBack });
    expect(putBack).toBeGreaterThan(0);
    for (const user of alarm.users) {
      const holders = rows.filter(({ userName }) => userName === user.name).flatMap((row) => row.holders);
      const strange = shutOffs(scene, user).filter((change) => !isWanted(change, holders, ON_ITS_WAY_MS));
      expect(strange.map(({ what }) => what)).toEqual([]);
    }
  });

  it('has every deactivation that was taken on record, or that it was one already', async () => {
    const holders = (await containments()).flatMap((row) => row.holders);
    const missing = alarm.asked.filter(
      ({ accessKeyId, reason, at }) =>
        !holders.some((each) => each.reason === reason) &&
        !holders.some(
          (each) =>
            each.accessKeyId === accessKeyId &&
            each.at <= at &&
            (each.taken === null || each.taken.at > at - 15_000),
        ),
    );
    expect(missing).toEqual([]);
  });

  it('gathers all evidence, and brings it to everybody who asked, or says why not', async () => {
    const evidence = async (): Promise<EvidenceState[]> => {
      const found = await rows(`SELECT value FROM settings WHERE key LIKE 'evidence:%'`);
      return found.map(({ value }) => JSON.parse(String(value)) as EvidenceState);
    };
    const gathering = async () =>
      (await evidence()).filter(({ phase }) => phase === 'gathering').map(({ about }) => about);
    await expect.poll(gathering, { timeout: EVIDENCE_MS, interval: 1_000 }).toEqual([]);
    const all = await evidence();
    console.info(all.map(({ phase, tries, askers }) => `${phase} in ${tries} for ${askers.length}`));
    expect(all.length).toBeGreaterThan(0);
    await noRows(WAITING);
    // What was not gathered is said; what was comes to everybody.
    expect(all.filter(({ phase, progress }) => phase === 'failed' && progress === '')).toEqual([]);
    const missing = all.flatMap(({ phase, askers, summary, subject }) =>
      (phase === 'done' ? askers : []).flatMap(({ userId }) => {
        const isTold = scene.slack
          .as(userId)
          .messages()
          .some(
            ({ files, words }) =>
              files.some(({ name }) => name === summary?.fileName) ||
              // Slack took no files then, or did not say who asked.
              words.includes(summary?.fileName ?? subject) ||
              words.includes('The evidence is ready, but Slack could not say'),
          );
        return isTold ? [] : [`${summary?.fileName} to ${userId}`];
      }),
    );
    expect(missing).toEqual([]);
  }, 420_000);

  it('tells every containment as it stands', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    const untold = async (): Promise<string[]> => {
      const cards = ada.messages(CHANNELS.alerts).filter(({ threadTs }) => threadTs === undefined);
      return (await containments())
        .filter(({ state }) => state !== 'merged')
        .map((row) => [row.holders.at(-1)?.reason ?? '', standingWords(row, Date.now())])
        .filter((each) => !cards.some(({ words }) => each.every((word) => words.includes(word))))
        .map((each) => each.join(' '));
    };
    await expect.poll(untold, { timeout: SETTLE_MS, interval: 1_000 }).toEqual([]);
  }, 180_000);

  it('has an outcome for everything that was begun, and told it', async () => {
    await noRows(WAITING);
    // An edit is dropped for a newer one.
    const lost = `SELECT state, last_error FROM notices WHERE state <> 'sent'
      AND NOT (state = 'dropped' AND edits IS NOT NULL)`;
    expect(await rows(lost)).toEqual([]);
    // Holds end long after the soak, and of a single call that a dead process sent the next look at the user tells.
    const begun = `SELECT correlation_id, verb FROM audit_entries WHERE phase = 'intent' AND (verb LIKE 'connection.%'
      OR verb IN ('containment.contain', 'containment.undo', 'containment.recover', 'evidence.read'))`;
    const ended = begun.replace("'intent'", "'outcome'");
    expect(await rows(`(${begun}) EXCEPT (${ended})`)).toEqual([]);
    const names = await rows(
      `SELECT detail::json ->> 'name' AS name FROM audit_entries WHERE phase = 'intent'`,
    );
    const known = new Set(names.map(({ name }) => name));
    expect(crowd.accepted.filter((name) => !known.has(name))).toEqual([]);
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
      AND source_output::text NOT LIKE '%job timed out%' AND source_output::text NOT LIKE '%job heartbeat timeout%'`;
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
