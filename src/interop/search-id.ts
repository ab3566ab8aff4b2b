/**
 * A search's identity in the tools that show it: the same for a database that was moved or copied, another for every search that was
 * started anew. By it a second export finds what the first one wrote.
 */
import { hashJson } from '../core/hash.js';
import type { ExperimentRow } from '../store/index.js';

/** Sixteen hexadecimal digits. */
export function searchId({ name, seed, createdAt, scansFingerprint, version }: ExperimentRow): string {
  return hashJson({ name, seed, createdAt, scansFingerprint, version }).slice(0, 16);
}
