/**
 * Inputs and targets belong together: undone by the answer, the question gives the crop back.
 */
import { describe, expect, it } from 'vitest';
import type { Triple } from '../../src/core/tensor.js';
import { clipStarts, OrderOptions, ordersOf } from '../../proxy-tasks/order.js';
import { pyramid } from '../../proxy-tasks/cpc3d.js';
import { blockMask } from '../../proxy-tasks/mae3d.js';
import { compose, inverseOf, rotate, rotations } from '../../proxy-tasks/rotation3d-rotations.js';
import { mapIntensities, shuffleLocally } from '../../proxy-tasks/restore3d-corruptions.js';
import { cropWithin } from '../../proxy-tasks/shared/crop-within.js';
import { flip } from '../../proxy-tasks/shared/flip.js';
import { cropSide, patchCorners } from '../../proxy-tasks/shared/layout.js';
import { cutPatch, normalise, plain } from '../../proxy-tasks/shared/patch.js';
import { cutClip, moves } from '../../proxy-tasks/shared/clip.js';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import type { TaskPlan } from '../../src/tasks/task.js';
import { cropOf, cropsOf, planOf } from './support.js';

/** Appearance of patches in evaluation, by default. */
const levelled = { contrast: 0, level: true };

const seeds = Array.from({ length: 40 }, (_, seed) => seed);

const evaluated = (plan: TaskPlan, seed: number, count = 3) => {
  const crops = cropsOf(plan, count);
  return { crops, batch: plan.prepare(crops, rngOf('evaluate', seed), 'evaluate') };
};
const valuesOf = (batch: ReturnType<TaskPlan['prepare']>, name: string): Float32Array =>
  present(batch[name], name).data as Float32Array;

describe('rotations', () => {
  const cube = Float32Array.from({ length: 125 }, (_, i) => i);
  const turned = (choice: Parameters<typeof rotate>[2], source: Float32Array = cube): Float32Array => {
    const target = new Float32Array(125);
    rotate(source, 5, choice, target);
    return target;
  };

  it('are 24 different ones, the first of them the identity, and none is a reflection', () => {
    const all = rotations(24);
    expect(new Set(all.map((choice) => turned(choice).join())).size).toBe(24);
    expect(turned(present(all[0], 'identity'))).toEqual(cube);
    const swaps = { '0,1,2': 1, '1,2,0': 1, '2,0,1': 1, '0,2,1': -1, '2,1,0': -1, '1,0,2': -1 };
    for (const { axes, reversed } of all) {
      const sign = swaps[axes.join() as keyof typeof swaps] * (reversed.filter(Boolean).length % 2 ? -1 : 1);
      expect(sign).toBe(1);
    }
  });

  it('of the ten classes leave an axis in place', () => {
    for (const { axes, reversed } of rotations(10)) {
      expect(axes.some((axis, i) => axis === i && reversed[i] === false)).toBe(true);
    }
  });

  it('compose, and are undone by their inverse', () => {
    for (const a of rotations(24)) {
      expect(turned(inverseOf(a), turned(a))).toEqual(cube);
      for (const b of rotations(10)) expect(turned(compose(a, b))).toEqual(turned(b, turned(a)));
    }
  });
});

describe('rotation3d', () => {
  it.each([10, 24] as const)('of %i classes shows the crop, turned as the label says', (classes) => {
    const plan = planOf('rotation3d', { side: 6, classes });
    for (const seed of seeds) {
      const { crops, batch } = evaluated(plan, seed);
      crops.forEach((crop, i) => {
        const label = present(batch['rotation'], 'labels').data[i] ?? -1;
        const upright = new Float32Array(216);
        const expected = new Float32Array(216);
        cutPatch(crop, { corner: [0, 0, 0], size: [6, 6, 6] }, levelled, rngOf('none'), expected);
        const shown = valuesOf(batch, 'cubes').subarray(i * 216, (i + 1) * 216);
        rotate(shown, 6, inverseOf(present(rotations(classes)[label], 'rotation')), upright);
        expect(upright).toEqual(expected);
      });
    }
  });
});

