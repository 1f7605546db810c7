import type { Client } from './client.ts';
import { el, workingButton } from './dom.ts';

const MOST_BYTES = 8_000_000;

/** Lets a visitor see what Rekey makes of a log: of an attack somebody published, or of an account of their own. */
export function logReplay(client: Client): HTMLElement {
  const result = el('div', { class: 'made', attributes: { role: 'status' } });
  const file = el('input', { id: 'log-file', attributes: { type: 'file', accept: '.json,.jsonl,.log' } });
  const say = (words: string, isError: boolean): void =>
    result.replaceChildren(el('p', isError ? { class: 'error' } : {}, words));
  const replay = workingButton({ class: 'button plain' }, 'Replay it', async () => {
    const [chosen] = file.files ?? [];
    if (chosen === undefined) return say('Choose a file first.', true);
    if (chosen.size > MOST_BYTES) return say('That is more than 8 MB: choose a part of it.', true);
    const done = await client.act({ act: 'replay', log: await chosen.text() });
    say(
      done.ok
        ? `${chosen.name} was replayed: see Meanwhile. Move the clock by an hour; then the incidents are in #aws-alerts, and Evidence tells what was left behind.`
        : (done.message ?? 'That did not work.'),
      !done.ok,
    );
  });
  return el(
    'div',
    { class: 'role' },
    el(
      'p',
      {},
      'Puts CloudTrail records into the account of the Shop key, as if their last call was made a minute ago: a file of a trail, JSON lines, or what aws cloudtrail lookup-events prints. Connect the Shop key first. Nothing leaves this computer.',
    ),
    el('label', { attributes: { for: 'log-file' } }, 'CloudTrail records'),
    file,
    replay,
    result,
  );
}
