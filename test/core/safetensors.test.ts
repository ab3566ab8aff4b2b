import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { sizeOf, tensor, type Tensor } from '../../src/core/tensor.js';
import { readSafetensors, writeSafetensors } from '../../src/core/safetensors.js';
import { hasModule, runPython } from '../support/python.js';

const rng = rngOf('safetensors');
function drawn(...shape: number[]): Tensor {
  return tensor(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
  );
}

/** Also tells apart NaNs, and the two zeros. */
function bytesOf(data: Float32Array | undefined): Buffer | undefined {
  return data && Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

const weights = {
  'stem.conv.weight': drawn(4, 1, 3, 3, 3),
  'größe "quoted"': drawn(2),
  scalar: drawn(),
  empty: drawn(0, 3),
  special: tensor([4], Float32Array.of(NaN, Infinity, -0, 1e-45)),
};

describe('safetensors', () => {
  it('read back as they were written', () => {
    const read = readSafetensors(writeSafetensors(weights), 'file');
    expect(Object.keys(read).sort()).toEqual(Object.keys(weights).sort());
    for (const [name, { shape, data }] of Object.entries(weights)) {
      expect(read[name]?.shape).toEqual(shape);
      expect(bytesOf(read[name]?.data)).toEqual(bytesOf(data));
    }
  });

  it('have the same bytes whatever the order of the tensors', () => {
    const reordered = Object.fromEntries(Object.entries(weights).reverse());
    expect(writeSafetensors(reordered).equals(writeSafetensors(weights))).toBe(true);
  });

  it('write a view of a larger array as the view only', () => {
    const view = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
    const read = readSafetensors(writeSafetensors({ view: tensor([2], view) }), 'file');
    expect([...(read.view?.data ?? [])]).toEqual([2, 3]);
  });

  it('refuse files cut short anywhere, naming them', () => {
    const bytes = writeSafetensors({ a: drawn(3, 3), b: drawn(2) });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length), 'weights.safetensors')).toThrow(
        'weights.safetensors: not a readable safetensors file',
      );
    }
  });

  it('refuse headers that lie', () => {
    const file = (header: unknown, data = 8): Buffer => {
      const json = Buffer.from(JSON.stringify(header));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      return Buffer.concat([length, json, Buffer.alloc(data)]);
    };
    const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
    expect(readSafetensors(file({ a: entry, __metadata__: { by: 'x' } }), 'f')).toHaveProperty('a');
    expect(() => readSafetensors(file({ a: { ...entry, dtype: 'F16' } }), 'f')).toThrow('dtype F16');
    expect(() => readSafetensors(file({ a: { ...entry, shape: [3] } }), 'f')).toThrow('needs 12 bytes');
    expect(() => readSafetensors(file({ a: { ...entry, data_offsets: [-8, 0] } }), 'f')).toThrow('tensor a');
    expect(() => readSafetensors(file({ a: { dtype: 'F32' } }), 'f')).toThrow('tensor a');
    expect(() => readSafetensors(file([]), 'f')).toThrow('the header is not a JSON object');
    expect(() => readSafetensors(file(null), 'f')).toThrow('the header is not a JSON object');
  });

  it.skipIf(!hasModule('safetensors'))(
    'agree with the reference implementation (needs a Python with safetensors)',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'voxolve-safetensors-'));
      try {
        const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
        writeFileSync(ours, writeSafetensors(weights));
        const script = `
import sys
import numpy as np
from safetensors.numpy import load_file, save_file
tensors = load_file(sys.argv[1])
save_file({name: np.array(-value) for name, value in tensors.items()}, sys.argv[2], metadata={"by": "reference"})`;
        runPython(script, [ours, theirs]);
        const negated = readSafetensors(readFileSync(theirs), theirs);
        for (const [name, { shape, data }] of Object.entries(weights)) {
          expect(negated[name]?.shape).toEqual(shape);
          expect(negated[name]?.data).toEqual(data.map((value) => -value));
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