describe('rpl3d', () => {
  it('shows the centre and the neighbours that the labels name, a gap apart', () => {
    const plan = planOf('rpl3d', { patch: 5, jitter: 2, gap: 0.2, neighbours: 3 });
    const layout = { grid: 3, patch: [5, 5, 5] as Triple, gap: [1, 1, 1] as Triple, jitter: 2 };
    const others = Array.from({ length: 27 }, (_, cell) => cell).filter((cell) => cell !== 13);
    expect(plan.crop).toEqual(cropSide(layout));
    const seen = new Set<number>();
    for (const seed of seeds) {
      const { crops, batch } = evaluated(plan, seed);
      crops.forEach((crop, i) => {
        const draw = rngOf('evaluate', seed, 'crop', i);
        const cells = draw.sample(others, 3);
        const labels = [...present(batch['location'], 'labels').data].slice(3 * i, 3 * i + 3);
        expect(labels).toEqual(cells.map((cell) => (cell < 13 ? cell : cell - 1)));
        labels.forEach((label) => seen.add(label));
        const corners = patchCorners(layout, draw);
        [13, ...cells].forEach((cell, k) => {
          const expected = new Float32Array(125);
          cutPatch(
            crop,
            { corner: present(corners[cell], 'corner'), size: [5, 5, 5] },
            levelled,
            draw,
            expected,
          );
          const at = (4 * i + k) * 125;
          expect(valuesOf(batch, 'patches').slice(at, at + 125)).toEqual(expected);
        });
      });
    }
    expect(seen.size).toBeGreaterThan(20);
  });
});

describe('mae3d', () => {
  it('hides whole blocks, exactly the share asked for, and shows the rest as it is', () => {
    const plan = planOf('mae3d', { size: [8, 9, 10], block: [4, 3, 5], ratio: 0.5 });
    for (const seed of seeds) {
      const { batch } = evaluated(plan, seed);
      const [masked, target, mask] = ['masked', 'target', 'mask'].map((name) => valuesOf(batch, name));
      target?.forEach((value, v) => expect(masked?.[v]).toBe(mask?.[v] === 1 ? 0 : value));
      // 2 · 3 · 2 blocks of 60 voxels in each of three crops; half of them.
      expect(mask?.reduce((sum, value) => sum + value, 0)).toBe(3 * 6 * 60);
    }
  });

  it('masks blocks as wholes', () => {
    const size: Triple = [6, 7, 8];
    const block: Triple = [2, 3, 4];
    for (const seed of seeds) {
      const mask = new Float32Array(6 * 7 * 8);
      blockMask(size, block, 0.4, rngOf('mask', seed), mask);
      mask.forEach((value, v) => {
        const [d, h, w] = [Math.floor(v / 56), Math.floor(v / 8) % 7, v % 8];
        const corner = ((d - (d % 2)) * 7 + h - (h % 3)) * 8 + w - (w % 4);
        expect(value).toBe(mask[corner]);
      });
    }
  });
});

