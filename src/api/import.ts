/**
 * Imports published weights: an encoder folder, as an export is, from a file of PyTorch or safetensors.
 */
import { basename } from 'node:path';
import { present } from '../core/errors.js';
import { version } from '../core/version.js';
import { runGraph } from '../engines/onnx/index.js';
import { exportImported } from '../export/imported.js';
import { writeFolder } from '../export/write-folder.js';
import { countParameters } from '../nn/parameters.js';
import { encoderGraph } from '../pretrain/program.js';
import type { Normalisation } from '../published/normalisation.js';
import { readPublished } from '../published/published-network.js';
import { randomInput } from './exporting/export-files.js';

export interface ImportOptions {
  /** Name of a published network, such as `r3d-18`. */
  readonly network: string;
  /** Path of the weights: PyTorch's (either format) or safetensors. */
  readonly file: string;
  /** Folder to write; it must be empty or not exist. */
  readonly output: string;
  /** Channels of the scans that the encoder shall read; 1 sums its first convolution over colours. Absent: 1. */
  readonly channels?: 1 | 3 | undefined;
}

export interface ImportOutcome {
  readonly network: string;
  /** The code whose names the file has, such as `torchvision`. */
  readonly layout: string;
  readonly channels: number;
  /** Number of trainable parameters. */
  readonly params: number;
  readonly normalisation: Normalisation | null;
  /** Tensors of the file that were left out, such as the classifier's. */
  readonly leftOut: readonly string[];
  readonly remarks: readonly string[];
  readonly folder: string;
  /** Names of the files, sorted. */
  readonly files: readonly string[];
}

/** `[D, H, W]` of the input in `parity.npz`; every network takes it, and it is computed in a moment. */
const PARITY = [8, 64, 64] as const;

/** Writes the folder as a whole or not at all. Throws `UserError`, whatever the file holds; nothing of it is run. */
export async function importWeights(options: ImportOptions): Promise<ImportOutcome> {
  const { file, output } = options;
  const encoder = readPublished(options.network, file, options.channels);
  const { architecture, weights, network, normalisation, remarks } = encoder;
  const shape = [1, architecture.inChannels, ...PARITY] as const;
  const input = randomInput(shape);
  const { features } = await runGraph(encoderGraph(architecture, shape), weights, { input });
  const files = exportImported({
    architecture,
    weights,
    parity: { input, features: present(features, 'features') },
    origin: {
      version,
      network: network.name,
      space: network.space.name,
      genome: network.genome,
      file: basename(file),
      layout: encoder.layout,
      sha256: encoder.hash,
    },
    input: encoder.input,
    normalisation,
    remarks,
  });
  await writeFolder(output, files);
  return {
    network: network.name,
    layout: encoder.layout,
    channels: architecture.inChannels,
    params: countParameters(architecture),
    normalisation,
    leftOut: encoder.leftOut,
    remarks,
    folder: output,
    files: Object.keys(files).sort(),
  };
}
