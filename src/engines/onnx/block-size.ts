/**
 * The number of channels that the processor's kernels take at once: 16 with AVX-512, 8 with AVX2, 1 where ONNX Runtime has no
 * such kernels for it. Asked of the runtime itself, once per process.
 */
import { BLOCKED } from './lowerings/lowering.js';
import { graphProto, modelBytes, valueInfo } from './model.js';
import { TensorProto_DataType as Type } from './proto/onnx_pb.js';
import { floats, openModel } from './runtime.js';
import { OnnxWriter } from './writer.js';

let known: Promise<number> | undefined;

export function blockSize(): Promise<number> {
  return (known ??= measure().catch(() => 1));
}

/** Four channels come back filled up to a block. */
async function measure(): Promise<number> {
  const out = new OnnxWriter();
  const x = { name: 'x', shape: [1, 4, 1, 1] };
  const y = out.copy(out.op('ReorderInput', [x], x.shape, {}, BLOCKED), 'y');
  const inputs = [valueInfo(x.name, Type.FLOAT, x.shape)];
  const graph = graphProto('block', out, inputs, [valueInfo(y.name, Type.FLOAT, [1, 'block', 1, 1])]);
  const session = await openModel(modelBytes(graph), { device: 'cpu', threads: 1 });
  try {
    const results = await session.run({ x: floats(new Float32Array(4), [1, 4, 1, 1]) });
    const block = results['y']?.dims[1] ?? 1;
    return block >= 8 ? block : 1;
  } finally {
    await session.release();
  }
}
