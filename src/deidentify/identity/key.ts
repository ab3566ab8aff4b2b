/**
 * The key from which all new identities follow: HMAC-SHA-256 (RFC 2104) of the old identity, under a name for each use.
 * Equal in gives equal out with one key, over runs and machines; without the key nothing can be tried.
 */
import { createHmac } from 'node:crypto';

/** What a keyed hash is for; hashes of different uses tell nothing of each other. */
type Use = 'uid' | 'patient' | 'shift' | 'label' | 'reader';

export interface Key {
  /** 32 bytes that follow from `value`. */
  hash(use: Use, value: string): Buffer;
}

export function keyOf(secret: Uint8Array): Key {
  const own = Buffer.from(secret);
  return {
    hash: (use, value) => createHmac('sha256', own).update(`voxolve ${use}\0`).update(value, 'utf8').digest(),
  };
}
