/**
 * Crops of the labelled scans of an objective, read and prepared as the unlabeled ones are, from the same cache.
 */
import { dirname } from 'node:path';
import { UserError } from '../../../core/errors.js';
import { scanInputs, type CropOptions } from '../../../downstream/training/scan-inputs.js';
import type { ScanInputs } from '../../../downstream/training/rows.js';
import { MemoryData } from '../../../scans/cache/volume-data.js';
import { openScanFolder, type ScanFolder } from '../../../scans/folder/scan-folder.js';
import { transformsOf, type ScanOptions } from '../../../scans/options.js';
import { readScan, readVolumes, type Usable } from '../../../scans/read.js';
import type { PreparedVolume } from '../../../scans/preprocess/volumes.js';

/** Bytes of crops that are held; a process of a worker's own gets a copy. */
const MOST_BYTES = 2 ** 30;

export interface LabelledRequest {
  readonly folder: string;
  readonly manifest: string;
  readonly options: ScanOptions;
  /** Absolute path of each wanted row: a file, or a folder whose scans are all its own. */
  readonly paths: readonly string[];
  readonly channels: number;
  /** How crops are placed and normalised. */
  readonly crop: CropOptions;
}

export interface LabelledCrops {
  /** `[T, C, D, H, W]`, row after row. */
  readonly shape: readonly [number, number, number, number, number];
  /** Shared between threads. */
  readonly voxels: Float32Array;
  /** Crops of each row that is used. */
  readonly tiles: readonly number[];
  /** Places in `paths` of these rows. */
  readonly used: readonly number[];
  /** Rows without a usable scan, by their place, with the reason. */
  readonly unusable: ReadonlyMap<number, string>;
}

/** Scans of each row that can be used. */
type Found = ReadonlyMap<number, readonly Usable[]>;

export async function labelledCrops(request: LabelledRequest): Promise<LabelledCrops> {
  const { folder, manifest, options, channels, crop, paths } = request;
  const library = await openScanFolder(folder, { ...options, manifest });
  const unusable = new Map(paths.map((_, row) => [row, 'no scan lies there']));
  const found = await findScans(request, library, unusable);
  await library.index.save();
  for (const row of found.keys()) unusable.delete(row);
  refuse(request, unusable);
  const used = [...found.keys()].sort((a, b) => a - b);
  const shape = [channels, ...crop.size] as const;
  const size = shape.reduce((product, extent) => product * extent, 1);
  const tiles = used.map((row) => tilesOf(found.get(row) ?? [], crop));
  const count = tiles.reduce((sum, own) => sum + own, 0);
  requireRoom(manifest, 4 * count * size);
  const voxels = new Float32Array(new SharedArrayBuffer(4 * count * size));
  let first = 0;
  for (const row of used) {
    for (const scan of found.get(row) ?? []) {
      const inputs = inputsOf(await readVolumes(scan, transformsOf(options), library), crop);
      for (const [volume, tile] of places(inputs, scan.scan.volumes.length)) {
        inputs.fill(volume, { tile }, voxels.subarray(first * size, (first + 1) * size));
        first++;
      }
    }
  }
  return { shape: [count, ...shape], voxels, tiles, used, unusable };
}

/** The scans of each row; `unusable` learns why there are none. */
async function findScans(
  { paths, options, channels }: LabelledRequest,
  library: ScanFolder,
  unusable: Map<number, string>,
): Promise<Found> {
  const rows = new Map(paths.map((path, row) => [path, row]));
  const found = new Map<number, Usable[]>();
  for (const file of library.files) {
    const row = rowOfFile(file.paths[0], rows);
    if (row === undefined) continue;
    const scan = await readScan(file, transformsOf(options), library);
    const other = 'reason' in scan ? undefined : scan.scan.volumes.find(({ shape }) => shape[0] !== channels);
    if ('reason' in scan) unusable.set(row, scan.reason);
    else if (other !== undefined)
      unusable.set(row, `has ${other.shape[0]} channels, the unlabeled scans ${channels}`);
    else found.set(row, [...(found.get(row) ?? []), scan]);
  }
  return found;
}

/** Crops of scans that are known by their shapes alone. */
function tilesOf(scans: readonly Usable[], crop: CropOptions): number {
  return scans
    .flatMap(({ scan }) => scan.volumes)
    .map((volume) => scanInputs([{ ...volume, data: nothing }], crop).tiles(0))
    .reduce((sum, own) => sum + own, 0);
}

const nothing = new MemoryData([1, 0, 0, 0], new Float32Array(), new Uint8Array());

function inputsOf(volumes: readonly PreparedVolume[], crop: CropOptions): ScanInputs {
  const prepared = volumes.map(({ shape, frameTime, voxels, foreground }) => {
    return { shape, frameTime, data: new MemoryData(shape, voxels, foreground) };
  });
  return scanInputs(prepared, crop);
}

function places(inputs: ScanInputs, volumes: number): readonly (readonly [volume: number, tile: number])[] {
  return Array.from({ length: volumes }, (_, volume) =>
    Array.from({ length: inputs.tiles(volume) }, (__, tile) => [volume, tile] as const),
  ).flat();
}

/** The row that names the file, or a folder that it lies in. */
function rowOfFile(path: string, rows: ReadonlyMap<string, number>): number | undefined {
  for (let at = path; ; at = dirname(at)) {
    const row = rows.get(at);
    if (row !== undefined || at === dirname(at)) return row;
  }
}

function refuse({ manifest, options, paths }: LabelledRequest, unusable: ReadonlyMap<number, string>): void {
  const [first] = unusable;
  if (first === undefined) return;
  if (options.unreadable === 'skip' && unusable.size < paths.length) return;
  const others = unusable.size > 1 ? ` (and ${unusable.size - 1} more)` : '';
  throw new UserError({
    subject: manifest,
    problem: `${paths[first[0]]}: ${first[1]}${others}`,
    fix: 'correct the rows',
  });
}

function requireRoom(manifest: string, bytes: number): void {
  if (bytes <= MOST_BYTES) return;
  throw new UserError({
    subject: manifest,
    problem: `crops of its scans take ${Math.ceil(bytes / 2 ** 20)} MiB, and ${MOST_BYTES / 2 ** 20} are the most`,
    fix: 'set fewer "tiles" or a smaller "size" in "input" of the task',
  });
}
