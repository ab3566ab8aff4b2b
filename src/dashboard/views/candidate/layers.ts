/** The layers of a candidate's encoder as rows: shapes, costs, and what each reads. */
import type { Shape } from '../../../core/tensor.js';
import type { Architecture } from '../../../nn/architecture.js';
import { summarise } from '../../../nn/summary.js';
import { NETWORK_INPUT, wiringOf } from '../../../nn/wiring.js';
import type { LayerRow } from '../types.js';

/** `input`: `[C, D, H, W]` of one sample. Throws where that is too small for the architecture. */
export function layerRows(architecture: Architecture, input: Shape): readonly LayerRow[] {
  const { layers } = summarise(architecture, [1, ...input]);
  let next = 0;
  const rows: LayerRow[] = [];
  for (const { path, kind, sum, reads } of wiringOf(architecture)) {
    const inputs = reads.every((one) => one === NETWORK_INPUT) ? [] : reads;
    const name = path === '' ? 'encoder' : path;
    if (sum !== undefined) {
      const [first = NETWORK_INPUT] = reads;
      const shape = rows[first]?.shape ?? input;
      const own = sum === 'identity' ? 'add' : `add, ${sum}`;
      rows.push({ name, kind: own, shape, params: 0, macs: 0, inputs });
      continue;
    }
    const layer = layers[next++];
    if (layer?.path !== path) throw new Error(`the wiring meets ${path}, the shapes ${layer?.path}`);
    const { output, params, macs } = layer;
    rows.push({ name, kind, shape: output.slice(1), params, macs, inputs });
  }
  return rows;
}
