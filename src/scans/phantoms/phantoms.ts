/**
 * Phantom scans: small volumes and films that the project makes itself, written as NIfTI files, so that everything can
 * be tried with no data at hand and still runs through the same reading path as real scans.
 *
 * Each is a patient (`anatomy.ts`) as a scanner sees it (`image.ts`).
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeAtomically } from '../../core/atomic-write.js';
import { sha256 } from '../../core/hash.js';
import { niftiFile } from '../nifti-write.js';
import { FRAME_TIME, isFlipped, phantom, phantomFilm } from './image.js';

export interface PhantomOptions {
  readonly patients: number;
  /** Voxels along each axis. */
  readonly size: number;
  readonly seed: number;
  /** Films of so many frames, one plane each, instead of volumes. */
  readonly frames?: number | undefined;
  /** Factor on the differences between tissues, against texture and noise; 1 where nothing is said. */
  readonly contrast?: number;
}

/** Edge of the field of view in millimetres, whatever its number of voxels. */
const FIELD_OF_VIEW = 192;

/** Raise it whenever the same options give other voxels than before. */
export const PHANTOMS_VERSION = 2;

const LISTING = 'phantoms.json';

/** Writes `phantom-00.nii.gz` and so on to `folder`; does nothing where the same phantoms are there, complete. */
export async function writePhantoms(folder: string, options: PhantomOptions): Promise<void> {
  if (await isComplete(folder, options)) return;
  await mkdir(folder, { recursive: true });
  const files: Record<string, string> = {};
  for (let patient = 0; patient < options.patients; patient++) {
    const name = `phantom-${String(patient).padStart(2, '0')}.nii.gz`;
    const bytes = fileOf(options, patient);
    await writeAtomically(join(folder, name), bytes);
    files[name] = sha256(bytes);
  }
  await writeAtomically(join(folder, LISTING), `${JSON.stringify({ ...headOf(options), files }, null, 2)}\n`);
  const stale = (await readdir(folder)).filter(
    (name) => /^phantom-\d+\.nii\.gz$/.test(name) && !(name in files),
  );
  await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })));
}

/** The part of the listing that concerns all files. */
function headOf({ patients, size, seed, frames, contrast = 1 }: PhantomOptions): Record<string, number> {
  return {
    version: PHANTOMS_VERSION,
    patients,
    size,
    seed,
    contrast,
    ...(frames === undefined ? {} : { frames }),
  };
}

function fileOf({ size, seed, frames, contrast = 1 }: PhantomOptions, patient: number): Uint8Array {
  const spacing = FIELD_OF_VIEW / size;
  // Stored towards the patient's left and back where flipped, as many scanners do.
  const step = frames !== undefined || isFlipped(patient) ? -spacing : spacing;
  if (frames === undefined)
    return niftiFile(phantom(size, seed, patient, contrast), [size, size, size], [step, step, spacing]);
  const film = phantomFilm(size, frames, seed, patient, contrast);
  return niftiFile(film, [size, size, 1], [step, step, spacing], { count: frames, time: FRAME_TIME });
}

async function isComplete(folder: string, options: PhantomOptions): Promise<boolean> {
  try {
    const { files, ...head } = JSON.parse(await readFile(join(folder, LISTING), 'utf8')) as Record<
      string,
      unknown
    >;
    if (!isDeepStrictEqual(head, headOf(options))) return false;
    for (const [name, hash] of Object.entries(files as Record<string, string>)) {
      if (sha256(await readFile(join(folder, name))) !== hash) return false;
    }
    return true;
  } catch {
    return false;
  }
}
