import { el } from './dom.ts';
import type { WireKey } from '../wire.ts';
import type { PanelWays } from './panel.ts';

type Step = readonly [words: string, go: () => void, label?: string];

/** A short tour of connecting, each step with its way there. */
export function thingsToTry(ways: PanelWays): HTMLElement {
  const command = commandOf(ways);
  return tour([
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
  ]);
}

/** The life of a reminder, from some hundred keys to an answer. */
export function reminderLife(ways: PanelWays): HTMLElement {
  const command = commandOf(ways);
  return tour([
    [
      'Connect the Platform key, with #aws-alerts as its alert channel: some hundred users.',
      command('/aws-connect Platform'),
    ],
    ['See what Rekey found, the most urgent first.', command('/aws-keys')],
    ['Snooze one of them with a reason, then look at its Details.', command('/aws-keys')],
    ['Change the policy, and see whom it would hit before you save.', command('/aws-settings')],
    [
      'Move the clock to the next working morning: the digest comes to #aws-alerts, owners get theirs, Bo and Cleo answer.',
      ways.openClock,
    ],
    ['Become Bo, and answer your own reminders in Messages.', ways.openMessages],
    [
      'Move on by a day or a week: keys come due, fall silent or vanish; what did not change is not repeated.',
      ways.openClock,
    ],
  ]);
}

/** From a key that works as ever to an incident, and what people do about it. */
export function stolenKey(ways: PanelWays): HTMLElement {
  const command = commandOf(ways);
  return tour([
    [
      'Connect the Shop key, with #aws-alerts as its alert channel: Rekey learns a month of what its keys do.',
      command('/aws-connect Shop'),
    ],
    ['See on Home how far it is: learning first, then complete to a time, by region.', ways.openHome],
    [
      'Play the theft of a key: somebody looks around, gives themselves rights and stops the trail.',
      ways.steal,
      'Steal it',
    ],
    [
      'Rekey looks every five minutes: wait, or move the clock by an hour. The incident comes to #aws-alerts.',
      ways.openClock,
    ],
    ['See all incidents; Details tells the story.', command('/aws-incidents')],
    [
      'Shut the key off by Deactivate, then give it back by Undo. /aws-deactivate lists what is contained.',
      command('/aws-deactivate'),
    ],
    [
      'Say what is expected, or close the incident with a verdict, as its buttons.',
      command('/aws-incidents expectations'),
    ],
  ]);
}

/** What happens when somebody pastes a key where others read. */
export function keyInChannel(ways: PanelWays, keys: readonly WireKey[]): HTMLElement {
  const command = commandOf(ways);
  const key = keys.find(({ id }) => id === 'good');
  const pasted = key === undefined ? '' : `it only works with ${key.accessKeyId} ${key.secretAccessKey}`;
  return tour([
    ['Choose #aws-alerts as the alert channel, and connect the Good key.', command('/aws-settings')],
    [
      'Become Bo or Nils, and post the key with its secret into #deploys, which Rekey is in.',
      () => ways.prepareInDeploys(pasted),
      'Paste it',
    ],
    ['Rekey asks you in Messages to delete it.', ways.openMessages],
    [
      'Delete the message: the alert in #aws-alerts says so. Become Ruth, and press Deactivate there.',
      ways.openHome,
    ],
    [
      'Post its ID alone: nothing happens, since people talk about keys.',
      () => ways.prepareInDeploys(key?.accessKeyId ?? ''),
      'Paste it',
    ],
  ]);
}

function commandOf(ways: PanelWays): (line: string) => () => void {
  return (line) => () => ways.prepare(line);
}

function tour(steps: readonly Step[]): HTMLElement {
  return el(
    'ol',
    { class: 'steps' },
    ...steps.map(([words, go, label = 'Show me']) =>
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
            label,
          ),
        ),
      ),
    ),
  );
}
