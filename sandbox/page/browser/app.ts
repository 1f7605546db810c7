import { findField } from '../../slack/driver/find.ts';
import type { Snapshot } from '../wire.ts';
import { fetchSetup, follow } from './api.ts';
import { Client, type Place } from './client.ts';
import { byId } from './dom.ts';
import { Drawers } from './drawers.ts';
import { Panel } from './panel.ts';
import { PlaceView } from './place.ts';
import { Sidebar } from './sidebar.ts';
import { clearToasts, sayReachable, toast } from './toasts.ts';
import { Windows } from './windows.ts';

/** Where the address says the visitor is; a reload comes back to it. */
function readAddress(known: (userId: string) => boolean, first: string): { me: string; place: Place } {
  const [me = '', where = 'home'] = location.hash.slice(1).split('/');
  const tab = where === 'messages' ? 'messages' : 'home';
  const place: Place = where === tab || where === '' ? { kind: 'app', tab } : { kind: 'channel', id: where };
  return { me: known(me) ? me : first, place };
}

function writeAddress({ me, place }: Client): void {
  history.replaceState(null, '', `#${me}/${place.kind === 'app' ? place.tab : place.id}`);
}

async function start(): Promise<void> {
  const setup = await fetchSetup();
  const known = (userId: string): boolean => setup.members.some(({ id }) => id === userId);
  const client = new Client(setup, readAddress(known, setup.members[0]?.id ?? ''), toast);
  const drawers = new Drawers();
  const windows = new Windows(client);
  const place = new PlaceView(client, go);
  const sidebar = new Sidebar(client, { become, go });
  const panel = new Panel(client, {
    prepare,
    prepareInDeploys,
    openHome: () => go({ kind: 'app', tab: 'home' }),
    openMessages: () => go({ kind: 'app', tab: 'messages' }),
    openClock,
    steal: () => void client.act({ act: 'theft' }),
    fillIn,
  });
  byId('clock-button').addEventListener('click', openClock);
  let stop = (): void => undefined;
  let told = 0;

  function show(snapshot: Snapshot): void {
    // What Slack said before this page was opened is old news.
    if (client.snapshot !== null) {
      for (const { at, text } of snapshot.notices) if (at > told) toast(text);
    }
    told = Math.max(told, ...snapshot.notices.map(({ at }) => at));
    client.snapshot = snapshot;
    sidebar.show(snapshot);
    place.show(snapshot);
    windows.show(snapshot);
    panel.show(snapshot, windows.top);
  }

  function become(userId: string): void {
    stop();
    client.me = userId;
    client.snapshot = null;
    const { place: at } = client;
    // A channel the new person may not be in is left for Home.
    if (at.kind === 'channel') client.place = { kind: 'app', tab: 'home' };
    writeAddress(client);
    stop = follow(userId, show, sayReachable);
    openApp();
  }

  function go(to: Place): void {
    client.place = to;
    clearToasts();
    writeAddress(client);
    drawers.closeMenu();
    if (client.snapshot !== null) show(client.snapshot);
    openApp();
  }

  function openApp(): void {
    if (client.place.kind !== 'app') return;
    void client.act({ act: 'open_home', as: client.me, tab: client.place.tab });
  }

  function openClock(): void {
    drawers.openPanel();
    panel.focusClock();
  }

  function prepare(line: string): void {
    const { place: at, snapshot } = client;
    const writable = snapshot?.channels.find(({ kind, archived }) => kind !== 'im' && !archived);
    if (at.kind === 'app' && writable !== undefined) go({ kind: 'channel', id: writable.id });
    drawers.closePanelWhereNarrow();
    if (windows.top !== undefined) toast('Close the open window first.');
    else if (!place.prefill(line)) toast('Choose a channel first.');
  }

  function prepareInDeploys(line: string): void {
    go({ kind: 'channel', id: 'C0DEPLOYS' });
    prepare(line);
  }

  function fillIn(entries: Readonly<Record<string, string>>): void {
    const view = windows.top;
    if (view === undefined) return;
    for (const [label, value] of Object.entries(entries)) {
      const field = findField(view.blocks, label);
      if (field !== undefined) client.typedIn(view).set(field, value);
    }
    client.complain(view, {});
    drawers.closePanelWhereNarrow();
    windows.redraw();
  }

  writeAddress(client);
  stop = follow(client.me, show, sayReachable);
  openApp();
  byId('place').dataset['ready'] = 'yes';
}

start().catch((error: unknown) => {
  toast(`This page could not start: ${error instanceof Error ? error.message : String(error)}`);
});
