import type { Act, Done, Setup, Snapshot } from '../wire.ts';

/** Does an act and answers what came of it; never rejects. */
export async function perform(act: Act): Promise<Done> {
  try {
    const response = await fetch('/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(act),
    });
    if (!response.ok) return { ok: false, message: await response.text() };
    return (await response.json()) as Done;
  } catch {
    return { ok: false, message: 'The sandbox does not answer. Is it still running?' };
  }
}

export async function fetchSetup(): Promise<Setup> {
  const response = await fetch('/setup');
  return (await response.json()) as Setup;
}

/** Follows what one person's client shows; answers how to stop. */
export function follow(
  userId: string,
  show: (snapshot: Snapshot) => void,
  reachable: (yes: boolean) => void,
): () => void {
  const source = new EventSource(`/events?as=${encodeURIComponent(userId)}`);
  source.addEventListener('open', () => reachable(true));
  source.addEventListener('error', () => reachable(false));
  source.addEventListener('message', (event: MessageEvent<string>) =>
    show(JSON.parse(event.data) as Snapshot),
  );
  return () => source.close();
}
