import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageDriver } from '../../sandbox/slack/driver/message.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { User } from '../../sandbox/aws/world.ts';
import { INLINE_DENY } from '../../src/domain/containment.ts';
import { accountOf } from './acting.ts';
import type { Deeds } from './deeds.ts';
import { CHANNELS, type Scene } from './rekey.ts';

const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';

type Act = 'Deactivate' | 'Undo' | 'Recover' | 'Evidence';

/** How often each is done among so many acts: dealt like cards, so that where acts are few, none is missed by chance. */
const SHARES: Readonly<Record<Act, number>> = { Deactivate: 4, Undo: 4, Recover: 1, Evidence: 2 };

/** A wish to contain of which somebody was told that it is being done, or was already. */
export interface AskedFor {
  readonly accessKeyId: string;
  readonly reason: string;
  readonly at: number;
}

/** What people do when keys seem stolen: they deactivate, undo, recover, and ask for evidence, often all at once. */
export class Alarm {
  /** Users whose keys seem stolen. */
  readonly users: readonly User[];
  readonly asked: AskedFor[] = [];
  /** How often an undo or a recovery was taken, and evidence was begun, by the words people saw. */
  readonly taken = { Undo: 0, Recover: 0, Evidence: 0 };
  readonly #scene: Scene;
  readonly #deeds: Deeds;
  /** Nobody asks for evidence after that: what a dead process gathered is begun anew minutes later. */
  readonly #evidenceUntil: number;
  #reasons = 0;
  #dealt: Act[] = [];

  constructor(scene: Scene, deeds: Deeds, evidenceUntil: number) {
    this.#scene = scene;
    this.#deeds = deeds;
    this.#evidenceUntil = evidenceUntil;
    this.users = Array.from({ length: 8 }, (_, at) => {
      const user = accountOf(scene).addUser(`suspect-${at}`, { attached: ['ReadOnlyAccess'] });
      for (let keys = at % 3 === 0 ? 2 : 1; keys > 0; keys -= 1) user.addKey();
      return user;
    });
  }

  async oneThing(person: PersonDriver): Promise<void> {
    const act = this.#deal();
    if (act === 'Deactivate') await this.#deactivate(person);
    else if (act !== 'Evidence') await this.#takeBack(person, act);
    else if (Date.now() < this.#evidenceUntil) await this.#evidence(person);
  }

  /** Somebody who takes the deny off suspects again and again, until the time is over. */
  async takeOff(until: number): Promise<void> {
    while (Date.now() < until) {
      const policies = this.#deeds.pick(this.users)?.policies;
      if (policies?.attachedArns().includes(DENY_ALL) === true) policies.detach(DENY_ALL);
      if (policies?.inlineNames().includes(INLINE_DENY) === true) policies.deleteInline(INLINE_DENY);
      await sleep(500 + 2_000 * this.#deeds.chance());
    }
  }

  /** The next act of a shuffled deck. */
  #deal(): Act {
    if (this.#dealt.length === 0) {
      this.#dealt = Object.entries(SHARES)
        .flatMap(([act, times]) => Array.from({ length: times }, () => ({ act, at: this.#deeds.chance() })))
        .toSorted((a, b) => a.at - b.at)
        .map(({ act }) => act as Act);
    }
    return this.#dealt.pop() ?? 'Deactivate';
  }

  async #deactivate(person: PersonDriver): Promise<void> {
    const keys = this.users.flatMap((user) => user.keys.existing());
    const { accessKeyId } = this.#deeds.pick(keys) ?? { accessKeyId: '' };
    this.#reasons += 1;
    const reason = `alarm ${this.#reasons}.`;
    const form = await this.#deeds.command(person, `/aws-deactivate ${accessKeyId}`);
    if (form?.title !== 'Deactivate') return;
    const kind = this.#deeds.chance() < 0.2 ? 'Planned' : 'Stolen or misused';
    const result = await this.#deeds.form(person, form, { Why: kind, Reason: reason });
    if (result === 'updated') this.asked.push({ accessKeyId, reason, at: Date.now() });
  }

  async #takeBack(person: PersonDriver, act: 'Undo' | 'Recover'): Promise<void> {
    // What was planned is undone by its own word.
    const labels = act === 'Undo' ? ['Undo', 'Reactivate'] : ['Recover'];
    const card = this.#card(person, labels);
    if (card === undefined) return;
    const label = labels.find((each) => card.buttons.includes(each)) ?? '';
    const form = await this.#deeds.act(person, `${label} of a message`, () => card.click(label));
    if (form?.title !== act) return;
    const isPriorAsked = form.labels.includes('The key');
    const result = await this.#deeds.form(person, form, {
      ...(isPriorAsked ? { 'The key': 'Make it Active' } : {}),
      Reason: 'looked into',
    });
    if (result === 'updated') this.taken[act] += 1;
  }

  async #evidence(person: PersonDriver): Promise<void> {
    const card = this.#card(person, ['Evidence']);
    if (card === undefined) return;
    const window = await this.#deeds.act(person, 'Evidence of a message', () => card.click('Evidence'));
    if (window?.title === 'Evidence') this.taken.Evidence += 1;
  }

  /** One of the messages in the channel that have such a button. */
  #card(person: PersonDriver, labels: readonly string[]): MessageDriver | undefined {
    const isInChannel = this.#scene.slack.world.channel(CHANNELS.alerts)?.members.has(person.id) === true;
    const cards = (isInChannel ? person.messages(CHANNELS.alerts) : []).filter(({ buttons }) =>
      labels.some((label) => buttons.includes(label)),
    );
    return this.#deeds.pick(cards);
  }
}
