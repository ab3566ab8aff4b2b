/**
 * Loads a folder of scans as a set that tasks and workers draw from, with a report of used and unused files.
 */
import type { Triple } from '../core/tensor.js';
import { UserError, present } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import { defaultCacheDirectory } from './cache/cache.js';
import type { LeftOut } from './folder/left-out.js';
import type { ScanFile } from './folder/scan-file.js';
import { openScanFolder, type ScanFolder } from './folder/scan-folder.js';
import { withhold, type Withheld } from './folder/withheld.js';
import {
  clippingOf,
  clippingText,
  transformsJson,
  transformsOf,
  type ScanOptions,
  type Transforms,
} from './options.js';
import type { PreparedVolume } from './preprocess/volumes.js';
import { scanMemory } from './cache/voxel-budget.js';
import { readScan, readVolumes, type Unusable, type Usable } from './read.js';
import { fitsMemory, openChunked, openWhole, volumeId } from './sampling/scan-set-transfer.js';
import type { RecipeVolume, ScanRecipe, ScanSet } from './sampling/scan-set.js';
import { splitPatients, type Split } from './sampling/split.js';

export interface LoadOptions {
  /** Seed of the split. */
  readonly seed: number;
  /** Minimum voxels `[D, H, W]` of a volume after resampling, so that the crop fits. */
  readonly minimumSize?: Triple;
  /** Folder of the cache of prepared scans; see `defaultCacheDirectory`. */
  readonly cacheDirectory?: string;
  /** Bytes of voxels to hold; see `scanMemory`. */
  readonly memory?: number;
  /** Scans that must stay outside; absent: none. */
  readonly withheld?: Withheld | undefined;
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

export interface UsedScan {
  readonly path: string;
  readonly patient: number;
  /** The patient as the manifest names it, else the name of a file: depends on the user's input alone. */
  readonly owner: string;
  readonly split: Split;
  /** `[C, D, H, W]` of each of its volumes. */
  readonly shapes: readonly (readonly [number, number, number, number])[];
}

export interface ScanReport {
  readonly used: readonly UsedScan[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Names of scans that had to stay outside, and how many patients they are of. */
  readonly withheld: { readonly paths: readonly string[]; readonly patients: number };
  /** Files in the folder that are no scans. */
  readonly leftOut: readonly LeftOut[];
  /** Notes for the log on clipping of intensities, and remarks about scans that are used. */
  readonly notes: readonly string[];
}

export async function loadScanSet(
  folder: string,
  options: ScanOptions,
  { seed, ...load }: LoadOptions,
): Promise<{ readonly set: ScanSet; readonly report: ScanReport }> {
  const found = await readFolder(folder, options, load);
  const { usable, skipped } = found;
  const patients = new Map(
    [...usable]
      .sort((a, b) => (a.file.rank < b.file.rank ? -1 : 1))
      .map(({ file }): [string, Split | null] => [file.patient, file.split]),
  );
  const sides = splitPatients(sourceOf(folder, skipped), patients, options.validation, seed);
  const numbers = new Map([...sides.keys()].map((name, index) => [name, index]));
  const of = <T>(map: ReadonlyMap<string, T>, { file }: Usable): T =>
    present(map.get(file.patient), 'every patient has a side and a number');
  const placed = usable.map((entry) => ({ entry, split: of(sides, entry), patient: of(numbers, entry) }));
  return openFound(found, options, placed, load.memory);
}

/** What a folder holds, each scan prepared in the cache. */
export interface FoundScans {
  readonly library: ScanFolder;
  readonly transforms: Transforms;
  readonly usable: readonly Usable[];
  readonly skipped: readonly Unusable[];
  /** Scans that had to stay outside; they were not read. */
  readonly outside: readonly ScanFile[];
}

/** Reads and prepares all scans of a folder, or of a manifest; refuses what is unusable where the options say so. */
export async function readFolder(
  folder: string,
  options: ScanOptions & { readonly withTest?: boolean },
  {
    minimumSize = [1, 1, 1],
    cacheDirectory = defaultCacheDirectory(),
    withheld = { patients: new Set(), paths: [] },
    onProgress,
  }: Omit<LoadOptions, 'seed' | 'memory'>,
): Promise<FoundScans> {
  const library = await openScanFolder(folder, options, cacheDirectory, onProgress);
  const { kept: files, withheld: outside } = await withhold(
    library.files,
    withheld,
    library.index,
    library.pseudonym,
  );
  const transforms = transformsOf(options);
  const usable: Usable[] = [];
  const skipped: Unusable[] = [];
  const seen = new Map<string, string>();
  for (const [index, file] of files.entries()) {
    onProgress?.(index, files.length, file.name);
    const outcome = checked(await readScan(file, transforms, library), minimumSize, seen);
    if ('reason' in outcome) skipped.push(outcome);
    else usable.push(outcome);
  }
  onProgress?.(files.length, files.length, '');
  await library.index.save();
  refuseSkipped(folder, options, usable, skipped);
  return { library, transforms, usable, skipped, outside };
}

/** A scan with its side and the number of its patient. */
export interface PlacedScan {
  readonly entry: Usable;
  readonly split: Split;
  readonly patient: number;
}

/** Opens scans as a set, its volumes in the order of the scans, in memory if they fit. */
export async function openFound(
  { library, transforms, usable, skipped, outside }: FoundScans,
  options: ScanOptions,
  placed: readonly PlacedScan[],
  memory = scanMemory(),
): Promise<{ readonly set: ScanSet; readonly report: ScanReport }> {
  const volumes = placed.flatMap(({ entry, split, patient }) =>
    entry.scan.volumes.map((volume, index) => ({
      id: volumeId(entry.key, index),
      split,
      patient,
      modality: entry.scan.info.modality ?? entry.file.modality,
      ...volume,
    })),
  );
  const { balance } = options;
  const recipe: ScanRecipe = {
    cacheDirectory: library.cache.directory,
    memory,
    channels: 1,
    balance,
    fingerprint: fingerprintOf(transforms, volumes, balance),
    volumes,
  };
  const used = placed.map(({ entry, split, patient }) => ({
    path: entry.file.name,
    patient,
    owner: entry.file.rank,
    split,
    shapes: entry.scan.volumes.map(({ shape }) => shape),
  }));
  return {
    set: fitsMemory(recipe) ? await openAll(recipe, usable, transforms, library) : openChunked(recipe),
    report: {
      used,
      withheld: { paths: outside.map(({ name }) => name), patients: countPatients(outside) },
      leftOut: library.leftOut,
      notes: notesOf(usable, options),
      skipped: skipped.map(({ file, reason }) => ({ path: file.name, reason })),
    },
  };
}

const countPatients = (files: readonly ScanFile[]): number =>
  new Set(files.map(({ patient }) => patient)).size;

/** Fingerprint of the set; balance and modalities enter it only if they make a difference. */
function fingerprintOf(
  transforms: Transforms,
  volumes: readonly RecipeVolume[],
  balance: ScanSet['balance'],
): string {
  const modalities = volumes.map(({ modality }) => modality);
  const mixed = balance === 'modalities' && new Set(modalities).size > 1;
  return hashJson({
    transforms: transformsJson(transforms),
    volumes: volumes.map(({ id, split, patient }) => [id, split, patient]),
    ...(mixed ? { modalities } : {}),
  });
}

/** Opens a set with all voxels in memory; damaged cache entries are prepared anew. */
async function openAll(
  recipe: ScanRecipe,
  usable: readonly Usable[],
  transforms: Transforms,
  library: ScanFolder,
): Promise<ScanSet> {
  const whole: PreparedVolume[] = [];
  for (const entry of usable) whole.push(...(await readVolumes(entry, transforms, library)));
  return openWhole(recipe, (_, index) => present(whole[index], 'the volume that was read'));
}

function notesOf(usable: readonly Usable[], options: ScanOptions): string[] {
  const scansWith = new Map<string, number>();
  const modalitiesWith = new Map<string, Set<string>>();
  const count = (text: string): void => void scansWith.set(text, (scansWith.get(text) ?? 0) + 1);
  for (const { file, scan } of usable) {
    const modality = scan.info.modality ?? file.modality;
    const text = `clipped at ${clippingText(clippingOf(options, modality))}`;
    count(text);
    modalitiesWith.set(text, (modalitiesWith.get(text) ?? new Set()).add(modality ?? 'unknown modality'));
    scan.info.remarks.forEach(count);
  }
  return [...scansWith].map(([text, number]) => {
    const modalities = [...(modalitiesWith.get(text) ?? [])];
    const of = modalities.length === 0 || modalities.length > 4 ? '' : `${modalities.join(', ')}: `;
    return `${of}${text} (${number} of ${usable.length} scans)`;
  });
}

/** Name of the folder for errors, with the number of skipped scans and an example. */
function sourceOf(folder: string, skipped: readonly Unusable[]): string {
  const [first] = skipped;
  if (first === undefined) return folder;
  return `${folder} without ${skipped.length} skipped (such as ${first.file.name}: ${first.reason})`;
}

/** Rejects scans that can be read but not be used. */
function checked(
  outcome: Usable | Unusable,
  minimumSize: Triple,
  seen: Map<string, string>,
): Usable | Unusable {
  if ('reason' in outcome) return outcome;
  const { file, key, scan } = outcome;
  const twin = seen.get(key);
  // The same content under two names could end up on both sides of the split.
  if (twin !== undefined) return { file, reason: `the same content as ${twin}`, info: scan.info };
  seen.set(key, file.name);
  const small = tooSmall(scan.volumes[0]?.shape ?? [1, 0, 0, 0], minimumSize);
  return small === null ? outcome : { file, reason: small, info: scan.info };
}

/** Reason why a volume can not hold the crop, or null. */
export function tooSmall(
  shape: readonly [number, number, number, number],
  minimumSize: Triple,
): string | null {
  const size = shape.slice(1);
  if (minimumSize.every((extent, axis) => extent <= (size[axis] as number))) return null;
  return `${size.join(' × ')} voxels after resampling, smaller than the crop of ${minimumSize.join(' × ')}`;
}

function refuseSkipped(
  folder: string,
  options: ScanOptions,
  usable: readonly Usable[],
  skipped: readonly Unusable[],
): void {
  const [first] = skipped;
  if (first === undefined || (options.unreadable === 'skip' && usable.length > 0)) return;
  const others = skipped.length > 1 ? ` (and ${skipped.length - 1} more)` : '';
  if (options.unreadable === 'refuse') {
    throw new UserError({
      subject: first.file.paths[0],
      problem: `${first.reason}${others}`,
      fix: 'remove it, or set "unreadable": "skip"',
    });
  }
  throw new UserError({
    subject: folder,
    problem: `holds no usable scans: ${first.file.name}: ${first.reason}${others}`,
    fix: 'see voxolve scans for the reason of each',
  });
}
