import { execFile } from 'node:child_process';
import { bundled } from './bundle.ts';
import { CHANNELS, type Scene } from './rekey.ts';

/** Runs a subcommand in a process of its own, with the same settings but Slack's. */
export async function hostCommand(
  scene: Scene,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const { SLACK_BOT_TOKEN: _, SLACK_APP_TOKEN: __, ...env } = scene.environment;
  const { rekey: entry } = await bundled();
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [entry, ...args],
      { env: { ...env, PATH: process.env['PATH'], REKEY_ALERT_CHANNEL: CHANNELS.alerts } },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}
