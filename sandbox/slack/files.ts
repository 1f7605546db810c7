import { randomBytes } from 'node:crypto';

/** A file on its way in, or shared in a channel. */
export interface SharedFile {
  readonly id: string;
  readonly name: string;
  /** Bytes that were announced; Slack refuses any other number. */
  readonly length: number;
  title: string;
  /** Null until it was uploaded. */
  content: Buffer | null;
  /** The channels it was shared in; a file shared nowhere is seen by nobody but its owner. */
  readonly sharedIn: string[];
}

/** External uploads: announced by the Web API, sent to an address of their own, then completed. */
export class Files {
  readonly #origin: string;
  readonly #files = new Map<string, SharedFile>();
  readonly #uploads = new Map<string, SharedFile>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Announces a file; answers it and the address its bytes go to. */
  announce(name: string, length: number): { readonly file: SharedFile; readonly url: string } {
    const id = `F0${String(this.#files.size + 1).padStart(8, '0')}`;
    const file: SharedFile = { id, name, length, title: name, content: null, sharedIn: [] };
    const key = randomBytes(16).toString('hex');
    this.#files.set(id, file);
    this.#uploads.set(key, file);
    return { file, url: `${this.#origin}/upload/v1/${key}` };
  }

  /** Takes the bytes sent to an upload's address, once; false when they are not what was announced. */
  receive(key: string, content: Buffer): boolean {
    const file = this.#uploads.get(key);
    if (file === undefined || content.byteLength !== file.length) return false;
    this.#uploads.delete(key);
    file.content = content;
    return true;
  }

  find(id: string): SharedFile | undefined {
    return this.#files.get(id);
  }
}
