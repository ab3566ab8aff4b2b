/** Mirrors volumes in place. */
import type { Triple } from '../../src/core/tensor.js';

/** Mirrors every channel of `voxels` `[C, ...size]` along `axis` of its size. */
export function flip(voxels: Float32Array, size: Triple, axis: 0 | 1 | 2): void {
  const extent = size[axis];
  const inner = size.slice(axis + 1).reduce((product, side) => product * side, 1);
  for (let start = 0; start < voxels.length; start += extent * inner) {
    for (let i = 0; i < Math.floor(extent / 2); i++) {
      const [a, b] = [start + i * inner, start + (extent - 1 - i) * inner];
      for (let k = 0; k < inner; k++) {
        const held = voxels[a + k] ?? 0;
        voxels[a + k] = voxels[b + k] ?? 0;
        voxels[b + k] = held;
      }
    }
  }
}
