/**
 * The audit passes the puzzle as it ships, and catches variants made leaky on purpose.
 *
 * Scans are smooth noise with one bright half, so that there is something to learn and everything is quick.
 */
import { describe, expect, it } from 'vitest';
import { keeping, planted } from '../../src/audit/alterations.js';
import { nullScans } from '../../src/scans/altered/null-scans.js';
import { statisticsOf } from '../../src/audit/statistics.js';
import { weakProbe } from '../../src/audit/weak-probe.js';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { tensor } from '../../src/core/tensor.js';
import { makeBatch, type Batch } from '../../src/pretrain/batches.js';
import {
  memoryVolume,
  wholeVolume,
  type Crop,
  type ScanSet,
  type Volume,
} from '../../src/scans/sampling/scan-set.js';
import type { TaskPlan } from '../../src/tasks/task.js';
import { planOf } from '../proxy-tasks/support.js';

const side = 32;
const batch = 4;
const set: ScanSet = {
  channels: 1,
  balance: 'patients',
  fingerprint: 'made up',
  volumes: Array.from({ length: 8 }, (_, patient): Volume => {
    const rng = rngOf('audit volume', patient);
    return memoryVolume(
      {
        id: `volume ${patient}`,
        patient,
        split: patient < 4 ? 'train' : 'validation',
        modality: null,
        shape: [1, side, side, side],
        spacing: [1, 1, 1],
        frameTime: null,
      },
      Float32Array.from({ length: side ** 3 }, (_, i) => rng.normal() + (i % side < side / 2 ? 1 : 0)),
      new Uint8Array(side ** 3).fill(1),
    );
  }),
};

const questions = { learn: 240, test: 120 };
const weak = (
  plan: TaskPlan,
  kind: 'noise' | 'smooth noise' | 'constant',
  alter?: (batch: Batch) => Batch,
) => {
  const rng = rngOf('audit', kind);
  const scans = nullScans(set, kind, rng, plan.encoderInput[0] / batch);
  return weakProbe({ set: scans, plan, batch, rng, ...(alter ? { alter } : {}) }, questions);
};
const limit = (plan: TaskPlan): number => plan.chance + 0.02 * (1 - plan.chance);

const puzzle = (options: object): TaskPlan =>
  planOf('jigsaw3d', { patch: 8, jitter: 1, permutations: 8, foreground: 0, ...options }, batch);

describe('statistics of scans without anatomy', () => {
  it.each(['noise', 'smooth noise', 'constant'] as const)('tell nothing of the puzzle: %s', (kind) => {
    const plan = puzzle({});
    expect(weak(plan, kind).ci95[0]).toBeLessThanOrEqual(limit(plan));
  });

  it.each(['noise', 'smooth noise', 'constant'] as const)('tell nothing of the rotation: %s', (kind) => {
    const plan = planOf('rotation3d', { side: 12, foreground: 0 }, batch);
    expect(weak(plan, kind).ci95[0]).toBeLessThanOrEqual(limit(plan));
  });
});

describe('a leaky variant is flagged:', () => {
  it('a puzzle without gap, by the edges that continue', () => {
    const plan = puzzle({ gap: 0, jitter: 0 });
    expect(weak(plan, 'smooth noise').ci95[0]).toBeGreaterThan(limit(plan));
  });

  it('a puzzle of crops padded with zeros, by its outer faces', () => {
    const plan = puzzle({});
    const padded: TaskPlan = {
      ...plan,
      prepare: (crops, rng, mode) => plan.prepare(crops.map(withZeroBorder), rng, mode),
    };
    expect(weak(padded, 'noise').ci95[0]).toBeGreaterThan(limit(plan));
  });

  it('rotations by resampling, by what interpolation smooths', () => {
    const plan = planOf('rotation3d', { side: 12, foreground: 0 }, batch);
    const resampled: TaskPlan = {
      ...plan,
      prepare: (crops, rng, mode) => {
        const made = plan.prepare(crops, rng, mode);
        const { shape, data } = made['cubes'] ?? tensor([0], new Float32Array(0));
        const cubes = Float32Array.from(data);
        const size = 12 ** 3;
        made['rotation']?.data.forEach((label, i) => {
          if (label > 0) blurAlong(cubes.subarray(i * size, (i + 1) * size), (label - 1) % 3);
        });
        return { ...made, cubes: tensor(shape, cubes) };
      },
    };
    expect(weak(resampled, 'noise').ci95[0]).toBeGreaterThan(limit(plan));
  });

  it('an answer that is written onto faces', () => {
    for (const plan of [puzzle({}), planOf('rotation3d', { side: 12, foreground: 0 }, batch)]) {
      expect(weak(plan, 'noise', planted(plan, batch)).figure).toBeGreaterThan(0.8);
    }
  });

  it('an answer that is written onto faces, where a crop is asked several questions', () => {
    const location = { patch: 6, jitter: 1, foreground: 0, neighbours: 3 };
    const plan = planOf('rpl3d', location, batch);
    expect(weak(plan, 'noise').ci95[0]).toBeLessThan(limit(plan));
    expect(weak(plan, 'noise', planted(plan, batch)).ci95[0]).toBeGreaterThan(0.3);
    const mixed = planOf(
      'multi',
      {
        tasks: [
          { name: 'mae3d', options: { size: 12, foreground: 0 } },
          { name: 'rpl3d', options: location },
        ],
      },
      batch,
    );
    expect(weak(mixed, 'noise', planted(mixed, batch)).ci95[0]).toBeGreaterThan(0.3);
  });
});

