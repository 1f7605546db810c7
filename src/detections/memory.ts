/**
 * What a detector remembers beside profiles, entry by entry, so that it can be kept and taken up again:
 * - `session`: a session, and the key or session that made it
 * - `user`: a long-term key, and its user
 * - `birth`: a key that was made, and how (JSON)
 * - `began`: a session, and where it was first seen (JSON)
 */
export type MemoryKind = 'session' | 'user' | 'birth' | 'began';

export interface MemoryEntry {
  readonly kind: MemoryKind;
  readonly id: string;
  readonly value: string;
}
