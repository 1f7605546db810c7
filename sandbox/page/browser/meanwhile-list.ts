import type { Snapshot, WireMeanwhile } from '../wire.ts';
import type { Client } from './client.ts';
import { el, refill } from './dom.ts';

/** What the sandbox did by itself, newest first, and whether the sample team answers. */
export class MeanwhileList {
  readonly node: HTMLElement;
  readonly #list = el('ol', {
    class: 'meanwhile',
    // It scrolls, and so must be reached by keyboard.
    attributes: { 'aria-live': 'polite', 'aria-label': 'What others did meanwhile', tabindex: '0' },
  });
  readonly #answers = el('input', {
    id: 'team-answers',
    attributes: { type: 'checkbox', 'aria-describedby': 'team-answers-hint' },
  });
  #drawn = '';

  constructor(client: Client) {
    const answers = this.#answers;
    answers.addEventListener('change', () => {
      void client.act({ act: 'team_answers', on: answers.checked });
    });
    this.node = el(
      'div',
      {},
      el('label', { class: 'switch' }, answers, 'The sample team answers by itself'),
      el(
        'p',
        { id: 'team-answers-hint', class: 'hint' },
        'A script of the sandbox, not Rekey: Bo snoozes one of his reminders, Cleo answers the digest in its thread.',
      ),
      this.#list,
    );
  }

  show({ meanwhile, teamAnswers }: Snapshot): void {
    this.#answers.checked = teamAnswers;
    const sign = JSON.stringify(meanwhile);
    if (sign === this.#drawn) return;
    this.#drawn = sign;
    const rows = meanwhile.map((each) => drawEntry(each));
    const none = el('li', { class: 'none' }, 'Nothing happened yet. Move the clock.');
    refill(this.#list, ...(rows.length === 0 ? [none] : rows));
  }
}

function drawEntry({ at, where, words }: WireMeanwhile): HTMLElement {
  const time: Intl.DateTimeFormatOptions = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
  };
  return el(
    'li',
    {},
    el(
      'small',
      {},
      el('span', { class: 'badge' }, where),
      el(
        'time',
        { attributes: { datetime: new Date(at).toISOString() } },
        new Intl.DateTimeFormat(undefined, time).format(at),
      ),
    ),
    el('span', {}, words),
  );
}
