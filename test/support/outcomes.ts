/**
 * Small cohorts, for tests of what is learned from labels.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rngOf } from '../../src/core/random.js';
import { writeSafetensors } from '../../src/core/safetensors.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { encoderGraph } from '../../src/pretrain/program.js';
import { niftiFile } from '../../src/scans/nifti-write.js';

/** Writes a manifest: two classes that a covariate tells apart, roughly; `split` as it is given for each row. */
export function writeCohort(
  folder: string,
  name: string,
  rows: number,
  split: (row: number) => string = () => '',
): string {
  const rng = rngOf('cohort of a test', name);
  const lines = Array.from({ length: rows }, (_, row) => {
    const ill = row % 2 === 0;
    const [age, sex] = [60 + (ill ? 8 : 0) + 8 * rng.normal(), rng.bool(0.5) ? 'f' : 'm'];
    return [`p${row}`, ill ? 'ill' : 'well', age.toFixed(1), rng.normal().toFixed(3), sex, split(row)].join(
      ',',
    );
  });
  const path = join(folder, name);
  writeFileSync(path, `patient,label,x_age,x_noise,s_sex,split\n${lines.join('\n')}\n`);
  return path;
}

const SIDE = 14;

/**
 * Writes scans of 14³ voxels of 2 mm, tissue with a sphere in its middle that is larger in the ill, and a manifest with one
 * covariate that knows a little of it.
 */
export function writeScans(folder: string, rows: number, split: (row: number) => string = () => ''): string {
  mkdirSync(folder, { recursive: true });
  const lines = Array.from({ length: rows }, (_, row) => {
    const rng = rngOf('scans of a test', row);
    const ill = row % 2 === 0;
    const radius = (ill ? 4.5 : 3) + 0.5 * rng.normal();
    const voxels = Int16Array.from({ length: SIDE ** 3 }, (_, i) => {
      const [x, y, z] = [i % SIDE, Math.floor(i / SIDE) % SIDE, Math.floor(i / SIDE ** 2)];
      const distance = Math.hypot(x - 6.5, y - 6.5, z - 6.5);
      return Math.round(100 + (distance < radius ? 200 : 0) + 10 * rng.normal());
    });
    writeFileSync(join(folder, `s${row}.nii.gz`), niftiFile(voxels, [SIDE, SIDE, SIDE], [2, 2, 2]));
    const age = 60 + (ill ? 4 : 0) + 8 * rng.normal();
    return [`s${row}.nii.gz`, `p${row}`, ill ? 'ill' : 'well', age.toFixed(1), split(row)].join(',');
  });
  const path = join(folder, 'manifest.csv');
  writeFileSync(path, `path,patient,label,x_age,split\n${lines.join('\n')}\n`);
  return path;
}

/** Writes scans of as many voxels that hold noise alone. */
export function writeNoise(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const rng = rngOf('noise of a test', i);
    const voxels = Int16Array.from({ length: SIDE ** 3 }, () => Math.round(200 + 100 * rng.normal()));
    writeFileSync(join(folder, `n${i}.nii.gz`), niftiFile(voxels, [SIDE, SIDE, SIDE], [2, 2, 2]));
  }
}

function oneConvolution(): Architecture {
  const conv = {
    kind: 'conv',
    inChannels: 1,
    outChannels: 6,
    kernel: [3, 3, 3],
    stride: [2, 2, 2],
    padding: [1, 1, 1],
    groups: 1,
    bias: true,
  } as const;
  const children = [
    { name: 'stem', layer: conv },
    { name: 'act', layer: { kind: 'activation', function: 'relu' } },
  ] as const;
  return {
    name: 'one-convolution',
    inChannels: 1,
    features: 6,
    encoder: { kind: 'sequence', type: 'Encoder', children },
  };
}

/** Writes an encoder, by default of one convolution, as voxolve exports it, for volumes of 12³ voxels of 2 mm. */
export function writeEncoder(folder: string, architecture = oneConvolution()): string {
  mkdirSync(folder, { recursive: true });
  const { parameters } = encoderGraph(architecture, [1, 1, 12, 12, 12]);
  const weights = initialWeights(parameters, rngOf('encoder of a test'));
  const description = { architecture, scans: { spacing: 2 }, input: [12, 12, 12] };
  writeFileSync(join(folder, 'architecture.json'), JSON.stringify(description));
  writeFileSync(join(folder, 'weights.safetensors'), writeSafetensors(weights));
  return folder;
}
