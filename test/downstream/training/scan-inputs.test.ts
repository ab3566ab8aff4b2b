/**
 * Crops of scans: their places, their padding, their intensities; and the features of tiles.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { sizeOf, tensor, type Triple } from '../../../src/core/tensor.js';
import {
  encodingGraph,
  featuresOf,
  meanOverTiles,
  readingOf,
} from '../../../src/downstream/training/encode.js';
import {
  scanInputs,
  type CropOptions,
  type PreparedScan,
} from '../../../src/downstream/training/scan-inputs.js';
import { tileCorners } from '../../../src/downstream/training/scans/tiling.js';
import { runGraph } from '../../../src/engines/onnx/index.js';
import { encoderParameters } from '../../../src/nn/parameters.js';
import { initialWeights } from '../../../src/pretrain/initialise.js';
import { memoryVolume } from '../../../src/scans/sampling/scan-set.js';
import { place } from './support.js';
import { smallEncoder } from './small-encoder.js';

/** A scan whose voxels are drawn, with tissue where `isTissue` says. */
function scanOf(
  shape: readonly [number, number, number, number],
  options: { readonly frameTime?: number; readonly isTissue?: (voxel: number) => boolean } = {},
): PreparedScan {
  const { frameTime = null, isTissue = () => true } = options;
  const rng = rngOf('scan', ...shape);
  const voxels = Float32Array.from({ length: sizeOf(shape) }, () => 3 + 2 * rng.normal());
  const foreground = Uint8Array.from({ length: sizeOf(shape.slice(1)) }, (_, i) => (isTissue(i) ? 1 : 0));
  const facts = { id: 'scan', split: 'train', patient: 0, modality: null, spacing: [1, 1, 1] } as const;
  return memoryVolume({ ...facts, shape, frameTime }, voxels, foreground);
}

const options = (change: Partial<CropOptions> = {}): CropOptions => ({
  size: [4, 4, 4],
  reading: 'tile',
  tiles: 512,
  normalise: 'none',
  augment: true,
  ...change,
});

function cropOf(scan: PreparedScan, how: CropOptions, view: { tile: number } | { key: (string | number)[] }) {
  const inputs = scanInputs([scan], how);
  const into = new Float32Array(sizeOf(inputs.shape));
  inputs.fill(0, view, into);
  return into;
}

const moments = (values: Float32Array): [number, number] => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)];
};

describe('tiles', () => {
  it.each<[Triple, Triple]>([
    [
      [9, 4, 5],
      [4, 4, 4],
    ],
    [
      [17, 16, 15],
      [8, 5, 16],
    ],
    [
      [3, 3, 3],
      [4, 4, 4],
    ],
  ])('of a scan of %j by crops of %j cover every voxel', (extents, size) => {
    const seen = new Set<string>();
    for (const corner of tileCorners(extents, size, 512)) {
      for (let d = corner[0]; d < corner[0] + size[0]; d++)
        for (let h = corner[1]; h < corner[1] + size[1]; h++)
          for (let w = corner[2]; w < corner[2] + size[2]; w++) seen.add([d, h, w].join());
    }
    for (let d = 0; d < extents[0]; d++)
      for (let h = 0; h < extents[1]; h++)
        for (let w = 0; w < extents[2]; w++) expect(seen).toContain([d, h, w].join());
  });

  it('are as many as allowed, lie inside, and are spaced evenly', () => {
    const corners = tileCorners([40, 40, 12], [8, 8, 8], 12);
    expect(corners.length).toBeLessThanOrEqual(12);
    expect(corners.length).toBeGreaterThan(6);
    for (const [d, h, w] of corners) {
      expect(Math.min(d, h, w)).toBeGreaterThanOrEqual(0);
      expect([d <= 32, h <= 32, w <= 4]).toEqual([true, true, true]);
    }
    const depths = [...new Set(corners.map(([d]) => d))];
    expect([depths[0], depths.at(-1)]).toEqual([0, 32]);
    const gaps = depths.slice(1).map((depth, i) => depth - (depths[i] ?? 0));
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
  });

  it('hold the voxels of the scan at their places', () => {
    const scan = scanOf([2, 9, 4, 5]);
    const corners = tileCorners([9, 4, 5], [4, 4, 4], 512);
    expect(scanInputs([scan], options()).tiles(0)).toBe(corners.length);
    corners.forEach((corner, tile) => {
      expect(cropOf(scan, options(), { tile })).toEqual(scan.data.voxels(corner, [4, 4, 4]));
    });
  });
});

