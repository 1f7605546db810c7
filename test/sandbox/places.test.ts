import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import { CAST } from '../../sandbox/cast.ts';
import { windowOf } from '../support/places.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox(0);
}, 120_000);

afterAll(() => sandbox.stop());

async function setUp(): Promise<{ ok: boolean; message?: string }> {
  const answer = await fetch(new URL('/act', sandbox.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(sandbox.url).origin },
    body: JSON.stringify({ act: 'set_up_places' }),
  });
  return (await answer.json()) as { ok: boolean; message?: string };
}

it('the sandbox sets up an account with places for its keys, of which one waits for the visitor', async () => {
  expect(await setUp()).toEqual({ ok: true });
  const ada = sandbox.slack.as(CAST.ada.id);
  const asked = await ada.waitForMessage((each) => each.words.includes('A second admin must approve'), {
    timeoutMs: 15_000,
  });
  expect(asked.words).toContain('because billing-admin has administrator rights');
  await ada.slash('/aws-settings');
  const settings = await windowOf(ada, 'Rekey settings');
  expect(settings.words).toContain('Rotated keys may go to 3 places. *1 user* waits for a second admin.');
  await settings.click('Destinations');
  const list = await windowOf(ada, 'Destinations');
  expect(list.words.match(/Ready for 1 user\./g)).toHaveLength(2);
  await (await windowOf(ada, 'Destinations')).close('x');
  await ada.modal()?.close('x');
  await asked.click('Review');
  const review = await windowOf(ada, 'Approve delivery');
  expect(review.words).toContain(`Bound by <@${CAST.deepa.id}>`);
  expect((await review.submit()).result).toBe('updated');
  await expect.poll(() => asked.words, { timeout: 15_000 }).toContain(`*approved* by <@${CAST.ada.id}>`);
  // A second click says why not.
  expect(await setUp()).toMatchObject({ ok: false });
}, 240_000);
