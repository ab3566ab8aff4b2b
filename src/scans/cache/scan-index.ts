/**
 * Index of files next to the cache: facts from their last reading, so that only changed files are read again.
 *
 * A file is unchanged if its size and time of modification are; else its content is hashed anew. Entries are keyed
 * by pseudonyms of paths, since file names can name patients. The index only saves time: if it is missing, damaged
 * or overwritten by another process, files are read again.
 */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../../core/atomic-write.js';
import type { FileFacts, Format, Pseudonym } from '../formats/format.js';

const Entry = z.object({
  size: z.number(),
  modified: z.number(),
  content: z.string().optional(),
  facts: z
    .object({
      series: z.string(),
      instance: z.string(),
      looks: z
        .array(
          z.object({
            exact: z.string(),
            measured: z.array(z.number()).readonly(),
            words: z.record(z.string(), z.string()),
          }),
        )
        .readonly(),
      study: z.string().nullable(),
      patient: z.string().nullable(),
      aside: z.string().nullable(),
      place: z.number().nullable(),
    })
    .optional(),
});
type Entry = z.output<typeof Entry>;

/** Version of the facts; raise it whenever the same file would give other facts than before. */
const VERSION = 4;
const Stored = z.object({ version: z.literal(VERSION), files: z.record(z.string(), Entry) });

export interface ScanIndex {
  /** SHA-256 of a file's content. */
  content(path: string): Promise<string>;
  /** Returns the scan that a file belongs to; throws what the format throws. */
  facts(path: string, format: Format): Promise<FileFacts | undefined>;
  /** Number of files that had to be read. */
  readonly filesRead: number;
  save(): Promise<void>;
}

/** Opens the index of `folder`, which is stored in `directory`. */
export async function openIndex(directory: string, folder: string, pseudonym: Pseudonym): Promise<ScanIndex> {
  const path = join(directory, `${pseudonym(folder)}.index`);
  const entries = await load(path);
  const current = new Map<string, Entry>();
  const reads = new Set<string>();
  const entryOf = async (file: string): Promise<Entry> => {
    const key = pseudonym(file);
    const known = current.get(key);
    if (known !== undefined) return known;
    const { size, mtimeMs } = await stat(file);
    const before = entries.get(key);
    const entry = before?.size === size && before.modified === mtimeMs ? before : { size, modified: mtimeMs };
    current.set(key, entry);
    return entry;
  };
  return {
    async content(file) {
      const entry = await entryOf(file);
      if (entry.content === undefined) {
        entry.content = await contentOf(file);
        reads.add(file);
      }
      return entry.content;
    },
    async facts(file, format) {
      if (format.facts === undefined) return undefined;
      const entry = await entryOf(file);
      if (entry.facts === undefined) {
        reads.add(file);
        entry.facts = await format.facts(file, pseudonym);
      }
      return entry.facts;
    },
    get filesRead() {
      return reads.size;
    },
    async save() {
      if (reads.size === 0) return;
      const files = Object.fromEntries([...entries, ...current]);
      await writeAtomically(path, JSON.stringify({ version: VERSION, files }));
    },
  };
}

async function load(path: string): Promise<Map<string, Entry>> {
  try {
    return new Map(Object.entries(Stored.parse(JSON.parse(await readFile(path, 'utf8'))).files));
  } catch {
    return new Map();
  }
}

async function contentOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
    hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