describe('an audit looks at', () => {
  it('borders and interiors that together are the whole', () => {
    const plan = puzzle({});
    const made = makeBatch({ set, plan, size: batch, split: 'train', rng: rngOf('whole') }, 0);
    const [border, interior] = (['border', 'interior'] as const).map(
      (what) => keeping(what, plan, 2)(made)['patches']?.data,
    );
    made['patches']?.data.forEach((value, i) => {
      expect((border?.[i] ?? 0) + (interior?.[i] ?? 0)).toBe(value);
      expect(border?.[i] === 0 || interior?.[i] === 0).toBe(true);
    });
    const inside = interior?.filter((value) => value !== 0).length ?? 0;
    expect(inside).toBe(batch * 8 * 4 ** 3);
  });

  it('faces that continue each other, at the right axis and the right pair', () => {
    const rng = rngOf('faces');
    const whole = Float32Array.from({ length: 4 * 4 * 8 }, () => rng.normal());
    // Two parts side by side along W whose facing faces are equal.
    const parts = new Float32Array(2 * 64);
    for (let i = 0; i < 64; i++) {
      const [row, w] = [Math.floor(i / 4), i % 4];
      parts[i] = whole[row * 8 + w] ?? 0;
      parts[64 + i] = w === 0 ? (whole[row * 8 + 3] ?? 0) : (whole[row * 8 + 4 + w] ?? 0);
    }
    const seams = statisticsOf(parts, [2, 1, 4, 4, 4]).slice(-6);
    expect(seams[2]).toBeCloseTo(1, 5);
    seams.forEach((seam, i) => i !== 2 && expect(Math.abs(seam)).toBeLessThan(0.9));
  });

  it('null scans with the shapes and patients of the real ones', () => {
    for (const kind of ['noise', 'smooth noise', 'constant', 'shuffled'] as const) {
      const made = nullScans(set, kind, rngOf('null'), 2);
      expect(made.volumes.map(({ shape, patient, split }) => [shape, patient, split])).toEqual(
        set.volumes.map(({ shape, patient, split }) => [shape, patient, split]),
      );
    }
    const voxelsOf = (scans: ScanSet): Float32Array =>
      wholeVolume(present(scans.volumes[0], 'a volume')).voxels;
    const shuffled = voxelsOf(nullScans(set, 'shuffled', rngOf('null'), 2));
    expect(shuffled).not.toEqual(voxelsOf(set));
    expect(shuffled.sort()).toEqual(voxelsOf(set).sort());
    const smooth = voxelsOf(nullScans(set, 'smooth noise', rngOf('null'), 2));
    const variance = smooth.reduce((sum, value) => sum + value ** 2, 0) / smooth.length;
    expect(variance).toBeGreaterThan(0.8);
    expect(variance).toBeLessThan(1.1);
  });
});

/** What padding before gridding leaves in the outer cells. */
function withZeroBorder(crop: Crop): Crop {
  const [, depth, height, width] = crop.shape;
  const voxels = crop.voxels.map((value, i) => {
    const place = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    const outside = place.some((p, axis) => p < 2 || p >= ([depth, height, width][axis] ?? 0) - 2);
    return outside ? 0 : value;
  });
  return { ...crop, voxels };
}

/** The mean of neighbours, as linear interpolation half a voxel off gives. */
function blurAlong(cube: Float32Array, axis: number): void {
  const stride = [144, 12, 1][axis] ?? 1;
  for (let i = 0; i < cube.length; i++) {
    if (Math.floor(i / stride) % 12 < 11) cube[i] = ((cube[i] ?? 0) + (cube[i + stride] ?? 0)) / 2;
  }
}
