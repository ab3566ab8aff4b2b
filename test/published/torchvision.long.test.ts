/** The networks of torchvision: an import computes what torchvision computes with the same weights. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encoderGraph } from '../../src/pretrain/program.js';
import type { Tensor } from '../../src/core/tensor.js';
import { readSafetensors } from '../../src/core/safetensors.js';
import { runGraph } from '../../src/engines/onnx/index.js';
import { readPublished, type PublishedEncoder } from '../../src/published/published-network.js';
import { hasModule, python } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();

/** Random weights, statistics of batch norms included, in both formats of torch.save; a clip, and its features. */
const MAKE = `
import json, struct, sys
import torch
from torchvision.models import video

name, folder = sys.argv[1:]
torch.manual_seed(7)
torch.set_num_threads(1)
model = getattr(video, name)(num_classes=5).eval()
for module in model.modules():
    if isinstance(module, torch.nn.BatchNorm3d):
        torch.nn.init.uniform_(module.weight, 0.5, 1.5)
        torch.nn.init.normal_(module.bias, std=0.2)
        torch.nn.init.normal_(module.running_mean, std=0.2)
        torch.nn.init.uniform_(module.running_var, 0.5, 2)
state = model.state_dict()
torch.save(state, f"{folder}/{name}.zip.pth")
wrapped = {"epoch": 3, "model": {f"module.{key}": value for key, value in state.items()}}
torch.save(wrapped, f"{folder}/{name}.old.pth", _use_new_zipfile_serialization=False)
clip, grey = torch.randn(1, 3, 5, 40, 36), torch.randn(1, 1, 5, 40, 36)
def features(x):
    with torch.no_grad():
        for part in (model.stem, model.layer1, model.layer2, model.layer3, model.layer4):
            x = part(x)
    return x.contiguous()
tensors = {"clip": clip, "grey": grey, "of_clip": features(clip), "of_grey": features(grey.repeat(1, 3, 1, 1, 1))}
header, data = {}, b""
for key, value in tensors.items():
    raw = value.numpy().astype("<f4").tobytes()
    header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
text = json.dumps(header).encode()
open(f"{folder}/{name}.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + data)
`;

const NETWORKS = [
  { name: 'r3d-18', theirs: 'r3d_18' },
  { name: 'mc3-18', theirs: 'mc3_18' },
  { name: 'r2plus1d-18', theirs: 'r2plus1d_18' },
];

function bytesOf(data: Float32Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function largestDifference(found: Tensor, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  const scale = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    found.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected.data[i]!)), 0) / scale
  );
}

describe('weights that torchvision made', () => {
  it.skipIf(!hasModule('torchvision')).each(NETWORKS)(
    'give $name the features that torchvision computes (needs a VOXOLVE_PYTHON with torchvision)',
    { timeout: 60_000 },
    async ({ name, theirs }) => {
      execFileSync(python!, ['-c', MAKE, theirs, folder], { stdio: 'pipe' });
      const expected = readSafetensors(readFileSync(join(folder, `${theirs}.safetensors`)), 'reference');
      const read = (file: string, channels: 1 | 3) => readPublished(name, join(folder, file), channels);
      const features = async (
        { architecture, weights }: PublishedEncoder,
        input: Tensor,
      ): Promise<Tensor> => {
        const graph = encoderGraph(architecture, input.shape as [1, 3, 5, 40, 36]);
        return (await runGraph(graph, weights, { input }))['features']!;
      };
      const colours = read(`${theirs}.zip.pth`, 3);
      const { clip, grey, of_clip, of_grey } = expected;
      const differences = {
        colours: largestDifference(await features(colours, clip!), of_clip!),
        grey: largestDifference(await features(read(`${theirs}.zip.pth`, 1), grey!), of_grey!),
      };
      expect(differences.colours).toBeLessThan(1e-5);
      expect(differences.grey).toBeLessThan(1e-5);
      const old = read(`${theirs}.old.pth`, 3);
      for (const [key, { data }] of Object.entries(colours.weights)) {
        expect(Buffer.compare(bytesOf(data), bytesOf(old.weights[key]!.data)), key).toBe(0);
      }
      expect(old.leftOut).toEqual(['module.fc.weight', 'module.fc.bias']);
    },
  );
});
