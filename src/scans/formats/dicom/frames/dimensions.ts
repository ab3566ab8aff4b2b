/**
 * Dimension indices: the properties by which a multi-frame file says its frames are ordered. Space, time and those that
 * `look.ts` reads are known; any other dimension (contrasts, energies, a vendor's own) divides frames into several
 * scans if one position occurs with several of its values.
 *
 * Source: DICOM PS3.3 C.7.6.17 (Multi-frame Dimension).
 */
import { itemsOf, type DicomFile } from '../elements/file.js';
import type { Plane } from './plane.js';

/** Pointers of dimensions along which frames are slices, moments or directions of one scan, or that `look.ts` reads. */
const KNOWN = new Set([
  'x00209056', // stack
  'x00209057', // position in stack
  'x00200032', // position
  'x00200037', // orientation
  'x00209301', // position in a volume
  'x00209302', // orientation in a volume
  'x00201041', // slice location
  'x00200013', // instance number
  'x00209128', // temporal position
  'x0020930d', // time offset
  'x00209156', // acquisition number
  'x00200012', // acquisition number
  'x00189074', // acquisition date and time
  'x00189151', // reference date and time
  'x00181060', // trigger time
  'x00209153', // trigger delay
  'x00209241', // cardiac phase
  'x00209245', // respiratory phase
  'x00209251', // R-R interval
  'x00189087', // b value
  'x00189089', // diffusion direction
  'x00189075', // directionality
  'x00189082', // echo time
  'x00089208', // magnitude or phase
  'x00089007', // frame type
  'x00189257', // label or control
  'x00189808', // kind of ultrasound data
  'x0062000b', // segment
]);

/** Each frame's values in the dimensions that divide it into scans, by name; empty if there are none. */
export function separatingIndices(
  { data }: DicomFile,
  planes: readonly (Plane | null)[],
): readonly Readonly<Record<string, string>>[] {
  const pointers = itemsOf(data, 'x00209222').map((item) => item.attributeTag('x00209165') ?? '');
  const frames = itemsOf(data, 'x52009230').map((frame) => itemsOf(frame, 'x00209111')[0]);
  const index = (frame: number, dimension: number): number | undefined =>
    frames[frame]?.uint32('x00209157', dimension);
  const temporal = pointers.indexOf('x00209128');
  const momentOf = (frame: number): number =>
    (temporal === -1 ? frames[frame]?.uint32('x00209128') : index(frame, temporal)) ?? 0;
  const found: Record<string, string>[] = planes.map(() => ({}));
  pointers.forEach((pointer, dimension) => {
    if (KNOWN.has(pointer.toLowerCase())) return;
    const values = planes.map((_, frame) => index(frame, dimension));
    if (!separates(values, planes) || isTime(values, momentOf)) return;
    values.forEach((value, frame) => {
      const own = found[frame];
      if (own !== undefined && value !== undefined) own[`dimension ${pointer}`] = String(value);
    });
  });
  return found;
}

/** True if a position occurs with more than one value. */
function separates(values: readonly (number | undefined)[], planes: readonly (Plane | null)[]): boolean {
  const seen = new Map<string, number | undefined>();
  return planes.some((plane, frame) => {
    const place = JSON.stringify(plane);
    if (seen.has(place)) return seen.get(place) !== values[frame];
    seen.set(place, values[frame]);
    return false;
  });
}

/** True if the dimension counts the moments under another name. */
function isTime(values: readonly (number | undefined)[], momentOf: (frame: number) => number): boolean {
  const moments = new Map<number | undefined, number>();
  const same = values.every((value, frame) => {
    const known = moments.get(value) ?? momentOf(frame);
    moments.set(value, known);
    return known === momentOf(frame);
  });
  return same && new Set(moments.values()).size === moments.size && moments.size > 1;
}
