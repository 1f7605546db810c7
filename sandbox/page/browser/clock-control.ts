import type { ClockStep } from '../wire.ts';
import type { Client } from './client.ts';
import { byId, el, workingButton } from './dom.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

const STEPS: readonly (readonly [step: ClockStep, label: string])[] = [
  ['hour', '1 hour later'],
  ['day', '1 day later'],
  ['week', '1 week later'],
  ['morning', 'Next working morning (9:00 UTC)'],
];

/** The time in the sandbox, and the buttons that put it forward; the top of the page shows it in short. */
export class ClockControl {
  readonly node: HTMLElement;
  readonly #client: Client;
  readonly #time = el('time', { class: 'clock-now' });
  readonly #ahead = el('p', { id: 'clock-ahead', class: 'hint', attributes: { role: 'status' } });
  #drawn = '';

  constructor(client: Client) {
    this.#client = client;
    const buttons = STEPS.map(([step, label]) =>
      workingButton(
        { id: `clock-${step}`, class: 'button plain', attributes: { 'aria-describedby': 'clock-ahead' } },
        label,
        async () => void (await client.act({ act: 'move_clock', step })),
      ),
    );
    this.node = el(
      'div',
      { class: 'clock' },
      this.#time,
      this.#ahead,
      el('div', { class: 'clock-steps' }, ...buttons),
    );
    setInterval(() => this.show(), 1000);
  }

  /** Shows the time; drawn again only when what it says has changed. */
  show(): void {
    const { snapshot } = this.#client;
    if (snapshot === null) return;
    const { ahead } = snapshot;
    const now = new Date(Date.now() + ahead);
    const minute = now.toISOString().slice(0, 16);
    const sign = `${minute} ${ahead}`;
    if (sign === this.#drawn) return;
    this.#drawn = sign;
    this.#time.dateTime = minute;
    this.#time.textContent = new Intl.DateTimeFormat(undefined, {
      dateStyle: 'full',
      timeStyle: 'short',
    }).format(now);
    const words = aheadWords(ahead);
    if (this.#ahead.textContent !== words) this.#ahead.textContent = words;
    const short = new Intl.DateTimeFormat(undefined, {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: 'numeric',
      minute: '2-digit',
    }).format(now);
    const button = byId('clock-button');
    button.textContent = short;
    button.setAttribute('aria-label', `The clock: ${short}`);
  }

  /** Brings the visitor to the buttons. */
  focus(): void {
    byId('clock-day').focus();
  }
}

/** How far the clock is ahead, in days and hours. */
export function aheadWords(ahead: number): string {
  if (ahead === 0) return 'The same as on your computer. It can be put forward, never back.';
  const days = Math.floor(ahead / DAY);
  const hours = Math.floor((ahead % DAY) / HOUR);
  const minutes = Math.floor((ahead % HOUR) / 60_000);
  const parts = [
    counted(days, 'day'),
    counted(hours, 'hour'),
    days === 0 ? counted(minutes, 'minute') : '',
  ].filter((part) => part !== '');
  return `${parts.join(' and ')} ahead of your computer. It never goes back.`;
}

function counted(count: number, unit: string): string {
  return count === 0 ? '' : `${count} ${unit}${count === 1 ? '' : 's'}`;
}
