/**
 * Pictures that hold the slices of a volume as tiles (Siemens mosaics, grids of United Imaging) say how many in a private
 * element alone. Without it they would be taken for one large slice, so that they leave only where it stays.
 */
import type { Written } from '../elements/element.js';
import { textAt, type DataSet } from './data-set.js';
import { Refusal } from './refusal.js';

/** Group and last two digits of the elements that hold the number: Siemens' MR and CSA headers, United Imaging's. */
const NUMBERS: readonly (readonly [type: string, group: number, elements: readonly number[]])[] = [
  ['MOSAIC', 0x0019, [0x0a]],
  ['MOSAIC', 0x0029, [0x10]],
  ['VFRAME', 0x0065, [0x50]],
];
const IMAGE_TYPE = 0x00080008;

/** @param kept the elements that stay */
export function refuseGrid(data: DataSet, kept: readonly Written[]): void {
  const type = textAt(data, IMAGE_TYPE).toUpperCase();
  const numbers = NUMBERS.filter(([word]) => type.includes(word));
  const stays = numbers.some(([, group, elements]) =>
    kept.some(({ tag }) => tag >>> 16 === group && (tag & 0xffff) >= 0x1000 && elements.includes(tag & 0xff)),
  );
  if (numbers.length > 0 && !stays) throw new Refusal('grid');
}