describe('restore3d', () => {
  it('marks every voxel that was shuffled or painted, and only changes others where intensities are mapped', () => {
    const plan = planOf('restore3d', { size: [8, 9, 10], intensities: 0 });
    let losses = 0;
    for (const seed of seeds) {
      const { batch } = evaluated(plan, seed);
      const [corrupted, target, lost] = ['corrupted', 'target', 'lost'].map((name) => valuesOf(batch, name));
      target?.forEach((value, v) => {
        if (lost?.[v] !== 1) expect(corrupted?.[v]).toBe(value);
      });
      for (let i = 0; i < 3; i++) {
        const own = lost?.slice(i * 720, (i + 1) * 720).reduce((sum, value) => sum + value, 0) ?? 0;
        expect(own).toBeGreaterThan(0);
        losses += own;
      }
    }
    expect(losses / (seeds.length * 3 * 720)).toBeLessThan(0.9);
  });

  it('asks for the crop itself, normalised', () => {
    const plan = planOf('restore3d', { size: [8, 9, 10] });
    const { crops, batch } = evaluated(plan, 3);
    const expected = new Float32Array(720);
    cutPatch(
      present(crops[1], 'crop'),
      { corner: [0, 0, 0], size: [8, 9, 10] },
      plain,
      rngOf('none'),
      expected,
    );
    expect(valuesOf(batch, 'target').slice(720, 1440)).toEqual(expected);
  });

  it('maps intensities monotonically onto the same range', () => {
    for (const seed of seeds) {
      const values = Float32Array.from({ length: 500 }, (_, i) => i / 100 - 2);
      mapIntensities(values, rngOf('map', seed));
      const steps = values.slice(1).map((value, i) => value - (values[i] ?? 0));
      const sign = Math.sign((values[499] ?? 0) - (values[0] ?? 0));
      expect(steps.every((step) => step * sign >= -1e-6)).toBe(true);
      expect(Math.min(...values)).toBeCloseTo(-2, 4);
      expect(Math.max(...values)).toBeCloseTo(2.99, 4);
    }
  });

  it('shuffles without losing a value', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => i);
    shuffleLocally(values, [10, 10, 10], rngOf('shuffle'), new Float32Array(1000));
    expect([...values].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });
});

describe('views', () => {
  it('without zoom, noise, flips and contrast are boxes of the crop', () => {
    const plan = planOf('exemplar3d', { size: 5, shift: 3, zoom: 0, noise: 0, flips: 0, contrast: 0 });
    const { crops, batch } = evaluated(plan, 1);
    const views = valuesOf(batch, 'views');
    for (let row = 0; row < 6; row++) {
      const crop = present(crops[row % 3], 'crop');
      const view = views.subarray(row * 125, (row + 1) * 125);
      // Places are real numbers, so a view is a blend of neighbouring boxes: its mean and deviation are normalised.
      const copy = view.slice();
      normalise(copy);
      copy.forEach((value, i) => expect(value).toBeCloseTo(view[i] ?? NaN, 4));
      expect(crop.shape.slice(1)).toEqual([8, 8, 8]);
    }
    expect(views.slice(0, 125)).not.toEqual(views.slice(375, 500));
  });

  it.each(['exemplar3d', 'vicreg3d'])(
    'of %s are zoomed, shifted and mirrored boxes of their own crop, the same one for both of a pair',
    (name) => {
      // Trilinear sampling keeps a slope a slope: its ratios along the axes tell which crop a view is of. The outer
      // voxels of a view may lie up to half a voxel beyond the crop's last centres and are left out.
      const slopes = [
        [3, 2, 1],
        [1, 4, 2],
        [2, 1, 5],
      ] as const;
      const size = [5, 6, 7];
      const plan = planOf(name, { size, shift: 3, zoom: 0.2, noise: 0, flips: 0.5, contrast: 0 });
      const [depth, height, width] = plan.crop;
      const crops = slopes.map(([a, b, c], i) => ({
        ...cropOf(plan.crop, i + 1),
        foreground: new Uint8Array(depth * height * width).fill(1),
        voxels: Float32Array.from({ length: depth * height * width }, (_, v) => {
          const place = [
            Math.floor(v / (height * width)),
            Math.floor(v / width) % height,
            v % width,
          ] as const;
          return a * place[0] + b * place[1] + c * place[2];
        }),
      }));
      const mirrored = new Set<number>();
      for (const seed of seeds) {
        const views = valuesOf(plan.prepare(crops, rngOf('views', seed), 'train'), 'views');
        for (let row = 0; row < 6; row++) {
          const view = views.subarray(row * 210, (row + 1) * 210);
          const middle = view[50] ?? 0;
          const steps = [42, 7, 1].map((stride) => (view[50 + stride] ?? 0) - middle);
          view.forEach((value, v) => {
            const place = [Math.floor(v / 42), Math.floor(v / 7) % 6, v % 7];
            if (place.some((p, axis) => p < 1 || p > (size[axis] ?? 0) - 2)) return;
            const expected = place.reduce((sum, p, axis) => sum + (p - 1) * (steps[axis] ?? 0), middle);
            expect(Math.abs(value - expected)).toBeLessThan(1e-4);
          });
          const ratios = slopes[row % 3]?.map((slope, axis) => Math.abs(steps[axis] ?? 0) / slope) ?? [];
          ratios.forEach((ratio) => expect(ratio).toBeCloseTo(ratios[0] ?? NaN, 3));
          steps.forEach((step, axis) => mirrored.add(Math.sign(step) * (axis + 1)));
        }
      }
      expect(mirrored.size).toBe(6);
    },
  );

  it('flips are their own inverse and mirror the axis that they name', () => {
    const size: Triple = [2, 3, 4];
    for (const axis of [0, 1, 2] as const) {
      const values = Float32Array.from({ length: 48 }, (_, i) => i);
      flip(values, size, axis);
      const stride = [12, 4, 1][axis] ?? 0;
      expect(values[0]).toBe(stride * (size[axis] - 1));
      flip(values, size, axis);
      expect([...values]).toEqual(Array.from({ length: 48 }, (_, i) => i));
    }
  });
});

