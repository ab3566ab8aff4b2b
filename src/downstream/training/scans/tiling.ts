/**
 * Places of crops in a scan: its middle, tiles that cover it evenly, or at random.
 *
 * Corners are voxels `[D, H, W]` of the scan and may lie outside of it, where a scan is smaller than a crop.
 */
import type { Rng } from '../../../core/random.js';
import type { Triple } from '../../../core/tensor.js';

/** Corner of the crop in the middle; what sticks out of a smaller scan does so evenly. */
export function middleCorner(extents: Triple, size: Triple): Triple {
  return eachAxis((axis) => Math.floor((extents[axis] - size[axis]) / 2));
}

/**
 * Corners of tiles, first axis slowest: as many along each axis as cover it, evenly spaced from end to end; where that makes
 * more than `most`, fewer along the axis that has most of them.
 */
export function tileCorners(extents: Triple, size: Triple, most: number): Triple[] {
  const counts = extents.map((extent, axis) => Math.max(1, Math.ceil(extent / (size[axis] ?? 1))));
  while (counts.reduce((product, count) => product * count, 1) > most) {
    const longest = counts.indexOf(Math.max(...counts));
    counts[longest] = (counts[longest] ?? 1) - 1;
  }
  const [depths, heights, widths] = counts.map((count, axis) =>
    starts(extents[axis] ?? 1, size[axis] ?? 1, count),
  );
  return (depths ?? []).flatMap((d) =>
    (heights ?? []).flatMap((h) => (widths ?? []).map((w): Triple => [d, h, w])),
  );
}

function starts(extent: number, size: number, count: number): number[] {
  if (count === 1) return [Math.floor((extent - size) / 2)];
  return Array.from({ length: count }, (_, i) => Math.round((i * (extent - size)) / (count - 1)));
}

/** A corner anywhere inside; along axes that are shorter than a crop the middle. */
export function randomCorner(extents: Triple, size: Triple, rng: Rng): Triple {
  const middle = middleCorner(extents, size);
  return eachAxis((axis) => {
    const room = extents[axis] - size[axis];
    return room > 0 ? rng.int(room + 1) : middle[axis];
  });
}

/** A corner within an eighth of the crop's size around the middle, outside of the scan too. */
export function cornerNearMiddle(extents: Triple, size: Triple, rng: Rng): Triple {
  const middle = middleCorner(extents, size);
  return eachAxis((axis) => {
    const reach = Math.floor(size[axis] / 8);
    return middle[axis] + rng.int(2 * reach + 1) - reach;
  });
}

function eachAxis(at: (axis: 0 | 1 | 2) => number): Triple {
  return [at(0), at(1), at(2)];
}
