/**
 * Feeds on their way into the runtime: checked against what the graph expects.
 */
import type { AnyTensor, Shape } from '../../core/tensor.js';
import type { InputSpec } from '../../ir/graph.js';
import type { Feeds } from '../engine.js';
import { ort } from './runtime.js';

/** `leading` axes come before the shape that the graph declares. */
export function feedTensors(
  specs: readonly InputSpec[],
  feeds: Feeds,
  leading: Shape,
): Record<string, ort.Tensor> {
  return Object.fromEntries(specs.map((spec) => [spec.name, feedTensor(spec, feeds[spec.name], leading)]));
}

function feedTensor(
  { name, shape, dtype }: InputSpec,
  fed: AnyTensor | undefined,
  leading: Shape,
): ort.Tensor {
  const expected = [...leading, ...shape];
  if (!fed) throw new Error(`no feed for input ${name} of shape [${expected.join(', ')}]`);
  if (fed.dtype !== dtype || fed.shape.join() !== expected.join()) {
    const [given, wanted] = [fed.shape.join(', '), expected.join(', ')];
    throw new Error(`input ${name} needs ${dtype}[${wanted}], got ${fed.dtype}[${given}]`);
  }
  return fed.dtype === 'f32'
    ? new ort.Tensor('float32', fed.data, expected)
    : new ort.Tensor('int32', fed.data, expected);
}