describe('cpc3d', () => {
  it('makes contexts of nothing below, all weights of a cell adding up to one', () => {
    for (const grid of [2, 3, 4]) {
      const cells = grid ** 3;
      const weights = pyramid(grid);
      for (let c = 0; c < cells; c++) {
        const row = weights.slice(c * cells, (c + 1) * cells);
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
        row.forEach((weight, cell) => {
          if (Math.floor(cell / grid ** 2) > Math.floor(c / grid ** 2)) expect(weight).toBe(0);
        });
        expect(row[c]).toBeGreaterThan(0);
      }
    }
  });

  it('shows every cell of the grid, in order, a gap apart', () => {
    const plan = planOf('cpc3d', { grid: 2, patch: [4, 5, 6], gap: 0.2, jitter: 2 });
    const layout = { grid: 2, patch: [4, 5, 6] as Triple, gap: [1, 1, 2] as Triple, jitter: 2 };
    expect(plan.crop).toEqual(cropSide(layout));
    for (const seed of seeds) {
      const { crops, batch } = evaluated(plan, seed);
      crops.forEach((crop, i) => {
        const draw = rngOf('evaluate', seed, 'crop', i);
        patchCorners(layout, draw).forEach((corner, cell) => {
          const expected = new Float32Array(120);
          cutPatch(crop, { corner, size: [4, 5, 6] }, levelled, draw, expected);
          const at = (i * 8 + cell) * 120;
          expect(valuesOf(batch, 'patches').slice(at, at + 120)).toEqual(expected);
        });
      });
    }
  });

  it('states the chance of guessing among all patches at the same distance', () => {
    // 3 crops, slabs 1 and 2 of 9 patches predicted one ahead (54 candidates), slab 2 two ahead (27).
    expect(planOf('cpc3d', { steps: 2 }).chance).toBeCloseTo((54 / 54 + 27 / 27) / 81, 10);
  });
});

