import type { Client } from './client.ts';

/** Waits until `probe` finds something; looks again after every change. */
export async function until<T>(
  client: Client,
  probe: () => T | undefined,
  what: string,
  timeoutMs = 3_000,
): Promise<T> {
  const found = probe();
  if (found !== undefined) return found;
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
    const timer = setTimeout(
      () => end(() => reject(new Error(`Waited ${timeoutMs} ms for ${what}`))),
      timeoutMs,
    );
  });
}
