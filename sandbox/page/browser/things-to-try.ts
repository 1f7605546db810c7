import { el } from './dom.ts';
import type { PanelWays } from './panel.ts';

/** A short tour, each step with its way there. */
export function thingsToTry(ways: PanelWays): HTMLElement {
  const command =
    (line: string): (() => void) =>
    () =>
      ways.prepare(line);
  const steps: readonly (readonly [words: string, go: () => void])[] = [
    ['Connect the Good key: choose Access key and paste it.', ways.openHome],
    ['Connect with the key Wrong secret, and go back to the form.', command('/aws-connect')],
    [
      'Try Inactive, Root, Quarantined and Canary: each is refused for its own reason.',
      command('/aws-connect'),
    ],
    ['Connect by IAM role, with the external ID the form shows.', command('/aws-connect')],
    ['Break something below, then test the connection.', command('/aws-test ')],
    ['Choose an alert channel and give somebody a role.', command('/aws-settings')],
    ['Become Vera or Gus and see what they may do.', command('/aws-help')],
    ['Disconnect, by the menu of its card.', ways.openHome],
  ];
  return el(
    'ol',
    { class: 'steps' },
    ...steps.map(([words, go]) =>
      el(
        'li',
        {},
        el(
          'div',
          {},
          el('span', {}, words),
          el(
            'button',
            { class: 'copy', attributes: { type: 'button', 'aria-description': words }, on: { click: go } },
            'Show me',
          ),
        ),
      ),
    ),
  );
}
