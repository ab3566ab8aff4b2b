/**
 * Writes the scans of a draft of DICOM files as arrays or video, each read back before it counts. What cannot be one is held
 * back.
 */
import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { cellsOf, statedOf, withStated, type Stated } from '../../scans/folder/stated.js';
import type { RawScan } from '../../scans/formats/format.js';
import { numpy } from '../../scans/formats/numpy.js';
import { video } from '../../scans/formats/video.js';
import type { VideoWriter } from '../../scans/formats/video/encode.js';
import { npyFile } from '../../scans/npy.js';
import { readRaw } from '../../scans/read.js';
import { Refusal } from '../file/refusal.js';
import type { Drafted } from '../folder/draft.js';
import type { Row } from '../folder/metadata.js';
import type { VideoOutcome } from '../folder/outcome.js';
import { arrayOf } from './array.js';
import { clipOf } from './clip.js';
import { scansIn, type NamedScan } from './scans-in.js';

/** What scans become; null: arrays. */
export type ScanWriter = VideoWriter | null;

export interface WrittenScans {
  readonly rows: readonly Row[];
  /** Files of the draft that are in what was written. */
  readonly kept: readonly Drafted[];
  readonly video: VideoOutcome | undefined;
}

export async function writeScans(
  drafted: readonly Drafted[],
  places: { readonly draft: string; readonly output: string },
  {
    writer,
    refuse,
    signal,
  }: {
    readonly writer: ScanWriter;
    readonly refuse: (file: Drafted, refusal: Refusal) => void;
    readonly signal: AbortSignal | undefined;
  },
): Promise<WrittenScans> {
  const byName = new Map(drafted.map((file) => [file.name, file]));
  const filesOf = ({ sources }: NamedScan): Drafted[] => sources.flatMap((name) => byName.get(name) ?? []);
  const [kept, held] = [new Set<Drafted>(), new Map<Drafted, Refusal>()];
  const rows: Row[] = [];
  let lossy = 0;
  for (const scan of await scansIn(places.draft)) {
    signal?.throwIfAborted();
    const files = filesOf(scan);
    try {
      const made = await writeOne(scan, places.output, writer);
      rows.push({ ...files[0]?.row, ...made.row, part: scan.file.part?.label ?? '' });
      if (!made.lossless) lossy++;
      for (const file of files) kept.add(file);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      for (const file of files) if (!held.has(file)) held.set(file, error);
    }
  }
  for (const file of drafted) if (!kept.has(file) && !held.has(file)) held.set(file, new Refusal('no-scan'));
  for (const [file, refusal] of held) refuse(file, refusal);
  const outcome = writer === null ? undefined : { codec: writer.codec, lossless: rows.length - lossy, lossy };
  return { rows, kept: drafted.filter((file) => kept.has(file)), video: outcome };
}

interface WrittenScan {
  readonly row: Row;
  readonly lossless: boolean;
}

async function writeOne(scan: NamedScan, folder: string, writer: ScanWriter): Promise<WrittenScan> {
  const raw = await rawOf(scan);
  const name = `${scan.name}${writer === null ? '.npy' : '.mkv'}`;
  const path = join(folder, name);
  const { values, size, stated, write } = writer === null ? asArray(raw) : asClip(raw, writer);
  const [columns, rows, slices] = size;
  const row = {
    file: name,
    ...texts({ frames: raw.frames, slices, rows, columns }),
    values: TYPES[values.constructor.name] ?? '',
    ...cellsOf(stated),
  };
  mkdirSync(dirname(path), { recursive: true });
  try {
    await write(path);
    const lossless = await readsBack(path, row, values);
    if (!lossless && writer?.codec !== 'h264') throw new Refusal('verification');
    return { row, lossless };
  } catch (error) {
    rmSync(path, { force: true });
    removeEmpty(dirname(path));
    if (error instanceof Error && 'syscall' in error) throw error;
    throw error instanceof Refusal ? error : new Refusal('verification', undefined, { cause: error });
  }
}

/** A scan as it is to be written. */
interface Derived {
  readonly values: ArrayLike<number> & object;
  readonly size: RawScan['size'];
  readonly stated: Stated;
  readonly write: (path: string) => void | Promise<void>;
}

function asArray(raw: RawScan): Derived {
  const { shape, values, stated } = arrayOf(raw);
  const [z = 1, y = 1, x = 1] = shape.slice(-3);
  const write = (path: string): void => writeFileSync(path, npyFile(shape, values), { flag: 'wx' });
  return { values, size: [x, y, z], stated, write };
}

function asClip(raw: RawScan, writer: VideoWriter): Derived {
  const { clip, stated } = clipOf(raw);
  return { values: clip.pictures, size: raw.size, stated, write: (path) => writer.write(path, clip) };
}

const texts = (numbers: Readonly<Record<string, number>>): Row =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)]));

function removeEmpty(folder: string): void {
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Names of types in the table. */
const TYPES: Readonly<Record<string, string>> = {
  Uint8Array: 'uint8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Float32Array: 'float32',
};

async function rawOf({ file }: NamedScan): Promise<RawScan> {
  if (file.format === undefined) throw new Refusal('no-scan');
  let raw: RawScan;
  try {
    raw = await readRaw(file, file.format, undefined);
  } catch (error) {
    // What the reader says may name the file.
    if (error instanceof UserError || error instanceof RangeError)
      throw new Refusal('undecoded', undefined, { cause: error });
    throw error;
  }
  // As an array it would not show what is wrong with it.
  if (raw.problem !== undefined) throw new Refusal('incomplete');
  return raw;
}

/** True if the readers of scans find these values, of this size and in this place, in the file and its row. */
async function readsBack(path: string, row: Row, values: ArrayLike<number>): Promise<boolean> {
  const stated = statedOf(row, path);
  if (stated === null) return false;
  const { axes } = stated;
  const stored = axes === undefined ? await video.read(path) : await numpy.readAs?.(axes, path);
  if (stored === undefined) return false;
  const read = withStated(path, stored, stated);
  const { voxels, size, frames } = read;
  const shape = [frames, size[2], size[1], size[0]].map(String);
  const expected = ['frames', 'slices', 'rows', 'columns'].map((column) => row[column]);
  if (shape.join() !== expected.join() || voxels.length !== values.length) return false;
  for (let i = 0; i < voxels.length; i++) if (!Object.is(Number(voxels[i]), values[i])) return false;
  return true;
}