describe('order', () => {
  const options = OrderOptions.parse({ clips: 3, frames: 2, gap: 1, jitter: 2, height: 4, width: 5 });

  it('put back in order, the clips are those of the film', () => {
    const plan = planOf('order', options);
    const { orders, classes } = ordersOf(options);
    for (const seed of seeds) {
      const { crops, batch } = evaluated(plan, seed);
      crops.forEach((crop, i) => {
        const draw = rngOf('evaluate', seed, 'crop', i);
        const order = draw.int(6);
        expect(batch['order']?.data[i]).toBe(classes[order]);
        const starts = clipStarts(options, draw);
        orders[order]?.forEach((clip, place) => {
          const expected = new Float32Array(40);
          const start = starts[clip] ?? 0;
          cutClip(crop, [start, start + 1], { contrast: 0, level: true }, draw, expected);
          const at = (i * 3 + place) * 40;
          expect(valuesOf(batch, 'clips').slice(at, at + 40)).toEqual(expected);
        });
      });
    }
  });

  it('keeps clips inside the film and apart', () => {
    for (const seed of seeds) {
      const starts = clipStarts(options, rngOf('starts', seed));
      starts.slice(1).forEach((start, i) => expect(start - (starts[i] ?? 0) - 2).toBeGreaterThanOrEqual(1));
      expect((starts[2] ?? 0) + 2).toBeLessThanOrEqual(planOf('order', options).crop[0]);
    }
  });

  it('makes an order and its reverse one class where asked to', () => {
    expect(ordersOf({ clips: 4, reversed: 'distinct' }).count).toBe(24);
    const { orders, classes, count } = ordersOf({ clips: 4, reversed: 'same' });
    expect(count).toBe(12);
    orders.forEach((order, k) => {
      const mirror = orders.findIndex((other) => other.join() === [...order].reverse().join());
      expect(classes[mirror]).toBe(classes[k]);
    });
  });

  it('turns down films in which nothing moves', () => {
    const crop = cropOf([4, 2, 2]);
    expect(moves(crop)).toBe(true);
    expect(moves({ ...crop, voxels: crop.voxels.map((_, i) => i % 4) })).toBe(false);
  });
});

describe('pace', () => {
  it('takes every nth frame, as the label says, and never blends frames', () => {
    const plan = planOf('pace', { frames: 3, rates: [1, 2, 4], height: 4, width: 5 });
    expect(plan.crop).toEqual([9, 4, 5]);
    for (const seed of seeds) {
      const { crops, batch } = evaluated(plan, seed);
      crops.forEach((crop, i) => {
        const rate = [1, 2, 4][batch['pace']?.data[i] ?? -1] ?? 0;
        const shown = valuesOf(batch, 'clips').slice(i * 60, (i + 1) * 60);
        const starts = Array.from({ length: 9 - 2 * rate }, (_, start) => start);
        const matches = starts.filter((start) => {
          const expected = new Float32Array(60);
          cutClip(crop, [start, start + rate, start + 2 * rate], plain, rngOf('none'), expected);
          return expected.every((value, v) => value === shown[v]);
        });
        expect(matches.length).toBe(1);
      });
    }
  });
});

describe('multi', () => {
  it('asks each task about a part of the same crop', () => {
    const plan = planOf('multi');
    expect(plan.crop).toEqual([10, 10, 11]);
    expect(plan.inputs.map(({ name }) => name)).toEqual([
      'rotation3d.cubes',
      'rotation3d.rotation',
      'mae3d.masked',
      'mae3d.target',
      'mae3d.mask',
      'rotation3d2.cubes',
      'rotation3d2.rotation',
    ]);
    const crop = cropOf([10, 10, 11]);
    const part = cropWithin(crop, [3, 4, 5], rngOf('part'));
    const first = crop.voxels.indexOf(part.voxels[0] ?? NaN);
    expect([...part.voxels.slice(0, 5)]).toEqual([...crop.voxels.slice(first, first + 5)]);
  });

  it('is at chance at 0, and a diverged candidate is worse than that by the weighted mean', () => {
    const plan = planOf('multi', {
      tasks: [
        { name: 'rotation3d', options: { classes: 10 }, weight: 3 },
        { name: 'mae3d', weight: 1 },
      ],
    });
    expect(plan.chance).toBe(0);
    expect(plan.worst).toBeCloseTo(0.75 * (-0.1 / 0.9) + 0.25 * -1, 10);
  });
});
