/**
 * De-identifies each DICOM file of a folder, and compares before and after: bytes of pixels, and what `voxolve scans` makes of
 * all files together.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sha256 } from '../../src/core/hash.js';
import type { Settings } from '../../src/deidentify/file/context.js';
import { deidentifyBytes } from '../../src/deidentify/file/deidentify-file.js';
import { Refusal, type ReasonCode } from '../../src/deidentify/file/refusal.js';
import { verifyFile } from '../../src/deidentify/file/verify.js';
import { describeScans } from '../../src/scans/describe.js';
import type { PreparedVolume } from '../../src/scans/preprocess/volumes.js';
import { ScanOptions } from '../../src/scans/options.js';
import type { DicomFolder } from './folders.js';
import { pixelBytes, sameBytes } from './pixel-bytes.js';
import { newErrors } from './validity.js';

export interface FolderCheck {
  readonly folder: string;
  readonly files: number;
  /** Paths of what was written. */
  readonly written: string[];
  /** Files that were left out since another one has their identity. */
  repeated: number;
  /** Files whose compressed pixels lost a comment, so that their bytes differ. */
  commented: number;
  slowest: number;
  /** Name and reason of each file that was held back. */
  readonly held: { readonly name: string; readonly code: ReasonCode }[];
  /** What must not be: pixels that differ, volumes that do. */
  readonly differences: string[];
}

export interface Asked {
  readonly settings: Settings;
  /** True if dciodvfy is there to look for attributes that are missing. */
  readonly validator: boolean;
}

/** @param place empty folder of its own for copies before and after */
export async function checkFolder(
  { folder, files }: DicomFolder,
  place: string,
  asked: Asked,
): Promise<FolderCheck> {
  const check: FolderCheck = {
    folder,
    files: files.length,
    written: [],
    repeated: 0,
    commented: 0,
    slowest: 0,
    held: [],
    differences: [],
  };
  for (const part of ['before', 'after']) mkdirSync(join(place, part), { recursive: true });
  for (const file of files) await checkFile(file, place, asked, check);
  if (check.written.length > 0) {
    const [before, after] = [await volumesIn(join(place, 'before')), await volumesIn(join(place, 'after'))];
    check.differences.push(...differencesOf(before, after));
  }
  return check;
}

async function checkFile(
  file: string,
  place: string,
  { settings, validator }: Asked,
  check: FolderCheck,
): Promise<void> {
  const name = basename(file);
  const start = performance.now();
  try {
    const clean = deidentifyBytes(readFileSync(file), settings);
    const { study, series, instance } = clean.fresh;
    const folder = join(place, 'after', study, series);
    const target = join(folder, `${instance}.dcm`);
    if (existsSync(target)) {
      check.repeated++;
      return;
    }
    mkdirSync(folder, { recursive: true });
    writeFileSync(target, clean.bytes);
    await verifyFile(target, clean.elements);
    check.slowest = Math.max(check.slowest, (performance.now() - start) / 1000);
    check.written.push(target);
    copyFileSync(file, join(place, 'before', name));
    if (clean.counts.byName.has('comment')) check.commented++;
    else if (!sameBytes(await pixelBytes(file), await pixelBytes(target)))
      check.differences.push(`${name}: pixels are other bytes`);
    if (validator) check.differences.push(...newErrors(file, target).map((error) => `${name}: ${error}`));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    check.held.push({ name, code: error.code });
    if (error.code === 'verification') check.differences.push(`${name}: ${error.message}`);
  }
}

/**
 * What `voxolve scans` says of each volume, and the hash of what it becomes; nothing of names. Files that hold no picture are
 * left out: why it skips them may be another reason, once their class stands in the data.
 */
async function volumesIn(folder: string): Promise<string[]> {
  const hashes = new Map<string, string>();
  const onPrepared = (volumes: readonly PreparedVolume[], path: string): Promise<void> => {
    const parts = volumes.map(({ voxels: { buffer, byteOffset, byteLength } }) =>
      sha256(Buffer.from(buffer, byteOffset, byteLength)),
    );
    hashes.set(path, parts.join(' '));
    return Promise.resolve();
  };
  const cacheDirectory = join(folder, '..', 'cache');
  const description = await describeScans(folder, ScanOptions.parse({}), { cacheDirectory, onPrepared });
  const series = description.series.map(
    ({ path, format, modality, files, size, frames, spacing_mm, frame_time_s, orientation, prepared }) =>
      JSON.stringify({
        format,
        modality,
        files,
        size,
        frames,
        spacing_mm,
        frame_time_s,
        orientation,
        prepared,
        hash: hashes.get(path),
      }),
  );
  return series.sort();
}

function differencesOf(before: readonly string[], after: readonly string[]): string[] {
  const lost = without(before, after).map((text) => `a volume is not there any more: ${text}`);
  return [...lost, ...without(after, before).map((text) => `a volume was not there before: ${text}`)];
}

/** What is in `all` more often than in `others`. */
function without(all: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return all.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
