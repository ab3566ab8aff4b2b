/**
 * Dense prediction from an encoder's last feature map: a 1×1×1 convolution whose channels become voxels.
 *
 * Depth to space (Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution", section 3.2), so that any
 * encoder can be asked to draw, whatever its strides. It holds nothing that could solve the task by itself.
 */
import type { Triple } from '../../src/core/tensor.js';
import type { Builder } from '../../src/ir/builder.js';
import type { Value } from '../../src/ir/graph.js';

/** Finer steps than this per feature would only make the head large; voxels beyond share a value. */
const finest = 4;

/** `[N, F, d, h, w]` → `[N, channels, ...size]`. */
export function decode(builder: Builder, features: Value, channels: number, size: Triple): Value {
  const [n = 1, width = 1, ...grid] = features.shape;
  const factor = size.map((extent, axis) => Math.ceil(extent / (grid[axis] ?? 1)));
  const fine = factor.map((f) => Math.min(f, finest));
  const coarse = factor.map((f, axis) => Math.ceil(f / (fine[axis] ?? 1)));
  const outputs = channels * fine.reduce((product, f) => product * f, 1);
  const weight = builder.parameter('head.draw.weight', [outputs, width, 1, 1, 1], {
    kind: 'normal',
    deviation: Math.sqrt(1 / width),
  });
  const bias = builder.parameter(
    'head.draw.bias',
    [1, outputs, 1, 1, 1],
    { kind: 'constant', value: 0 },
    { decay: false },
  );
  const unit = [1, 1, 1];
  const drawn = builder.add(builder.conv(features, weight, { stride: unit, padding: [0, 0, 0] }), bias);
  const voxels = spread(builder, drawn, n * channels, fine as unknown as Triple, grid as unknown as Triple);
  const full = repeat(builder, voxels, coarse as unknown as Triple);
  const cut = builder.slice(full, [0, 0, 0, 0], [n * channels, ...size]);
  return builder.reshape(cut, [n, channels, ...size]);
}

/** `[M·a·b·c, d, h, w]` → `[M, d·a, h·b, w·c]`; no intermediate has more than four axes. */
function spread(builder: Builder, x: Value, m: number, [a, b, c]: Triple, [d, h, w]: Triple): Value {
  const alongW = builder.transpose(builder.reshape(x, [m * a * b, c, d * h * w]), [0, 2, 1]);
  const alongH = builder.transpose(builder.reshape(alongW, [m * a, b, d * h, w * c]), [0, 2, 1, 3]);
  const alongD = builder.transpose(builder.reshape(alongH, [m, a, d, h * b * w * c]), [0, 2, 1, 3]);
  return builder.reshape(alongD, [m, d * a, h * b, w * c]);
}

/** Each voxel of `[M, D, H, W]` becomes a box of `times` equal ones. */
function repeat(builder: Builder, x: Value, times: Triple): Value {
  return times.reduce((value, count, axis) => {
    if (count === 1) return value;
    const shape = value.shape;
    const [before, after] = [shape.slice(0, axis + 2), shape.slice(axis + 2)];
    const rows = before.reduce((product, extent) => product * extent, 1);
    const columns = after.reduce((product, extent) => product * extent, 1);
    const wide = builder.broadcastTo(builder.reshape(value, [rows, 1, columns]), [rows, count, columns]);
    return builder.reshape(
      wide,
      shape.map((extent, i) => (i === axis + 1 ? extent * count : extent)),
    );
  }, x);
}
