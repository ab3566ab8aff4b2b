/**
 * An encoder of colours made one of grey scans: its first convolution takes one channel, with weights summed over the
 * colours. It computes what the encoder of colours would, were the grey given to each of them.
 */
import { present } from '../core/errors.js';
import { sizeOf, tensor, type Tensor, type TensorMap } from '../core/tensor.js';
import type { Architecture, Layer, LayerOf } from '../nn/architecture.js';
import { joinPath } from '../nn/modules.js';

/** True if all that sees the input is one convolution of all channels at once. */
export function hasColourStem({ encoder }: Architecture): boolean {
  return stemOf(encoder, '') !== undefined;
}

/** The architecture with one input channel; throws where `hasColourStem` is false. */
export function greyArchitecture(architecture: Architecture): Architecture {
  return { ...architecture, inChannels: 1, encoder: withGreyStem(architecture.encoder) };
}

/** The weights of the grey architecture, named as in the `state_dict`, from those of the one of colours. */
export function greyWeights(architecture: Architecture, weights: TensorMap): TensorMap {
  const name = joinPath(present(stemOf(architecture.encoder, ''), 'a stem').path, 'weight');
  return { ...weights, [name]: summedOverInputs(present(weights[name], name)) };
}

/** `[out, in, …]` → `[out, 1, …]`. */
function summedOverInputs({ shape, data }: Tensor): Tensor {
  const [outputs = 1, inputs = 1, ...kernel] = shape;
  const size = sizeOf(kernel);
  const sums = new Float64Array(outputs * size);
  for (let i = 0; i < data.length; i++) {
    const at = Math.floor(i / (inputs * size)) * size + (i % size);
    sums[at] = (sums[at] as number) + (data[i] as number);
  }
  return tensor([outputs, 1, ...kernel], Float32Array.from(sums));
}

interface Stem {
  readonly path: string;
  readonly layer: LayerOf<'conv'>;
}

/** The convolution that stands first along sequences; undefined where something else does. */
function stemOf(layer: Layer, path: string): Stem | undefined {
  if (layer.kind === 'conv') return layer.groups === 1 ? { path, layer } : undefined;
  const first = layer.kind === 'sequence' ? layer.children[0] : undefined;
  return first && stemOf(first.layer, joinPath(path, first.name));
}

function withGreyStem(layer: Layer): Layer {
  if (layer.kind === 'conv') return { ...layer, inChannels: 1 };
  if (layer.kind !== 'sequence') throw new Error(`the stem is no convolution but ${layer.kind}`);
  const [first, ...others] = layer.children;
  const stem = present(first, 'a first layer');
  return { ...layer, children: [{ ...stem, layer: withGreyStem(stem.layer) }, ...others] };
}
