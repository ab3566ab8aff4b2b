/**
 * The contract of stores for what is too large for a queue: weights, checkpoints, curves, prepared scans.
 *
 * Blobs are named by their content, so that writing one twice is harmless and reading one checks it. Small named files
 * (pointers, manifests) can be replaced. Many machines use a store at once, and what lies in it is hostile input: hashes and
 * sizes are checked on reading, names before use, and nothing outside of the store's folder or prefix is touched.
 */
import { UserError } from '../../core/errors.js';

export interface BlobStore {
  /** The store's address for messages: without credentials. */
  readonly name: string;
  /** Stores the bytes; returns their SHA-256 in hexadecimal. Bytes that are there already stay; damaged ones are replaced. */
  put(bytes: Uint8Array): Promise<string>;
  /**
   * Returns the bytes of a blob, whose hash is checked.
   * @param limit the most bytes that the blob may have
   * @throws BlobMissing if it is absent, BlobDamaged if its content is another, UserError if it is larger than `limit`
   */
  get(hash: string, limit: number): Promise<Uint8Array>;
  /** True if the blob is there; its content is checked only on reading. */
  has(hash: string): Promise<boolean>;
  /** Removes the blob; does nothing if it is absent. */
  remove(hash: string): Promise<void>;
  /** Writes a named file, or replaces it in one step: readers see the former bytes or these. */
  putNamed(name: string, bytes: Uint8Array): Promise<void>;
  /** Returns a named file, or undefined if it is absent; throws UserError if it is larger than `limit` bytes. */
  getNamed(name: string, limit: number): Promise<Uint8Array | undefined>;
  /** Removes a named file; does nothing if it is absent. */
  removeNamed(name: string): Promise<void>;
  /** Names below a folder, in ascending order; of all named files if `prefix` is empty. */
  listNamed(prefix: string): Promise<string[]>;
  /** Frees what the store holds; may be called twice. */
  close(): Promise<void>;
}

/** A blob that is not in the store: never written, removed, or written to another store. */
export class BlobMissing extends UserError {
  constructor(
    store: string,
    readonly hash: string,
  ) {
    super({
      subject: store,
      problem: `has no blob ${hash}`,
      fix: 'give every machine the same --blobs, and remove nothing from it while a search runs',
    });
    this.name = 'BlobMissing';
  }
}

/** A blob whose content is not what its name says. */
export class BlobDamaged extends UserError {
  constructor(
    store: string,
    readonly hash: string,
  ) {
    super({
      subject: store,
      problem: `blob ${hash} is damaged: its content has another hash`,
      fix: 'check the disk; whoever writes the blob again replaces it',
    });
    this.name = 'BlobDamaged';
  }
}
