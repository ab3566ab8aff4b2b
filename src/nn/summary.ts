/**
 * Summary of an architecture as a table: shapes, parameters and cost of each layer, for one input shape.
 */
import { sizeOf, type Shape } from '../core/tensor.js';
import type { Architecture, Layer } from './architecture.js';
import { submodulesOf } from './modules.js';
import { parametersOf } from './parameters.js';
import { layerShapes, type LayerShape } from './shapes.js';

export interface LayerSummary {
  /** Name in the `state_dict`, such as `stages.0.1.conv1.conv`. */
  readonly path: string;
  readonly kind: Layer['kind'];
  readonly input: Shape;
  readonly output: Shape;
  /** Number of trainable parameters. */
  readonly params: number;
  /** Multiply-accumulates of convolutions and linear layers, over the whole batch. */
  readonly macs: number;
}

export interface Summary {
  readonly layers: readonly LayerSummary[];
  readonly params: number;
  readonly macs: number;
}

/** Summarises an architecture for an input `[N, C, D, H, W]`. Throws `InfeasibleShape` if it is too small. */
export function summarise(architecture: Architecture, input: Shape): Summary {
  const layers = layerShapes(architecture, input).map((entry) => ({
    path: entry.path,
    kind: entry.layer.kind,
    input: entry.input,
    output: entry.output,
    params: paramsOf(entry.layer),
    macs: macsOf(entry),
  }));
  return {
    layers,
    params: layers.reduce((sum, layer) => sum + layer.params, 0),
    macs: layers.reduce((sum, layer) => sum + layer.macs, 0),
  };
}

function paramsOf(layer: Layer): number {
  const own = parametersOf(layer).filter((parameter) => parameter.trainable);
  const inner = submodulesOf(layer).reduce((sum, module) => sum + paramsOf(module.layer), 0);
  return own.reduce((sum, { shape }) => sum + sizeOf(shape), inner);
}

function macsOf({ layer, input, output }: LayerShape): number {
  switch (layer.kind) {
    case 'conv':
      return sizeOf(output) * (layer.inChannels / layer.groups) * sizeOf(layer.kernel);
    case 'linear':
      return sizeOf(output) * layer.inFeatures;
    case 'squeezeExcite':
      return 2 * (input[0] ?? 1) * layer.channels * layer.reduced;
    default:
      return 0;
  }
}
