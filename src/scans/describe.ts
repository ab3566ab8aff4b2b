/**
 * Description of a folder: its scans, their problems, and the volumes made from them. The data behind `voxolve scans`.
 */
import type { Triple } from '../core/tensor.js';
import { defaultCacheDirectory } from './cache/cache.js';
import type { ScanFile } from './folder/scan-file.js';
import type { ScanInfo } from './formats/format.js';
import { orientationCode } from './geometry.js';
import type { LeftOut } from './folder/left-out.js';
import { openScanFolder } from './folder/scan-folder.js';
import { clippingOf, clippingText, transformsOf, type ScanOptions } from './options.js';
import { tooSmall, type LoadOptions } from './load.js';
import type { PreparedVolume } from './preprocess/volumes.js';
import { readScan, readVolumes } from './read.js';

/** A scan as stored; field names are stable, since users script against them. */
export interface SeriesDescription {
  readonly path: string;
  /** Its description among other scans of the same series; absent if there are none. */
  readonly part?: string;
  readonly format: string;
  readonly modality: string | null;
  /** Patient; a pseudonym if it comes from a header. */
  readonly patient: string;
  /** Number of its files. */
  readonly files: number;
  /** Voxels `[x, y, z]`. */
  readonly size: Triple;
  readonly frames: number;
  /** Millimetres `[x, y, z]`. */
  readonly spacing_mm: Triple;
  readonly frame_time_s: number | null;
  /** Directions of the stored axes, such as `RAS`. */
  readonly orientation: string;
  /** Remarks for the user about a scan that can be used, such as burned-in annotation. */
  readonly remarks: readonly string[];
  /** Reason why it can not be used, or null. */
  readonly problem: string | null;
  /** The prepared scan; null if it can not be used. */
  readonly prepared: {
    readonly volumes: number;
    /** `[D, H, W]`. */
    readonly size: Triple;
    /** Millimetres `[D, H, W]`; for cine, seconds along D. */
    readonly spacing_mm: Triple;
    /** Seconds from frame to frame if D is time. */
    readonly frame_time_s: number | null;
    /** Values at which intensities are clipped. */
    readonly clipped: string;
    /** Share of voxels with tissue, in [0, 1]. */
    readonly foreground: number;
  } | null;
}

export interface ScanDescription {
  readonly series: readonly SeriesDescription[];
  /** Files that should be scans and can not be read. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Files that are no scans, or none to train on. */
  readonly left_out: readonly LeftOut[];
}

export async function describeScans(
  folder: string,
  options: ScanOptions,
  {
    minimumSize = [1, 1, 1],
    cacheDirectory = defaultCacheDirectory(),
    onProgress,
    onPrepared,
  }: Omit<LoadOptions, 'seed'> & {
    /** Called with the volumes of each usable scan, one scan at a time. */
    readonly onPrepared?: (volumes: readonly PreparedVolume[], name: string) => Promise<void>;
  } = {},
): Promise<ScanDescription> {
  const library = await openScanFolder(folder, options, cacheDirectory, onProgress);
  const { files, leftOut } = library;
  const series: SeriesDescription[] = [];
  const skipped: { path: string; reason: string }[] = [];
  for (const [index, file] of files.entries()) {
    onProgress?.(index, files.length, file.name);
    const outcome = await readScan(file, transformsOf(options), library);
    if ('reason' in outcome) {
      const { info, reason } = outcome;
      if (info === undefined) skipped.push({ path: file.name, reason });
      else series.push({ ...stored(file, info), problem: reason, prepared: null });
      continue;
    }
    const { info, volumes } = outcome.scan;
    const [first] = volumes;
    if (first === undefined) continue;
    const [, depth, height, width] = first.shape;
    if (onPrepared !== undefined)
      await onPrepared(await readVolumes(outcome, transformsOf(options), library), file.name);
    series.push({
      ...stored(file, info),
      problem: tooSmall(first.shape, minimumSize),
      prepared: {
        volumes: volumes.length,
        size: [depth, height, width],
        spacing_mm: first.spacing,
        frame_time_s: first.frameTime,
        clipped: clippingText(clippingOf(options, info.modality ?? file.modality)),
        foreground: first.tissue / (depth * height * width),
      },
    });
  }
  onProgress?.(files.length, files.length, '');
  await library.index.save();
  return { series, skipped, left_out: leftOut };
}

function stored(file: ScanFile, info: ScanInfo): Omit<SeriesDescription, 'problem' | 'prepared'> {
  return {
    path: file.name,
    ...(file.part === null ? {} : { part: file.part.label }),
    format: info.format,
    modality: info.modality ?? file.modality,
    patient: file.patient,
    files: file.paths.length,
    size: info.size,
    frames: info.frames,
    spacing_mm: info.spacing,
    frame_time_s: info.frameTime,
    orientation: orientationCode(info.affine),
    remarks: info.remarks,
  };
}