describe('a crop', () => {
  it('of the middle is one per scan', () => {
    const scan = scanOf([1, 10, 6, 4]);
    const how = options({ reading: 'crop' });
    expect(scanInputs([scan], how).tiles(0)).toBe(1);
    expect(cropOf(scan, how, { tile: 0 })).toEqual(scan.data.voxels([3, 1, 0], [4, 4, 4]));
  });

  it('of a smaller scan has it in the middle, and air around it', () => {
    const scan = scanOf([1, 2, 2, 2]);
    const crop = cropOf(scan, options(), { tile: 0 });
    const darkest = Math.min(...scan.data.voxels([0, 0, 0], [2, 2, 2]));
    expect(crop.filter((value) => value === darkest).length).toBe(64 - 8 + 1);
    expect(crop[(1 * 4 + 1) * 4 + 1]).toBe(scan.data.voxels([0, 0, 0], [1, 1, 1])[0]);
  });

  it('of a shorter clip repeats its first and last frame', () => {
    const crop = cropOf(scanOf([1, 2, 4, 4], { frameTime: 0.02 }), options(), { tile: 0 });
    const frame = (d: number) => [...crop.subarray(16 * d, 16 * (d + 1))];
    expect(frame(0)).toEqual(frame(1));
    expect(frame(3)).toEqual(frame(2));
    expect(frame(1)).not.toEqual(frame(2));
  });

  it('has mean 0 and deviation 1 itself, or over its scan, air as dark as the darkest tissue', () => {
    const scan = scanOf([1, 8, 4, 4], { isTissue: (voxel) => voxel % 3 !== 0 });
    const own = cropOf(scan, options({ normalise: 'crop' }), { tile: 0 });
    const [mean, deviation] = moments(own);
    expect(mean).toBeCloseTo(0, 5);
    expect(deviation).toBeCloseTo(1, 5);
    expect(new Set(own.filter((_, voxel) => voxel % 3 === 0)).size).toBe(1);
    const halves = [0, 1].map((tile) => cropOf(scan, options({ normalise: 'scan' }), { tile }));
    const [whole, spread] = moments(Float32Array.from(halves.flatMap((half) => [...half])));
    expect(whole).toBeCloseTo(0, 4);
    expect(spread).toBeCloseTo(1, 4);
    expect(moments(halves[0] ?? new Float32Array())[0]).not.toBeCloseTo(0, 4);
  });

  it('is normalised as its encoder brings it, by the range of the scan', () => {
    const scan = scanOf([2, 4, 4, 4]);
    const all = scan.data.voxels([0, 0, 0], [4, 4, 4]);
    let told: readonly (readonly [number, number])[] = [];
    const how = options({
      own: (voxels, ranges) => {
        told = ranges;
        voxels.fill(7);
      },
    });
    expect([...cropOf(scan, how, { tile: 0 })]).toEqual(Array(128).fill(7));
    const range = (half: Float32Array) => [Math.min(...half), Math.max(...half)];
    expect(told).toEqual([range(all.subarray(0, 64)), range(all.subarray(64))]);
  });

  it('for training follows from its key alone, and changes with it', () => {
    const scan = scanOf([1, 12, 12, 12]);
    for (const reading of ['crop', 'tile'] as const) {
      const at = (step: number) =>
        cropOf(scan, options({ reading, normalise: 'crop' }), { key: ['a', step] });
      expect(at(1)).toEqual(at(1));
      expect(at(1)).not.toEqual(at(2));
    }
    const values = new Set(scan.data.voxels([0, 0, 0], [12, 12, 12]));
    const drawn = cropOf(scan, options({ reading: 'crop', normalise: 'none' }), { key: ['a', 1] });
    expect([...drawn].filter((value) => !values.has(value))).toEqual([]);
    const still = options({ augment: false, reading: 'crop' });
    expect(cropOf(scan, still, { key: ['a', 1] })).toEqual(cropOf(scan, still, { tile: 0 }));
  });

  it('for training is drawn where there is tissue', () => {
    const scan = scanOf([1, 32, 8, 8], { isTissue: (voxel) => voxel >= 24 * 64 });
    const inputs = scanInputs([scan], options({ size: [8, 8, 8], normalise: 'crop' }));
    const into = new Float32Array(512);
    const withTissue = [...Array(40).keys()].filter((step) => {
      inputs.fill(0, { key: ['tissue', step] }, into);
      return into.some((value) => value !== into[0]);
    });
    expect(withTissue.length).toBeGreaterThan(32);
  });
});

describe('features', () => {
  const encoder = smallEncoder();
  const weights = initialWeights(encoderParameters(encoder), rngOf('encoder'));
  const scans = scanInputs([scanOf([1, 8, 8, 8]), scanOf([1, 20, 8, 8]), scanOf([1, 5, 9, 8])], {
    ...options({ normalise: 'crop' }),
    size: [8, 8, 8],
  });

  it('are the means over space of what the encoder gives of each tile', async () => {
    const found = await featuresOf({ architecture: encoder, weights }, scans, 3, place);
    expect(found.tiles).toEqual([1, 3, 2]);
    expect(found.features.shape).toEqual([6, encoder.features]);
    const input = new Float32Array(512);
    scans.fill(1, { tile: 2 }, input);
    const graph = encodingGraph({ architecture: encoder }, 1, scans.shape);
    const { features } = await runGraph(graph, weights, { scans: tensor([1, ...scans.shape], input) });
    const at = 3 * encoder.features;
    features?.data.forEach((value, i) => expect(found.features.data[at + i]).toBeCloseTo(value, 5));
  });

  it('are kept tile by tile, or as the mean of a scan, as it is to be read', () => {
    const features = tensor([3, 2], Float32Array.of(1, 2, 3, 4, 7, 8));
    const tiles = [1, 2];
    expect(readingOf({ features, tiles }, 'tile')).toEqual({ features, tiles });
    const mean = tensor([2, 2], Float32Array.of(1, 2, 5, 6));
    expect(readingOf({ features, tiles }, 'pool')).toEqual({ features: mean });
    expect(meanOverTiles(features, undefined)).toBe(features);
  });
});
