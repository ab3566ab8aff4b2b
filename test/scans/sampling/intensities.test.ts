import { expect, test } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import type { Triple } from '../../../src/core/tensor.js';
import { cropAt } from '../../../src/scans/sampling/crops.js';
import {
  flattenAir,
  flattenAndNormalise,
  jitterContrast,
  normalise,
} from '../../../src/scans/sampling/intensities.js';
import { memoryVolume } from '../../../src/scans/sampling/scan-set.js';
import { cutPatch, plain } from '../../../proxy-tasks/shared/patch.js';

const rng = rngOf('intensities');
const COUNT = 1000;
const values = Float32Array.from({ length: COUNT }, () => 40 * rng.normal() - 3);
const some = Uint8Array.from({ length: COUNT }, () => (rng.uniform(0, 1) < 0.7 ? 1 : 0));

test.each([
  ['tissue and air', values, some],
  ['tissue alone', values, new Uint8Array(COUNT).fill(1)],
  ['air alone', values, new Uint8Array(COUNT)],
  ['one value', new Float32Array(COUNT).fill(7), some],
])('flattening and normalising at once gives the same bits as one after the other: %s', (_, patch, mask) => {
  const [together, apart] = [patch.slice(), patch.slice()];
  flattenAndNormalise(together, mask);
  flattenAir(apart, mask);
  normalise(apart);
  expect(together).toEqual(apart);
});

test('contrast follows the power law within the error of its table, on both sides of zero', () => {
  const patch = values.map((value) => value / 40);
  const changed = patch.slice();
  jitterContrast(changed, 0.3, rngOf('contrast'));
  const draw = rngOf('contrast');
  const [scale, shift, gamma] = [draw.uniform(0.7, 1.3), draw.uniform(-0.3, 0.3), draw.uniform(0.7, 1.3)];
  patch.forEach((value, i) => {
    const exact = Math.sign(value) * scale * Math.abs(value) ** gamma + shift;
    expect(Math.abs((changed[i] ?? NaN) - exact)).toBeLessThan(0.02);
  });
});

test('a patch is the same whether it comes straight from the volume or from the crop', () => {
  const shape = [2, 9, 8, 7] as const;
  const voxels = Float32Array.from({ length: 2 * 9 * 8 * 7 }, () => rng.normal());
  const foreground = Uint8Array.from({ length: 9 * 8 * 7 }, () => rng.int(2));
  const facts = { id: 'a', split: 'train', patient: 0, modality: null, frameTime: null } as const;
  const volume = memoryVolume({ ...facts, shape, spacing: [1, 1, 1] }, voxels, foreground);
  const crop = cropAt(volume, [1, 2, 1], [7, 5, 6]);
  const copied = { ...cropAt(volume, [1, 2, 1], [7, 5, 6]) };
  const [corner, size]: Triple[] = [
    [2, 1, 1],
    [4, 3, 4],
  ];
  const patches = [crop, copied].map((source) => {
    const target = new Float32Array(2 * 4 * 3 * 4);
    cutPatch(source, { corner: corner as Triple, size: size as Triple }, plain, rngOf(1), target);
    return target;
  });
  expect(patches[0]).toEqual(patches[1]);
  expect(new Set(patches[0]).size).toBeGreaterThan(20);
});

test('a patch shows what became of the voxels of its crop', () => {
  const voxels = new Float32Array(4 ** 3).fill(1);
  const facts = { id: 'a', split: 'train', patient: 0, modality: null, frameTime: null } as const;
  const shape = [1, 4, 4, 4] as const;
  const volume = memoryVolume({ ...facts, shape, spacing: [1, 1, 1] }, voxels, new Uint8Array(64).fill(1));
  const crop = cropAt(volume, [0, 0, 0], [4, 4, 4]);
  const replaced = { ...crop, voxels: Float32Array.from({ length: 64 }, (_, i) => i) };
  const changed = cropAt(volume, [0, 0, 0], [4, 4, 4]);
  changed.voxels.set(replaced.voxels);
  const [still, other, own] = [crop, replaced, changed].map((source) => {
    const target = new Float32Array(64);
    cutPatch(source, { corner: [0, 0, 0], size: [4, 4, 4] }, plain, rngOf(1), target);
    return target;
  });
  expect(new Set(still)).toEqual(new Set([0]));
  expect(new Set(other).size).toBe(64);
  expect(own).toEqual(other);
});
