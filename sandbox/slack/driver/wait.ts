import type { Client } from './client.ts';

/**
 * Patience promises nothing: what must come within a time is checked by whoever answers or counts. On a machine that does
 * many things at once everything takes longer, so that there it is worth more.
 */
const PATIENCE = process.env['CI'] === undefined ? 1 : 4;

/** Waits until `probe` finds something, `timeoutMs` at the most (more in CI); looks again after every change. */
export async function until<T>(
  client: Client,
  probe: () => T | undefined,
  what: string,
  timeoutMs = 3_000,
): Promise<T> {
  const found = probe();
  if (found !== undefined) return found;
  const mostMs = PATIENCE * timeoutMs;
  return new Promise((resolve, reject) => {
    const end = (act: () => void): void => {
      clearTimeout(timer);
      stop();
      act();
    };
    const stop = client.onChange(() => {
      try {
        const now = probe();
        if (now !== undefined) end(() => resolve(now));
      } catch (error) {
        end(() => reject(error instanceof Error ? error : new Error(String(error))));
      }
    });
    const timer = setTimeout(() => end(() => reject(new Error(`Waited ${mostMs} ms for ${what}`))), mostMs);
  });
}
