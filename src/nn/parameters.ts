/**
 * Tensors that a layer holds, with PyTorch's names and shapes, and their initial values.
 *
 * Convolutions: He et al. 2015, fan out; linear layers: fan in, as PyTorch does; norms: 1 and 0. Weight
 * decay falls on the weights of convolutions and linear layers only (Goyal et al. 2017, section 3).
 */
import { sizeOf } from '../core/tensor.js';
import type { Initialiser, ParameterSpec } from '../ir/graph.js';
import type { Architecture, Layer } from './architecture.js';
import { joinPath, walk } from './modules.js';

/** Parameters of a layer itself, not of its submodules; names are relative to the layer. */
export function parametersOf(layer: Layer): readonly ParameterSpec[] {
  switch (layer.kind) {
    case 'conv': {
      const { inChannels, outChannels, kernel, groups } = layer;
      const fanOut = (outChannels * sizeOf(kernel)) / groups;
      const shape = [outChannels, inChannels / groups, ...kernel];
      return [
        weight('weight', shape, { kind: 'normal', deviation: Math.sqrt(2 / fanOut) }, true),
        ...(layer.bias ? [weight('bias', [outChannels], constant(0), false)] : []),
      ];
    }
    case 'linear': {
      const { inFeatures, outFeatures } = layer;
      const bound = 1 / Math.sqrt(inFeatures);
      return [
        weight('weight', [outFeatures, inFeatures], { kind: 'uniform', bound }, true),
        ...(layer.bias ? [weight('bias', [outFeatures], constant(0), false)] : []),
      ];
    }
    case 'batchNorm': {
      const shape = [layer.channels];
      return [
        weight('weight', shape, constant(layer.initialScale ?? 1), false),
        weight('bias', shape, constant(0), false),
        { ...weight('running_mean', shape, constant(0), false), trainable: false },
        { ...weight('running_var', shape, constant(1), false), trainable: false },
      ];
    }
    case 'groupNorm':
      return [
        weight('weight', [layer.channels], constant(layer.initialScale ?? 1), false),
        weight('bias', [layer.channels], constant(0), false),
      ];
    case 'scale':
      return [weight('weight', [1], constant(0), false)];
    default:
      return [];
  }
}

/** All of an architecture's tensors, named as in the `state_dict` of its encoder. */
export function encoderParameters(architecture: Architecture): readonly ParameterSpec[] {
  return [...walk(architecture.encoder)].flatMap(({ path, layer }) =>
    parametersOf(layer).map((parameter) => ({ ...parameter, name: joinPath(path, parameter.name) })),
  );
}

/** Number of trainable parameters in the encoder. */
export function countParameters(architecture: Architecture): number {
  return encoderParameters(architecture)
    .filter((parameter) => parameter.trainable)
    .reduce((total, parameter) => total + sizeOf(parameter.shape), 0);
}

function weight(
  name: string,
  shape: readonly number[],
  initialiser: Initialiser,
  decay: boolean,
): ParameterSpec {
  return { name, shape, initialiser, trainable: true, decay };
}

function constant(value: number): Initialiser {
  return { kind: 'constant', value };
}
