/**
 * Phantom scans: small volumes that the project makes itself, written as NIfTI files, so that everything can be tried
 * with no data at hand and still runs through the same reading path as real scans.
 *
 * Each is a patient (`phantom-anatomy.ts`) as a scanner sees it (`phantom-image.ts`).
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../core/hash.js';
import { niftiFile } from './nifti-write.js';
import { isFlipped, phantom } from './phantom-image.js';

export interface PhantomOptions {
  readonly patients: number;
  /** Voxels along each axis. */
  readonly size: number;
  readonly seed: number;
}

/** Edge of the field of view in millimetres, whatever its number of voxels. */
const FIELD_OF_VIEW = 144;

/** Raise it whenever the same options give other voxels than before. */
const VERSION = 1;

const LISTING = 'phantoms.json';

/** Writes `phantom-00.nii.gz` and so on to `folder`; does nothing where the same phantoms are there, complete. */
export async function writePhantoms(folder: string, options: PhantomOptions): Promise<void> {
  if (await isComplete(folder, options)) return;
  await mkdir(folder, { recursive: true });
  const { patients, size, seed } = options;
  const files: Record<string, string> = {};
  for (let patient = 0; patient < patients; patient++) {
    const name = `phantom-${String(patient).padStart(2, '0')}.nii.gz`;
    files[name] = await writeVolume(
      join(folder, name),
      phantom(size, seed, patient),
      size,
      isFlipped(patient),
    );
  }
  await writeWhole(
    join(folder, LISTING),
    `${JSON.stringify({ version: VERSION, patients, size, seed, files }, null, 2)}\n`,
  );
  const stale = (await readdir(folder)).filter(
    (name) => /^phantom-\d+\.nii\.gz$/.test(name) && !(name in files),
  );
  await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })));
}

/** Returns the hash of the file. */
async function writeVolume(path: string, data: Int16Array, size: number, flipped: boolean): Promise<string> {
  const temporary = path.replace(/phantom-\d+/, `.${randomUUID()}`);
  const spacing = FIELD_OF_VIEW / size;
  // Stored towards the patient's left and back where flipped, as many scanners do.
  const step = flipped ? -spacing : spacing;
  await writeFile(temporary, niftiFile(data, [size, size, size], [step, step, spacing]));
  const hash = sha256(await readFile(temporary));
  await rename(temporary, path);
  return hash;
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function isComplete(folder: string, { patients, size, seed }: PhantomOptions): Promise<boolean> {
  try {
    const listing = JSON.parse(await readFile(join(folder, LISTING), 'utf8')) as Record<string, unknown>;
    const same =
      listing['version'] === VERSION &&
      listing['patients'] === patients &&
      listing['size'] === size &&
      listing['seed'] === seed;
    if (!same) return false;
    for (const [name, hash] of Object.entries(listing['files'] as Record<string, string>)) {
      if (sha256(await readFile(join(folder, name))) !== hash) return false;
    }
    return true;
  } catch {
    return false;
  }
}
