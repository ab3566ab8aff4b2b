/** Files of weights, written byte by byte: what is read from them. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../src/core/safetensors.js';
import { tensor } from '../../src/core/tensor.js';
import { readWeights } from '../../src/published/read-weights.js';
import { needsPython, python } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';
import { floats, joined, legacyOf, pickled, pickledTensor, pickleOf, zipOf } from './torch-files.js';

const folder = temporaryFolder();
const VALUES = [1, 2, 3, 4, 5, 6];

/** Names, shapes and values of a file's tensors. */
function contentOf(bytes: Uint8Array): Record<string, { shape: readonly number[]; values: number[] }> {
  const path = join(folder, 'weights.pth');
  writeFileSync(path, bytes);
  const { tensors } = readWeights(path);
  return Object.fromEntries(
    [...tensors].map(([name, stored]) => [name, { shape: stored.shape, values: [...stored.read()] }]),
  );
}

/** One tensor `w` of six numbers in a zip. */
function zipWith(sizes: readonly number[], strides: readonly number[], offset = 0): Buffer {
  const w = pickledTensor({ key: '0', count: 6, sizes, strides, offset });
  return zipOf(pickleOf(pickled.dictionary({ w })), { 0: floats(VALUES) });
}

describe('a file of weights', () => {
  it('of either format of torch.save holds its tensors by name', () => {
    const expected = { w: { shape: [2, 3], values: VALUES } };
    expect(contentOf(zipWith([2, 3], [3, 1]))).toEqual(expected);
    const w = pickledTensor({ key: 'a7', count: 6, sizes: [2, 3], strides: [3, 1], legacy: true });
    const old = legacyOf(pickleOf(pickled.dictionary({ w })), { a7: floats(VALUES) }, { a7: 6 });
    expect(contentOf(old)).toEqual(expected);
  });

  it('has views with strides and offsets: transposed, repeated, in part', () => {
    expect(contentOf(zipWith([3, 2], [1, 3]))['w']!.values).toEqual([1, 4, 2, 5, 3, 6]);
    expect(contentOf(zipWith([2, 2], [0, 1], 4))['w']!.values).toEqual([5, 6, 5, 6]);
    expect(contentOf(zipWith([2], [1], 1))['w']!.values).toEqual([2, 3]);
    expect(contentOf(zipWith([], [], 5))['w']).toEqual({ shape: [], values: [6] });
    expect(contentOf(zipWith([0, 3], [3, 1]))['w']).toEqual({ shape: [0, 3], values: [] });
  });

  it('shares a storage between tensors', () => {
    const part = (offset: number) => pickledTensor({ key: '0', count: 6, sizes: [3], strides: [1], offset });
    const both = pickled.dictionary({ a: part(0), b: part(3) });
    const found = contentOf(zipOf(pickleOf(both), { 0: floats(VALUES) }));
    expect([found['a']!.values, found['b']!.values]).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it('is unwrapped, parameters and ordered dictionaries too', () => {
    const w = pickledTensor({ key: '0', count: 6, sizes: [6], strides: [1] });
    const parameter = pickled.call(pickled.named('torch._utils', '_rebuild_parameter'), w, '\x88', 'N');
    const ordered = joined(
      pickled.call(pickled.named('collections', 'OrderedDict')),
      '(',
      pickled.text('w'),
      parameter,
      'u',
      pickled.dictionary({ _metadata: pickled.dictionary({}) }),
      'b',
    );
    const checkpoint = pickled.dictionary({
      epoch: pickled.int(3),
      lr: 'G?\xb9\x99\x99\x99\x99\x99\x9a',
      state_dict: ordered,
    });
    expect(contentOf(zipOf(pickleOf(checkpoint), { 0: floats(VALUES) }))['w']!.values).toEqual(VALUES);
  });

  it('may be deflated', () => {
    const w = pickledTensor({ key: '0', count: 6, sizes: [6], strides: [1] });
    const bytes = zipOf(pickleOf(pickled.dictionary({ w })), { 0: floats(VALUES) }, 9);
    expect(contentOf(bytes)['w']!.values).toEqual(VALUES);
  });

  it('of other numbers becomes float32', () => {
    const stored: readonly (readonly [string, Uint8Array, number[]])[] = [
      ['HalfStorage', Buffer.from('003c00c1ff7b0100', 'hex'), [1, -2.5, 65504, 2 ** -24]],
      ['BFloat16Storage', Buffer.from('803f20c0', 'hex'), [1, -2.5]],
      ['DoubleStorage', Buffer.from(Float64Array.of(0.1, -3).buffer), [Math.fround(0.1), -3]],
      ['LongStorage', Buffer.from(BigInt64Array.of(7n, -9n).buffer), [7, -9]],
    ];
    for (const [type, bytes, values] of stored) {
      const w = pickledTensor({ key: '0', count: values.length, type, sizes: [values.length], strides: [1] });
      expect(contentOf(zipOf(pickleOf(pickled.dictionary({ w })), { 0: bytes }))['w']!.values, type).toEqual(
        values,
      );
    }
  });

  it('may be safetensors', () => {
    const bytes = writeSafetensors({ w: tensor([2, 3], Float32Array.from(VALUES)) });
    expect(contentOf(bytes)).toEqual({ w: { shape: [2, 3], values: VALUES } });
  });

  it.skipIf(python === undefined)(
    `that PyTorch wrote holds what PyTorch had, whatever the protocol ${needsPython}`,
    () => {
      const script = `
import argparse, collections, sys, torch
torch.manual_seed(1)
base = torch.arange(24, dtype=torch.float32)
state = collections.OrderedDict(
    a=base.view(2, 3, 4).permute(2, 0, 1), b=base[5:9], c=torch.nn.Parameter(base.view(4, 6)[:, 1:3]),
    d=base.half(), e=base.bfloat16(), f=base.double(), g=torch.tensor(7), h=torch.zeros(0, 3), i=base.expand(2, 24))
wrapped = {"args": argparse.Namespace(lr=0.1, steps=[1, 2]), "best": 0.5, "milestones": collections.Counter([3, 3]),
    "seen": {1, 2}, "huge": 10**30, "none": None, "optimizer": {"state": {0: {"step": 3, "momentum": base}}}, "model": state}
for protocol in range(2, 6):
    torch.save(wrapped, f"{sys.argv[1]}/zip-{protocol}.pth", pickle_protocol=protocol)
    torch.save(wrapped, f"{sys.argv[1]}/old-{protocol}.pth", pickle_protocol=protocol, _use_new_zipfile_serialization=False)
`;
      execFileSync(python!, ['-c', script, folder], { stdio: 'pipe' });
      const base = Array.from({ length: 24 }, (_, i) => i);
      for (const name of [2, 3, 4, 5].flatMap((protocol) => [`zip-${protocol}`, `old-${protocol}`])) {
        const { tensors } = readWeights(join(folder, `${name}.pth`));
        const values = (key: string): number[] => [...tensors.get(key)!.read()];
        expect([...tensors.keys()].join(''), name).toBe('abcdefghi');
        expect(tensors.get('a')!.shape).toEqual([4, 2, 3]);
        expect(values('a').slice(0, 7)).toEqual([0, 4, 8, 12, 16, 20, 1]);
        expect(values('b')).toEqual([5, 6, 7, 8]);
        expect(values('c')).toEqual([1, 2, 7, 8, 13, 14, 19, 20]);
        for (const key of ['d', 'e', 'f']) expect(values(key)).toEqual(base);
        expect([values('g'), values('h')]).toEqual([[7], []]);
        expect(values('i')).toEqual([...base, ...base]);
      }
    },
  );
});
