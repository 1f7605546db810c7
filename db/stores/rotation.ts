import type { RotationStores } from '../../src/ports/rotations.ts';
import type { Engine } from '../engine.ts';
import { bindingStore } from './bindings.ts';
import { destinationStore } from './destinations.ts';
import { journalStore } from './rotation-journal.ts';
import { rotationUseStore } from './rotation-uses.ts';
import { rotationStore } from './rotations.ts';

export function rotationStores(engine: Engine): RotationStores {
  return {
    rotations: rotationStore(engine),
    journal: journalStore(engine),
    destinations: destinationStore(engine),
    bindings: bindingStore(engine),
    uses: rotationUseStore(engine),
  };
}
