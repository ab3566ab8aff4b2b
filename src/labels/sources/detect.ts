/**
 * Which source a file is, by its content: names say nothing.
 */
import { UserError } from '../../core/errors.js';
import { peek } from '../../scans/formats/bytes.js';
import { isDicom } from '../../scans/formats/dicom/elements/recognise.js';
import { openDicom } from '../../scans/formats/dicom/elements/file.js';
import { storageClass } from '../../scans/formats/dicom/elements/sop-classes.js';
import { coco } from './coco.js';
import { csv } from './csv.js';
import { dicomSeg } from './dicom-seg.js';
import { readJson } from './json-file.js';
import { mdai } from './mdai.js';
import { niftiMask } from './nifti-mask.js';
import { rtstruct } from './rtstruct.js';
import type { Source } from './source.js';

const KNOWN = "MD.ai's and COCO's JSON, DICOM SEG and RTSTRUCT, NIfTI masks and tables are read";

export async function sourceOf(path: string): Promise<Source> {
  const head = await peek(path);
  const refuse = (problem: string): UserError => new UserError({ subject: path, problem, fix: KNOWN });
  if (head.length === 0) throw refuse('is empty');
  if (isDicom(head)) {
    const kind = storageClass((await openDicom(path)).data);
    if (kind === '66.4' || kind === '66.7') return dicomSeg;
    if (kind === '481.3') return rtstruct;
    throw refuse('is DICOM, but neither a segmentation nor a structure set');
  }
  if (isNifti(head)) return niftiMask;
  const text = new TextDecoder()
    .decode(head)
    .replace(/^\ufeff/, '')
    .trimStart();
  if (/^[{[]/.test(text)) {
    const value = await readJson(path);
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    if (keys.includes('labelGroups') && keys.includes('datasets')) return mdai;
    if (['images', 'annotations', 'categories'].every((key) => keys.includes(key))) return coco;
    throw refuse(
      'is JSON, but neither of MD.ai (labelGroups, datasets) nor of COCO (images, annotations, categories)',
    );
  }
  if (head.includes(0)) throw refuse('is of no known format');
  return csv;
}

/** The magic of NIfTI-1 in one file or two, after its header, or of NIfTI-2, after its size. */
function isNifti(head: Uint8Array): boolean {
  const at = (offset: number): string => Buffer.from(head.subarray(offset, offset + 4)).toString('latin1');
  return ['n+1\0', 'ni1\0'].includes(at(344)) || ['n+2\0', 'ni2\0'].includes(at(4));
}
