/**
 * Axes of arrays whose files do not name them: by the letters of a layout, else by the number of axes.
 *
 * Letters are t (frames), z (slices), y (rows), x (columns) and c (colours), slowest first, such as `zyxc`. Without a
 * layout, two to four axes are `yx`, `zyx`, `tzyx`. An array whose last axis looks like colours would be read as a
 * volume of three columns; it is refused until a layout names its axes.
 */
import type { Triple } from '../../core/tensor.js';
import { lumaOf } from './numbers.js';
import type { VoxelArray } from './format.js';

export interface ArrangedArray {
  /** Voxels `[x, y, z]`. */
  readonly size: Triple;
  readonly frames: number;
  /** `[frames, z, y, x]`, x fastest; colours as luma. */
  readonly values: VoxelArray;
}

/** Default layouts by number of axes. */
const USUAL: Readonly<Record<number, string>> = { 2: 'yx', 3: 'zyx', 4: 'tzyx' };

/** Order of axes in the result, colours fastest. */
const ORDER = ['t', 'z', 'y', 'x', 'c'] as const;

/** A last axis with at most this many entries is taken for colours if the axes before it are longer. */
const MOST_COLOURS = 4;

/** @param array shape and values, last axis fastest */
export function arranged(
  { shape, values }: { readonly shape: readonly number[]; readonly values: VoxelArray },
  layout: string | undefined,
  refuse: (problem: string, fix: string) => never,
): ArrangedArray {
  const axes = layout ?? USUAL[shape.length] ?? '';
  const text = `an array of shape ${shape.join(' × ') || 'none'}`;
  const fix =
    'say what its axes are: "layout" in the scans of an experiment, such as zyxc, or voxolve scans --layout';
  if (axes.length !== shape.length || shape.some((size) => size < 1))
    refuse(
      layout === undefined ? text : `${text} and the layout ${layout}, which has ${axes.length} axes`,
      fix,
    );
  if (layout === undefined && looksColoured(shape))
    refuse(`${text}, whose last axis may be colours or columns`, fix);
  const sizeOf = (letter: string): number => shape[axes.indexOf(letter)] ?? 1;
  const colours = sizeOf('c');
  if (![1, 3, 4].includes(colours))
    refuse(
      `${text} with ${colours} colours by the layout ${axes}; 1, 3 or 4 are read`,
      'write a file for each',
    );
  const inOrder = ordered(values, shape, axes);
  return {
    size: [sizeOf('x'), sizeOf('y'), sizeOf('z')],
    frames: sizeOf('t'),
    values: colours === 1 ? inOrder : lumaOf(inOrder, colours),
  };
}

function looksColoured(shape: readonly number[]): boolean {
  const last = shape.at(-1) ?? 0;
  return shape.length > 2 && last <= MOST_COLOURS && shape.slice(-3, -1).every((size) => size > last);
}

/** Values in the order t, z, y, x, c. */
function ordered(values: VoxelArray, shape: readonly number[], axes: string): VoxelArray {
  const present = ORDER.filter((letter) => axes.includes(letter));
  if (present.join('') === axes) return values;
  const sizes = present.map((letter) => shape[axes.indexOf(letter)] as number);
  const strides = present.map((letter) =>
    shape.slice(axes.indexOf(letter) + 1).reduce((product, size) => product * size, 1),
  );
  return strided(values, sizes, strides);
}

/**
 * Copies values so that the last axis is fastest.
 *
 * @param strides distance between neighbours along each axis in `values`
 */
export function strided(
  values: VoxelArray,
  sizes: readonly number[],
  strides: readonly number[],
): VoxelArray {
  const out = values.slice();
  const index = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = values[from] as never;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      from += strides[axis] as number;
      if ((index[axis] as number) < (sizes[axis] as number)) break;
      from -= (index[axis] as number) * (strides[axis] as number);
      index[axis] = 0;
    }
  }
  return out;
}
