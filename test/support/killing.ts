import { deepEqual, equal } from 'node:assert/strict';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { kept, keptWhen, type Kept } from './acting.ts';
import { RekeyChild } from './child.ts';
import { callsOver, eventually, lockDatabase, passTime } from './instants.ts';
import { PEOPLE, Scene, type EngineName, type TransportName } from './rekey.ts';

/** After this a notice's grace of 20 s, and a lease of 90 s, are over. */
const LATER_MS = 120_000;

/** Rekey in a process that is killed and started again, as often as a test likes. */
export class Killing {
  readonly scene: Scene;
  child: RekeyChild;
  readonly #postgres: boolean;

  private constructor(scene: Scene, child: RekeyChild, engine: EngineName) {
    this.scene = scene;
    this.child = child;
    this.#postgres = engine === 'postgres';
  }

  static async set(
    transport: TransportName,
    engine: EngineName,
    changes: Readonly<Record<string, string>> = {},
  ): Promise<Killing> {
    const scene = await Scene.set(transport, engine);
    Object.assign(scene.environment, changes);
    return new Killing(scene, await RekeyChild.start(scene), engine);
  }

  get ada(): PersonDriver {
    return this.scene.slack.as(PEOPLE.admin);
  }

  async strike(): Promise<void> {
    await this.child.kill();
    await this.scene.strike();
  }

  /**
   * Kills it and starts another. `later`: so much later that leases and graces are over; on PostgreSQL they must
   * be, since a lease there could be a living instance's. `asked`: it is asked to stop, and stops by itself.
   */
  async again(options: { later?: boolean; asked?: boolean } = {}): Promise<void> {
    if (options.asked === true) equal(await this.child.terminate(), 0);
    else await this.child.kill();
    if (this.#postgres || options.later === true) await passTime(this.scene, LATER_MS);
    this.child = await RekeyChild.start(this.scene);
  }

  /**
   * Does it, kills Rekey while it waits to write what was asked for, and starts it again: nothing of it was written.
   */
  async beforeWriting(submit: () => Promise<unknown>, mark: string): Promise<void> {
    const { slack } = this.scene;
    const unlock = await lockDatabase(this.scene);
    const seen = slack.sent.length;
    const submitting = submit();
    const arrived = () => slack.sent.slice(seen).some(({ body }) => JSON.stringify(body).includes(mark));
    await eventually(arrived, 'the submission');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await this.child.kill();
    await unlock();
    await this.again();
    await submitting;
    // The silence is Rekey's, but it was killed; Slack notes it as a defect all the same.
    slack.defects.length = 0;
  }

  /** Waits until AWS has answered everything, and kills Rekey while it waits to write the outcome. */
  async beforeTheOutcome(submit: () => Promise<unknown>, held: () => Promise<void>): Promise<void> {
    const { aws } = this.scene;
    const before = aws.requests.length;
    await submit();
    await held();
    const unlock = await lockDatabase(this.scene);
    await callsOver(this.scene, before);
    await this.child.kill();
    await unlock();
    aws.faults.clear();
  }

  /** Kills Rekey after the outcome is written (`when`), while it shows it; what comes next is later. */
  async beforeTheWindow(submit: () => Promise<unknown>, when: (now: Kept) => boolean): Promise<void> {
    this.scene.slack.faults.add('views.update', { kind: 'hang' }, { when: outcomeView });
    await submit();
    await keptWhen(this.scene, when);
    await this.again({ later: true });
    // It may have been killed before it called: the next window is not to hang for that.
    this.scene.slack.faults.clear();
  }

  /** A direct message that names this and says that. */
  async told(name: string, words: string): Promise<void> {
    await this.ada.waitForMessage((each) => each.words.includes(name) && each.words.includes(words), {
      timeoutMs: 20_000,
    });
  }

  /** Nothing is pending, and each connection by key has one sealed secret. */
  async settled(timeoutMs = 20_000): Promise<Kept> {
    await keptWhen(this.scene, ({ attempts }) => attempts.length === 0, timeoutMs);
    // Read again: the tables are read one after another, and the end of an attempt may have come in between.
    const now = await kept(this.scene);
    deepEqual(
      now.connections.filter(({ state }) => state !== 'connected'),
      [],
    );
    const byKey = now.connections.filter(({ method }) => method === 'access_key');
    equal(now.orphans, 0);
    equal(now.sealed, byKey.length);
    return now;
  }

  /** Closes every window of ada's. */
  async closeAll(): Promise<void> {
    await this.ada.modal()?.close('x');
  }
}

/** Whether this call fills a window with an outcome: those have neither a form nor “…” in their title. */
function outcomeView(args: Readonly<Record<string, unknown>>): boolean {
  const view = JSON.stringify(args['view']);
  return !view.includes('"submit"') && !/"text":"[A-Za-z ]+…"/.test(view);
}
