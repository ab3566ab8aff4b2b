/**
 * Where labels are written, checked before anything is read.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UserError } from '../../core/errors.js';

export const WRITTEN = ['manifest', 'mdai', 'dicom-seg'] as const;
export type WrittenAs = (typeof WRITTEN)[number];

export interface Place {
  readonly as: WrittenAs;
  /** Manifest, MD.ai's JSON, or folder of segmentations. */
  readonly path: string;
  /** Folder of the masks of a manifest. */
  readonly masks: string;
}

const ENDING: Readonly<Record<WrittenAs, string>> = { manifest: '.csv', mdai: '.json', 'dicom-seg': '' };

/** Refuses what is there already. */
export function checkedPlace(output: string, as: WrittenAs = 'manifest'): Place {
  const path = resolve(output);
  const extension = extname(path).toLowerCase();
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject: `--output ${output}`, problem, fix });
  };
  if (!WRITTEN.includes(as))
    refuse(`cannot be written as ${String(as)}`, `choose --to ${WRITTEN.join(', ')}`);
  const ending = ENDING[as];
  if (ending !== '' && extension !== ending)
    refuse(`must end in ${ending}`, `name a file such as labels${ending}`);
  if (ending === '' && ['.csv', '.json', '.dcm'].includes(extension))
    refuse('is a folder of segmentations', 'name a folder');
  const masks = join(dirname(path), `${basename(path, extname(path))}-masks`);
  if (existsSync(path)) refuse('is there already', 'name another one, or remove it');
  if (as === 'manifest' && existsSync(masks))
    refuse(`has a folder of masks, ${basename(masks)}, already`, 'name another file, or remove it');
  if (!existsSync(dirname(path))) refuse('lies in a folder that is not there', 'make the folder');
  return { as, path, masks };
}
