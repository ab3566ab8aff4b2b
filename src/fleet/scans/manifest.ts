/**
 * The list by which a worker gets the prepared scans of a search: plain JSON, checked by schema, since whoever can write into
 * the queue can write it.
 *
 * It holds what training needs and no more: shapes, spacings, the number of the patient within the set, and hashes. Names of
 * files, patients and studies are not part of a prepared scan; a modality, which is text from a file, becomes a number.
 */
import { z } from 'zod';
import { parseOrThrow } from '../../core/validate.js';

/** Most bytes of one array, compressed: what one GET may bring. */
const LARGEST = 4 * 2 ** 30;
const HASH = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal');

const PublishedArray = z.strictObject({
  /** Hash of the blob: of the array as it lies in the cache, compressed. */
  blob: HASH,
  bytes: z.int().min(1).max(LARGEST),
  /** Hash of its values. Other versions of a compressor give other bytes for the same values. */
  content: HASH,
});
export type PublishedArray = z.output<typeof PublishedArray>;

const extent = z
  .int()
  .min(1)
  .max(2 ** 20);
const millimetres = z.number().positive();

const PublishedVolume = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{64}\.\d{1,6}$/, 'a hash and a number'),
  split: z.enum(['train', 'validation']),
  patient: z.int().min(0),
  /** `m0`, `m1`, … where crops are drawn evenly from modalities; else null. */
  modality: z
    .string()
    .regex(/^m\d{1,6}$/)
    .nullable(),
  shape: z.tuple([extent, extent, extent, extent]),
  spacing: z.tuple([millimetres, millimetres, millimetres]),
  frameTime: z.number().positive().nullable(),
  tissue: z.int().min(0),
  arrays: z.strictObject({ voxels: PublishedArray, foreground: PublishedArray }),
});
export type PublishedVolume = z.output<typeof PublishedVolume>;

const ScansManifest = z.strictObject({
  version: z.literal(1),
  channels: z.int().min(1),
  balance: z.enum(['patients', 'modalities']),
  fingerprint: z.string().min(1).max(128),
  volumes: z.array(PublishedVolume).min(1).max(1_000_000),
});
export type ScansManifest = z.output<typeof ScansManifest>;

/** Throws UserError, in one line, where a value is no manifest. */
export function checkedManifest(value: unknown): ScansManifest {
  return parseOrThrow(ScansManifest, value, 'list of scans from the queue');
}
