import { describe, expect, it } from 'vitest';
import { JigsawOptions, jigsaw3d } from '../../proxy-tasks/jigsaw3d.js';
import { permutationLimit, permutations } from '../../proxy-tasks/jigsaw3d-permutations.js';
import { cropSide, patchCorners, type Layout } from '../../proxy-tasks/shared/layout.js';
import { level } from '../../proxy-tasks/shared/level.js';
import { cutPatch, plain } from '../../proxy-tasks/shared/patch.js';
import { rngOf } from '../../src/core/random.js';
import type { Crop } from '../../src/scans/sampling/scan-set.js';

const hamming = (a: readonly number[], b: readonly number[]): number => a.filter((x, i) => x !== b[i]).length;

function cropOf(size: readonly [number, number, number], value: (index: number) => number): Crop {
  const voxels = size[0] * size[1] * size[2];
  return {
    volume: 'made up',
    patient: 0,
    shape: [1, ...size],
    voxels: Float32Array.from({ length: voxels }, (_, i) => value(i)),
    foreground: new Uint8Array(voxels).fill(1),
  };
}

describe.each([2, 3] as const)('the permutations of a %i³ grid', (grid) => {
  const cells = grid ** 3;
  const all = permutations(grid, permutationLimit(grid));

  it('are permutations', () => {
    for (const permutation of all) expect(new Set(permutation).size).toBe(cells);
  });

  it('lie pairwise at the largest possible Hamming distance', () => {
    // The first `cells` differ everywhere; more cannot, so the others differ in all places but at most one.
    const closest = (set: readonly (readonly number[])[]): number => {
      let least = Infinity;
      set.forEach((a, i) => {
        for (let j = 0; j < i; j++) least = Math.min(least, hamming(a, set[j] ?? []));
      });
      return least;
    };
    expect(closest(all.slice(0, cells))).toBe(cells);
    expect(closest(all)).toBe(cells - 1);
  });

  it('show every cell at every place equally often', () => {
    const first = permutations(grid, cells);
    for (let place = 0; place < cells; place++) {
      expect(new Set(first.map((permutation) => permutation[place])).size).toBe(cells);
    }
  });
});

describe('the layout of a puzzle', () => {
  const layout: Layout = { grid: 3, patch: [6, 5, 4], gap: [1, 2, 1], jitter: 3 };

  it('keeps patches inside the crop and at least the gap apart, whatever the jitter', () => {
    const side = cropSide(layout);
    for (let seed = 0; seed < 200; seed++) {
      const corners = patchCorners(layout, rngOf('layout', seed));
      corners.forEach((a, i) => {
        a.forEach((start, axis) =>
          expect(start + (layout.patch[axis] ?? 0)).toBeLessThanOrEqual(side[axis] ?? 0),
        );
        corners.slice(0, i).forEach((b) => {
          const space = a.map((start, axis) => Math.abs(start - (b[axis] ?? 0)) - (layout.patch[axis] ?? 0));
          expect(space.some((between, axis) => between >= (layout.gap[axis] ?? 0))).toBe(true);
        });
      });
    }
  });
});

