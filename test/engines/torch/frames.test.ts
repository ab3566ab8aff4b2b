import { describe, expect, it } from 'vitest';
import { intTensor, tensor } from '../../../src/core/tensor.js';
import { FrameReader, frameOf, type Reply } from '../../../src/engines/torch/frames.js';

const tensors = {
  a: tensor([2, 3], Float32Array.of(1, -2, NaN, Infinity, 0.5, 3e38)),
  'b/ü': tensor([], Float32Array.of(7)),
};
const bytes = Buffer.concat([frameOf({ kind: 'first' }, tensors), frameOf({ kind: 'second' }, {})].flat());

function read(pieces: readonly Buffer[]): Reply[] {
  const replies: Reply[] = [];
  const reader = new FrameReader((reply) => replies.push(reply));
  for (const piece of pieces) reader.add(piece);
  return replies;
}

describe('frames', () => {
  it.each([1, 3, 64, 10_000])('are read from pieces of %i bytes as they were written', (size) => {
    const count = Math.ceil(bytes.length / size);
    const pieces = Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
    expect(read(pieces)).toEqual([
      { header: { kind: 'first' }, tensors },
      { header: { kind: 'second' }, tensors: {} },
    ]);
  });

  it('that are not whole are waited for', () => {
    expect(read([bytes.subarray(0, 30)])).toEqual([]);
  });

  it('hold views of larger buffers, and no more than them', () => {
    const whole = Int32Array.of(9, 1, 2, 9);
    const [, text, values] = frameOf({}, { x: intTensor([2], whole.subarray(1, 3)) });
    expect(JSON.parse(Buffer.from(text ?? []).toString())).toEqual({
      tensors: [{ name: 'x', dtype: 'i64', shape: [2] }],
    });
    expect([...new Int32Array(Uint8Array.from(values ?? []).buffer)]).toEqual([1, 2]);
  });
});
