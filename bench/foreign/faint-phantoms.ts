/**
 * Phantoms of two classes, plain and with faint tissues, as rows that a model learns from.
 */
import { featuresOf, readingOf } from '../../src/downstream/training/encode.js';
import type { StartingEncoder } from '../../src/downstream/training/fit.js';
import type { ModelRows } from '../../src/downstream/training/rows.js';
import { scanInputs } from '../../src/downstream/training/scan-inputs.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import { auroc } from '../../src/metrics/classes/auroc.js';
import { isFound } from '../../src/metrics/finding.js';
import { phantom } from '../../src/scans/phantoms/image.js';
import { memoryVolume, type Volume } from '../../src/scans/sampling/scan-set.js';

const SIZE = 16;
export const place = { engine: onnxEngine, device: 'cpu', threads: 1 };

/** Phantoms `first` and following, of which every other one has faint tissues. */
export function faintPhantoms(first: number, count: number): Volume[] {
  return Array.from({ length: count }, (_, i) => {
    const image = phantom(SIZE, 7, first + i, i % 2 === 0 ? 1 : 0.3);
    const voxels = Float32Array.from(image, (value) => value / 1000);
    const [darkest, brightest] = [Math.min(...voxels), Math.max(...voxels)];
    const tissue = Uint8Array.from(voxels, (value) => (value > darkest + (brightest - darkest) / 6 ? 1 : 0));
    const facts = { id: `${first + i}`, split: 'train', patient: first + i, modality: null } as const;
    const grid = { shape: [1, SIZE, SIZE, SIZE], spacing: [1, 1, 1], frameTime: null } as const;
    return memoryVolume({ ...facts, ...grid }, voxels, tissue);
  });
}

/** What an encoder tells of them. */
export async function rowsOf(encoder: StartingEncoder, volumes: readonly Volume[]): Promise<ModelRows> {
  const options = { reading: 'crop', tiles: 1, normalise: 'crop', augment: false } as const;
  const inputs = scanInputs(volumes, { size: [SIZE, SIZE, SIZE], ...options });
  return {
    ...readingOf(await featuresOf(encoder, inputs, volumes.length, place), 'crop'),
    targets: { kind: 'classes', names: ['plain', 'faint'], labels: volumes.map((_, i) => i % 2) },
    patients: volumes.map(({ id }) => id),
  };
}

/** Area under the curve by which a score, higher for what is foreign, tells foreign scans from others. */
export function areaOf(foreign: readonly number[], own: readonly number[]): number {
  const labels = [...foreign.map(() => 1), ...own.map(() => 0)];
  const found = auroc(labels, [...foreign, ...own]);
  return isFound(found) ? found.value : NaN;
}
