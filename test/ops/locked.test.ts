import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectKey, outcome } from '../support/acting.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

describe('a database that another program has locked', () => {
  let scene: Scene;
  let other: Database.Database;

  beforeAll(async () => {
    scene = await Scene.set('http', 'sqlite');
    await scene.start();
    await (await connectKey(scene.slack.as(PEOPLE.admin), 'Payroll', scene.samples.keys.good)).close();
    other = new Database(String(scene.environment['DATABASE_URL']).slice('file:'.length));
  });

  afterAll(async () => {
    other.close();
    await scene.strike();
  });

  it('is waited for without holding up Slack or the health page', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    other.exec('BEGIN IMMEDIATE');
    const asked = ada.slash('/aws-test Payroll');
    const waits: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      const from = performance.now();
      expect((await fetch(`${scene.opsUrl}/healthz`)).status).toBe(200);
      waits.push(performance.now() - from);
    }
    const { ack, error } = await asked;
    expect([ack.outcome, error]).toEqual(['ack', undefined]);
    expect(Math.max(...waits)).toBeLessThan(1_000);
    other.exec('ROLLBACK');
    // What was asked for meanwhile is done after all.
    expect((await outcome(ada)).title).toBe('Test passed');
  });

  it('is given up after some seconds, in words', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    other.exec('BEGIN IMMEDIATE');
    await ada.slash('/aws-test Payroll');
    const refused = await ada.waitForModal(({ words }) => words.includes('did not answer'), 15_000);
    other.exec('ROLLBACK');
    expect(refused.words).toContain('The database did not answer');
    await refused.close();
    await ada.slash('/aws-test Payroll');
    expect((await outcome(ada)).title).toBe('Test passed');
  });
});
