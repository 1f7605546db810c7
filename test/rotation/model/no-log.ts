import type { Log } from '../../../src/ports/world.ts';

export const NO_LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => NO_LOG,
  within: (_, work) => work(),
  correlationId: () => null,
};
