import { readFileSync, writeFileSync } from 'node:fs';
import type { Clock } from '../../src/ports/world.ts';
import { systemClock } from './system-world.ts';

/** The machine's clock, ahead by what stands in a file: one clock for a test and the processes it starts. */
export class FileClock implements Clock {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  now(): number {
    return systemClock.now() + this.#ahead();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  forward(ms: number): void {
    writeFileSync(this.file, String(this.#ahead() + Math.round(ms)));
  }

  #ahead(): number {
    return Number(readFileSync(this.file, 'utf8'));
  }
}
