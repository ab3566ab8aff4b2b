/**
 * Intensities of a whole scan, by which its crops are normalised alike.
 */
import { volumeOf } from '../../../scans/sampling/boxes.js';
import type { Volume } from '../../../scans/sampling/scan-set.js';

export interface Intensities {
  readonly channels: readonly {
    readonly darkest: number;
    readonly brightest: number;
    readonly darkestTissue: number;
    /** Mean and deviation where air has the darkest value of the tissue. */
    readonly mean: number;
    readonly deviation: number;
  }[];
}

/** Slabs of slices are read, not the scan at once. */
const SLAB = 2 ** 22;

export function intensitiesOf({ shape, data }: Pick<Volume, 'shape' | 'data'>): Intensities {
  const [channels, depth, height, width] = shape;
  const plane = height * width;
  const thick = Math.max(1, Math.floor(SLAB / plane));
  const sums = Array.from({ length: channels }, () => ({
    darkest: Infinity,
    brightest: -Infinity,
    darkestTissue: Infinity,
    tissue: 0,
    sum: 0,
    squares: 0,
  }));
  for (let first = 0; first < depth; first += thick) {
    const size = [Math.min(thick, depth - first), height, width] as const;
    const voxels = data.voxels([first, 0, 0], size);
    const mask = data.foreground([first, 0, 0], size);
    const count = volumeOf(size);
    sums.forEach((found, channel) => {
      for (let i = 0; i < count; i++) {
        const value = voxels[channel * count + i] ?? 0;
        if (value < found.darkest) found.darkest = value;
        if (value > found.brightest) found.brightest = value;
        if (mask[i] !== 1) continue;
        if (value < found.darkestTissue) found.darkestTissue = value;
        found.tissue++;
        found.sum += value;
        found.squares += value * value;
      }
    });
  }
  const all = depth * plane;
  return {
    channels: sums.map(({ darkest, brightest, tissue, sum, squares, ...found }) => {
      const darkestTissue = tissue > 0 ? found.darkestTissue : 0;
      const air = all - tissue;
      const mean = (sum + air * darkestTissue) / all;
      const variance = (squares + air * darkestTissue ** 2) / all - mean ** 2;
      return { darkest, brightest, darkestTissue, mean, deviation: Math.sqrt(Math.max(0, variance)) };
    }),
  };
}
