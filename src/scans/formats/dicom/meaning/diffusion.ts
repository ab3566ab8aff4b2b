/**
 * Diffusion weighting: b values and trace images, as the standard and vendors state them.
 *
 * Sources: DICOM PS3.3 C.8.13.5.9 (MR Diffusion); private elements as documented in dcm2niix (Siemens, GE, Philips,
 * United Imaging).
 */
import type { DataSet } from 'dicom-parser';
import { numbersIn, type FrameAttributes } from '../elements/frame-groups.js';

const DIFFUSION = ['x00189117'];

/** b value in s/mm²; undefined if the file states none. */
export function bValueOf(data: DataSet, attributes: FrameAttributes): number | undefined {
  const standard = attributes.numbers(DIFFUSION, 'x00189087', 'FD')?.[0];
  if (standard !== undefined || !isMr(data)) return standard;
  if (isBy(data, 'x00190010', 'SIEMENS MR HEADER')) return numbersIn(data, 'x0019100c', 'DS')?.[0];
  // GE adds multiples of 10^9 as flags.
  if (isBy(data, 'x00430010', 'GEMS_PARM_01')) {
    const b = numbersIn(data, 'x00431039', 'DS')?.[0];
    return b === undefined ? undefined : b % 100_000;
  }
  if (isBy(data, 'x20010010', 'Philips Imaging')) return numbersIn(data, 'x20011003', 'FL')?.[0];
  if (isBy(data, 'x00650010', 'Image Private Header')) return numbersIn(data, 'x00651009', 'FD')?.[0];
  return undefined;
}

/** True for the mean over directions, which may be stored along with the directions themselves. */
export function isTrace(data: DataSet, attributes: FrameAttributes): boolean {
  const directionality = attributes.text(DIFFUSION, 'x00189075') ?? '';
  const philips = isBy(data, 'x20010010', 'Philips Imaging') ? (data.string('x20011004') ?? '') : '';
  return directionality.toUpperCase() === 'ISOTROPIC' || philips.trim().toUpperCase() === 'I';
}

/** True for MR; other modalities of the same vendors use these private tags otherwise. */
export function isMr(data: DataSet): boolean {
  return (data.string('x00080060') ?? '').trim() === 'MR';
}

/** True if the vendor reserved the private block. */
export function isBy(data: DataSet, tag: string, creator: string): boolean {
  return (data.string(tag) ?? '').trim().toUpperCase().startsWith(creator.toUpperCase());
}
