/** Runs exports in PyTorch and compares their features with voxolve's own. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { writeFolder } from '../../src/export/index.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { encoderParameters } from '../../src/nn/parameters.js';
import { runPython } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';
import { randomExport, type InputShape } from './exports.js';

const COMPARE = `
import importlib.util, json, os, sys
import numpy as np
import torch

torch.set_num_threads(1)
results = []
for folder in sys.argv[1:]:
    path = os.path.join(folder, "model.py")
    spec = importlib.util.spec_from_file_location("model", path)
    model = sys.modules["model"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model)
    encoder = model.build()
    parity = np.load(os.path.join(folder, "parity.npz"))
    with torch.no_grad():
        features = encoder(torch.from_numpy(parity["input"])).numpy()
    expected = parity["features"]
    results.append({
        "training": encoder.training,
        "shape": list(features.shape) == list(expected.shape),
        "error": float(np.abs(features - expected).max() / np.abs(expected).max()),
        "names": {k: list(v.shape) for k, v in encoder.state_dict().items() if not k.endswith("num_batches_tracked")},
    })
print(json.dumps(results))
`;

interface Comparison {
  readonly training: boolean;
  readonly shape: boolean;
  /** Largest difference over the largest feature. */
  readonly error: number;
  readonly names: Readonly<Record<string, readonly number[]>>;
}

/** Features of the exports of these architectures, as PyTorch computes them, compared with voxolve's. */
export async function compare(
  architectures: readonly Architecture[],
  input: InputShape,
): Promise<Comparison[]> {
  const root = temporaryFolder();
  const folders: string[] = [];
  for (const [index, architecture] of architectures.entries()) {
    const folder = join(root, String(index));
    await writeFolder(folder, await randomExport(architecture, input));
    folders.push(folder);
  }
  return JSON.parse(runPython(COMPARE, folders)) as Comparison[];
}

export function expectEqual(architecture: Architecture, found: Comparison | undefined): void {
  expect(found).toMatchObject({ training: false, shape: true });
  expect(found?.error).toBeLessThan(1e-4);
  expect(found?.names).toEqual(
    Object.fromEntries(encoderParameters(architecture).map(({ name, shape }) => [name, shape])),
  );
}
