import { describe, expect, it } from 'vitest';
import { entry, matrix, type Matrix } from '../../src/core/linear-algebra/matrix.js';
import { rngOf } from '../../src/core/random.js';
import { nearestNeighbours, ridge } from '../../src/probes/classifiers.js';
import { spreadOf } from '../../src/probes/collapse.js';
import { drawLabelled } from '../../src/probes/labelled.js';
import { memoryVolume } from '../../src/scans/sampling/scan-set.js';
import { probe } from '../../src/probes/probe.js';

const random = (rows: number, columns: number, seed: number): Matrix => {
  const rng = rngOf('matrix', seed);
  return matrix(rows, columns, () => rng.normal());
};

describe('probes', () => {
  const patients = Array.from({ length: 120 }, (_, i) => Math.floor(i / 4));
  const labels = Array.from({ length: 120 }, (_, i) => i % 3);
  const noise = random(120, 5, 4);

  it('read a class that features hold, and nothing from noise', () => {
    const told = matrix(120, 5, (i, j) => 0.5 * entry(noise, i, j) + (j === labels[i] ? 3 : 0));
    const good = probe(told, labels, patients, rngOf('probe'));
    expect(good.ridge.accuracy).toBeGreaterThan(0.95);
    expect(good.knn.accuracy).toBeGreaterThan(0.95);
    const poor = probe(noise, labels, patients, rngOf('probe'));
    expect(poor.ridge.accuracy).toBeLessThan(0.55);
    expect(poor.chance).toBeCloseTo(1 / 3, 1);
  });

  it('do not gain from features that name the patient', () => {
    // Each patient has one class here, and a feature of its own.
    const ownClass = patients.map((patient) => patient % 3);
    const names = matrix(120, 30, (i, j) => (patients[i] === j ? 1 : 0));
    expect(probe(names, ownClass, patients, rngOf('names')).ridge.accuracy).toBeLessThan(0.6);
  });

  it('classify by the nearest and by a plane', () => {
    const x = matrix(
      4,
      2,
      (i, j) =>
        [
          [1, 0.1],
          [1, -0.1],
          [-1, 0.2],
          [-1, -0.2],
        ][i]?.[j] ?? 0,
    );
    const queries = matrix(
      2,
      2,
      (i, j) =>
        [
          [2, 0],
          [-3, 0],
        ][i]?.[j] ?? 0,
    );
    expect(nearestNeighbours(1)(x, [5, 5, 7, 7], queries)).toEqual([5, 7]);
    expect(ridge(0.01)(x, [5, 5, 7, 7], queries)).toEqual([5, 7]);
  });

  it('tell collapsed features by their rank and variance', () => {
    const line = random(100, 1, 5);
    const collapsed = spreadOf(matrix(100, 6, (i, j) => entry(line, i, 0) * (j + 1)));
    expect(collapsed.effectiveRank).toBeCloseTo(1, 3);
    expect(spreadOf(random(100, 6, 6)).effectiveRank).toBeGreaterThan(5);
    expect(spreadOf(matrix(10, 3, () => 2)).variance).toBe(0);
  });
});

describe('labelled crops', () => {
  it('are of the class of their centre, and of all classes of a scan alike', () => {
    const voxels = 10 ** 3;
    const volume = memoryVolume(
      {
        id: 'made up',
        split: 'validation',
        patient: 0,
        modality: null,
        shape: [1, 10, 10, 10],
        spacing: [1, 1, 1],
        frameTime: null,
      },
      Float32Array.from({ length: voxels }, (_, i) => i),
      new Uint8Array(voxels).fill(1),
    );
    const labels = Uint8Array.from({ length: voxels }, (_, i) => (i % 10 < 5 ? 1 : 2));
    const crops = drawLabelled([{ volume, labels }], [4, 4, 4], 7, rngOf('crops'));
    expect(crops.filter(({ label }) => label === 1).length).toBe(7);
    expect(crops.filter(({ label }) => label === 2).length).toBe(7);
    for (const { crop, label } of crops) {
      const centre = crop.voxels[(2 * 4 + 2) * 4 + 2] ?? -1;
      expect(labels[centre]).toBe(label);
    }
  });
});
