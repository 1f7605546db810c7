import type { Snapshot, WireView } from '../wire.ts';
import type { Client } from './client.ts';
import { ClockControl } from './clock-control.ts';
import { byId, el, type Child } from './dom.ts';
import { KeysToPaste } from './keys-to-paste.ts';
import { logReplay } from './log-replay.ts';
import { MeanwhileList } from './meanwhile-list.ts';
import { placesMaker } from './places-maker.ts';
import { RoleMaker } from './role-maker.ts';
import { TroubleList } from './trouble-list.ts';
import { trailSample } from './trail-sample.ts';
import { keyInChannel, reminderLife, stolenKey, thingsToTry } from './things-to-try.ts';

/** What the panel does to the rest of the page. */
export interface PanelWays {
  /** Puts a command into the message box of a channel. */
  readonly prepare: (line: string) => void;
  /** The same in the channel #deploys, which Rekey is in. */
  readonly prepareInDeploys: (line: string) => void;
  readonly openHome: () => void;
  /** The direct messages of whoever the visitor is. */
  readonly openMessages: () => void;
  readonly openClock: () => void;
  /** Plays the theft of a sample key. */
  readonly steal: () => void;
  /** Fills fields of the window in front, by label. */
  readonly fillIn: (entries: Readonly<Record<string, string>>) => void;
}

/** The right of the page: what a visitor needs to try Rekey. */
export class Panel {
  readonly #keys: KeysToPaste;
  readonly #role: RoleMaker;
  readonly #troubles: TroubleList;
  readonly #clock: ClockControl;
  readonly #clockPart: HTMLElement;
  readonly #meanwhile: MeanwhileList;

  constructor(client: Client, ways: PanelWays) {
    this.#keys = new KeysToPaste(client.setup.keys, ways.fillIn);
    this.#role = new RoleMaker(client, ways.fillIn);
    this.#troubles = new TroubleList(client);
    this.#clock = new ClockControl(client);
    this.#clockPart = part('The clock', true, this.#clock.node);
    this.#meanwhile = new MeanwhileList(client);
    byId('panel').replaceChildren(
      this.#clockPart,
      part('What to try', true, thingsToTry(ways)),
      part('A reminder’s life', true, reminderLife(ways)),
      part('Keys on their way', true, placesMaker(client)),
      part('A stolen key', true, stolenKey(ways)),
      part('A log of an attack', false, logReplay(client)),
      part('A trail queue', false, trailSample(client, ways)),
      part('A key in a channel', true, keyInChannel(ways, client.setup.keys)),
      part('Meanwhile', true, this.#meanwhile.node),
      part('Sample accounts', true, this.#keys.node),
      part('A role', true, this.#role.node),
      part('Break something', true, this.#troubles.node),
    );
  }

  show(snapshot: Snapshot, top: WireView | undefined): void {
    this.#keys.show(top);
    this.#role.show(top);
    this.#troubles.show(snapshot.troubles);
    this.#clock.show();
    this.#meanwhile.show(snapshot);
  }

  /** Brings the visitor to the clock. */
  focusClock(): void {
    this.#clockPart.setAttribute('open', '');
    this.#clock.focus();
  }
}

function part(title: string, open: boolean, ...inside: readonly Child[]): HTMLElement {
  const attributes = open ? { open: '' } : {};
  return el('details', { class: 'part', attributes }, el('summary', {}, el('h2', {}, title)), ...inside);
}
