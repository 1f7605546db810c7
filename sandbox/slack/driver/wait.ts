import type { Client } from './client.ts';

let patience = 1;

/**
 * Makes every wait here longer by a factor. Patience promises nothing: what must come within a time is checked by whoever
 * answers or counts. On a machine that does many things at once everything takes longer.
 */
export function bePatient(times: number): void {
  patience = times;
}

/** Waits until `probe` finds something, `timeoutMs` at the most (see {@link bePatient}); looks again after every change. */
export async function until<T>(
  client: Client,
  probe: () => T | undefined,
  what: string,
  timeoutMs = 3_000,
): Promise<T> {
  const found = probe();
  if (found !== undefined) return found;
  const mostMs = patience * timeoutMs;
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
