// Real records of attacks that lie outside of this repository: REKEY_CORPUS names their folder.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textAt } from '../../src/detections/json.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import type { EvidenceSummary } from '../../src/domain/evidence.ts';
import type { Services } from '../../src/handlers/services.ts';
import { InventoryWorld } from '../pollers/world.ts';
import { LEFT, LEFT_BESIDES } from '../support/attack-logs.ts';
import { replayLog } from '../../sandbox/aws/replay.ts';
import { evidenceServices, gathered, Inbox, incident } from './evidence-world.ts';

const corpus = process.env['REKEY_CORPUS'] ?? '';

interface Described {
  readonly file: string;
  readonly attack_events: Readonly<Record<string, readonly string[]>>;
}

describe.runIf(corpus !== '')('the evidence of real attacks, replayed into an account', () => {
  let world: InventoryWorld;
  let services: Services;
  const inbox = new Inbox();

  beforeEach(async () => {
    world = await InventoryWorld.open({ capabilities: ['verify', 'watch'] });
    await world.connect();
    services = await evidenceServices(world, inbox);
  });

  afterEach(() => world[Symbol.asyncDispose]());

  const recordsOf = (file: string): RawRecord[] =>
    readFileSync(join(corpus, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RawRecord);

  const keyOf = (record: RawRecord): string => textAt(record, 'userIdentity', 'accessKeyId') ?? '';

  /** Puts records into the account as if the last of them was half an hour ago; the key that was used most. */
  function replay(records: readonly RawRecord[]): string {
    const log = records.map((record) => JSON.stringify(record)).join('\n');
    const at = world.clock.now() - 30 * 60_000;
    return replayLog(world.standIn.world, world.account, log, at).keys[0] ?? '';
  }

  async function evidenceOfAttack(name: string, key: string, minutes: number): Promise<EvidenceSummary> {
    const ref = await incident(world, name, key, minutes);
    const { state } = await gathered(services, ref);
    if (state.summary === null) throw new Error(`${name}: ${state.progress}`);
    return state.summary;
  }

  it('names what each single attack left', async () => {
    const missed: string[] = [];
    let seen = 0;
    for (const file of readdirSync(join(corpus, 'stratus'))) {
      const name = file.replace(/^aws\.|\.jsonl$/g, '');
      const left = LEFT[name];
      if (left === undefined) continue;
      seen += 1;
      const { items } = await evidenceOfAttack(name, replay(recordsOf(`stratus/${file}`)), 60);
      const said = items.map(({ says }) => says);
      missed.push(
        ...left
          .filter((each) => !said.some((line) => each.test(line)))
          .map((each) => `${name}: ${each.source}`),
      );
    }
    expect(seen).toBe(Object.keys(LEFT).length);
    expect(missed).toEqual([]);
  }, 120_000);

  it('names each of the attacks of an hour among all that was done with one key', async () => {
    const file = 'invictus/stratus-run-20230710.jsonl';
    const records = recordsOf(file);
    const index = JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as {
      readonly files: readonly Described[];
    };
    const attacks = index.files.find((each) => each.file === file)?.attack_events ?? {};
    const byId = new Map(records.map((record) => [String(record['eventID']), record]));
    const key = replay(records);
    await evidenceOfAttack('invictus', key, 180);
    const bundle = JSON.parse(inbox.latest('.json.gz')) as {
      readonly evidence: {
        readonly calls: readonly { readonly eventID: string; readonly says: string | null }[];
      };
    };
    const told = new Map(bundle.evidence.calls.map(({ eventID, says }) => [eventID, says]));
    const missed: string[] = [];
    for (const [name, ids] of Object.entries(attacks)) {
      const left = LEFT_BESIDES[name.replace(/^aws\./, '')];
      // Those another identity made are told in its own evidence.
      const ours = ids.filter((id) => keyOf(byId.get(id) ?? {}) === key);
      if (left === undefined || ours.length === 0) continue;
      const said = ours.map((id) => told.get(id) ?? '');
      missed.push(
        ...left
          .filter((each) => !said.some((line) => each.test(line)))
          .map((each) => `${name}: ${each.source}`),
      );
    }
    expect(missed).toEqual([]);
    expect(told.size).toBeGreaterThan(2_000);
  }, 120_000);
});