describe('a patch', () => {
  it('has mean 0 and deviation 1 whatever the scale of its crop', () => {
    const crop = cropOf([4, 4, 4], (i) => 1000 + 37 * Math.sin(i));
    const patch = new Float32Array(27);
    cutPatch(crop, { corner: [1, 1, 0], size: [3, 3, 3] }, plain, rngOf('patch'), patch);
    const mean = patch.reduce((sum, value) => sum + value, 0) / 27;
    expect(mean).toBeCloseTo(0, 5);
    expect(patch.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 27).toBeCloseTo(1, 4);
  });

  it('is all zeros where its crop is constant', () => {
    const patch = new Float32Array(8).fill(NaN);
    cutPatch(
      cropOf([4, 4, 4], () => 7),
      { corner: [0, 0, 0], size: [2, 2, 2] },
      { contrast: 0.3, level: true },
      rngOf('constant'),
      patch,
    );
    expect([...patch].every((value) => Number.isFinite(value) && Math.abs(value) <= 0.3)).toBe(true);
  });

  it.each([false, true])('says nothing of what lies in air (levelled: %s)', (levelled) => {
    const dark = cropOf([4, 4, 4], (i) => 5 + (i % 7));
    dark.foreground.fill(0, 0, 16);
    const noisy = { ...dark, voxels: dark.voxels.map((value, i) => (i < 16 ? 900 + i : value)) };
    const [a, b] = [dark, noisy].map((crop) => {
      const patch = new Float32Array(64);
      cutPatch(
        crop,
        { corner: [0, 0, 0], size: [4, 4, 4] },
        { contrast: 0, level: levelled },
        rngOf('air'),
        patch,
      );
      return [...patch];
    });
    expect(a).toEqual(b);
  });

  it('is the same with any slope of brightness laid over its crop, where it is levelled', () => {
    const flat = cropOf([5, 6, 7], (i) => Math.sin(i * i));
    flat.foreground.fill(0, 0, 50);
    const tilted = flat.voxels.map((value, i) => {
      const [d, h, w] = [Math.floor(i / 42), Math.floor(i / 7) % 6, i % 7];
      return value + 3 * d - 2 * h + 5 * w + 11;
    });
    const [a, b] = [flat, { ...flat, voxels: tilted }].map((crop) => {
      const patch = new Float32Array(210);
      cutPatch(
        crop,
        { corner: [0, 0, 0], size: [5, 6, 7] },
        { contrast: 0, level: true },
        rngOf('tilt'),
        patch,
      );
      return [...patch];
    });
    // The damping of the fit leaves a trace of the slope.
    a?.forEach((value, i) => expect(value).toBeCloseTo(b?.[i] ?? NaN, 3));
  });

  it('has no slope left in its tissue, and air at its mean, where it is levelled', () => {
    const size = [5, 6, 7] as const;
    const rng = rngOf('levelled');
    const patch = Float32Array.from({ length: 210 }, (_, i) => rng.normal() + 0.3 * (i % 7));
    const tissue = Uint8Array.from({ length: 210 }, () => (rng.bool(0.8) ? 1 : 0));
    level(patch, tissue, size);
    const along = (place: (i: number) => number): number =>
      patch.reduce((sum, value, i) => sum + value * place(i), 0) / 210;
    expect(along(() => 1)).toBeCloseTo(0, 4);
    expect(along((i) => Math.floor(i / 42) - 2)).toBeCloseTo(0, 4);
    expect(along((i) => (Math.floor(i / 7) % 6) - 2.5)).toBeCloseTo(0, 4);
    expect(along((i) => (i % 7) - 3)).toBeCloseTo(0, 4);
    patch.forEach((value, i) => tissue[i] === 0 && expect(value).toBe(0));
  });
});

describe('a batch of puzzles', () => {
  const options = JigsawOptions.parse({ patch: 5, gap: 0.2, jitter: 2, permutations: 20, contrast: 0 });
  const plan = jigsaw3d.plan(options, { channels: 1, batch: 3 });
  // No two voxels are equal and there is no slope, so that a patch tells where it was cut.
  const crops = [0, 1, 2].map(() => cropOf(plan.crop, (i) => (i * 7919) % 10007));

  it('puts each patch where the labelled permutation says: the puzzle put back together is the crop', () => {
    const choices = permutations(2, 20);
    for (let seed = 0; seed < 50; seed++) {
      const batch = plan.prepare(crops, rngOf('batch', seed), 'evaluate');
      const labels = batch['permutation']?.data ?? [];
      const patches = batch['patches']?.data as Float32Array;
      crops.forEach((crop, i) => {
        const draw = rngOf('batch', seed, 'crop', i);
        expect(draw.int(20)).toBe(labels[i]);
        const corners = patchCorners({ grid: 2, patch: [5, 5, 5], gap: [1, 1, 1], jitter: 2 }, draw);
        choices[labels[i] ?? 0]?.forEach((cell, place) => {
          const expected = new Float32Array(125);
          cutPatch(
            crop,
            { corner: corners[cell] ?? [0, 0, 0], size: [5, 5, 5] },
            { contrast: 0, level: true },
            draw,
            expected,
          );
          const at = (i * 8 + place) * 125;
          expect([...patches.subarray(at, at + 125)]).toEqual([...expected]);
        });
      });
    }
  });

  it('is the same for the same generator and another for another', () => {
    const batch = (seed: number) => plan.prepare(crops, rngOf('same', seed), 'train');
    expect(batch(1)).toEqual(batch(1));
    expect(batch(1)).not.toEqual(batch(2));
  });

  it('asks for crops with tissue in every cell', () => {
    const crop = cropOf(plan.crop, (i) => i);
    expect(plan.accepts?.(crop)).toBe(true);
    const [, , height, width] = crop.shape;
    crop.foreground.fill(0, 0, 7 * height * width);
    expect(plan.accepts?.(crop)).toBe(false);
  });

  it('draws all labels', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 100; seed++) {
      for (const label of plan.prepare(crops, rngOf('labels', seed), 'train')['permutation']?.data ?? []) {
        seen.add(label);
      }
    }
    expect(seen.size).toBe(20);
  });
});

describe('the options of the puzzle', () => {
  it('refuse more permutations than exist at the largest distance, with the limit', () => {
    expect(() => JigsawOptions.parse({ grid: 2, permutations: 57 })).toThrow(/at most 56/);
    expect(JigsawOptions.parse({ grid: 3, permutations: 702 }).permutations).toBe(702);
  });

  it('keep a gap of at least a tenth of the patch by default', () => {
    expect(JigsawOptions.parse({}).gap).toBeGreaterThanOrEqual(0.1);
  });
});
