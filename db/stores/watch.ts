import type { WatchStores } from '../../src/ports/watch.ts';
import type { Engine } from '../engine.ts';
import { incidentStore } from './incidents.ts';
import { expectationStore, signalStore } from './signals.ts';
import { trailFileStore, trailQueueStore } from './trail-queues.ts';
import { memoryStore, profileStore, seenStore } from './watch-knowledge.ts';
import { watchStore } from './watched-accounts.ts';

export function watchStores(engine: Engine): WatchStores {
  return {
    accounts: watchStore(engine),
    seen: seenStore(engine),
    profiles: profileStore(engine),
    memory: memoryStore(engine),
    incidents: incidentStore(engine),
    signals: signalStore(engine),
    expectations: expectationStore(engine),
    queues: trailQueueStore(engine),
    files: trailFileStore(engine),
  };
}
