/**
 * Layers that PyTorch has itself, as terms: the one table from layers to `torch.nn`.
 *
 * They exist in PyTorch 1.13 and later. Nothing works in place: a layer's input may be a shortcut's input too.
 */
import type { Triple } from '../../core/tensor.js';
import type { Activation, LayerOf } from '../../nn/architecture.js';
import { numberTerm, tripleTerm, type Argument, type ModuleTerm, type Term } from './terms.js';

const ACTIVATIONS: Readonly<Record<Activation | 'hardsigmoid', string>> = {
  relu: 'nn.ReLU',
  silu: 'nn.SiLU',
  gelu: 'nn.GELU',
  hardswish: 'nn.Hardswish',
  sigmoid: 'nn.Sigmoid',
  hardsigmoid: 'nn.Hardsigmoid',
  identity: 'nn.Identity',
};

export function torchActivation(name: Activation | 'hardsigmoid'): ModuleTerm {
  return call(ACTIVATIONS[name], []);
}

export function torchConv(layer: LayerOf<'conv'>): ModuleTerm {
  return call('nn.Conv3d', [
    channels('in_channels', layer.inChannels),
    channels('out_channels', layer.outChannels),
    { name: 'kernel_size', role: 'kernel', value: tripleTerm(layer.kernel) },
    { name: 'stride', role: 'stride', value: tripleTerm(layer.stride), default: tripleTerm([1, 1, 1]) },
    { name: 'padding', role: 'padding', value: tripleTerm(layer.padding), default: tripleTerm([0, 0, 0]) },
    { name: 'groups', role: 'groups', value: numberTerm(layer.groups), default: numberTerm(1) },
    flag('bias', layer.bias, true),
  ]);
}

export function torchLinear(layer: LayerOf<'linear'>): ModuleTerm {
  return call('nn.Linear', [
    channels('in_features', layer.inFeatures),
    channels('out_features', layer.outFeatures),
    flag('bias', layer.bias, true),
  ]);
}

export function torchBatchNorm(layer: LayerOf<'batchNorm'>): ModuleTerm {
  return call('nn.BatchNorm3d', [
    channels('num_features', layer.channels),
    { name: 'eps', role: 'setting', value: numberTerm(layer.epsilon), default: numberTerm(1e-5) },
    { name: 'momentum', role: 'setting', value: numberTerm(layer.momentum), default: numberTerm(0.1) },
  ]);
}

export function torchGroupNorm(layer: LayerOf<'groupNorm'>): ModuleTerm {
  return call('nn.GroupNorm', [
    { name: 'num_groups', role: 'setting', value: numberTerm(layer.groups), positional: true },
    channels('num_channels', layer.channels),
    { name: 'eps', role: 'setting', value: numberTerm(layer.epsilon), default: numberTerm(1e-5) },
  ]);
}

export function torchPool(layer: LayerOf<'maxPool'> | LayerOf<'avgPool'>): ModuleTerm {
  const window = (name: string, role: 'kernel' | 'stride' | 'padding', value: Triple): Argument<Term> => ({
    name,
    role,
    value: tripleTerm(value),
  });
  return call(layer.kind === 'maxPool' ? 'nn.MaxPool3d' : 'nn.AvgPool3d', [
    window('kernel_size', 'kernel', layer.kernel),
    window('stride', 'stride', layer.stride),
    { ...window('padding', 'padding', layer.padding), default: tripleTerm([0, 0, 0]) },
  ]);
}

/** `[N, C, D, H, W]` → `[N, C]`. */
export function torchGlobalPool(): ModuleTerm {
  const size: Argument<Term> = {
    name: 'output_size',
    role: 'setting',
    value: numberTerm(1),
    positional: true,
  };
  return torchSequential([call('nn.AdaptiveAvgPool3d', [size]), call('nn.Flatten', [])]);
}

/** A parameter of shape [1] that starts at zero. */
export function torchScalar(): ModuleTerm {
  const shape: Argument<Term> = { name: 'size', role: 'setting', value: numberTerm(1), positional: true };
  const zero: Argument<Term> = {
    name: 'data',
    role: 'setting',
    value: call('torch.zeros', [shape]),
    positional: true,
  };
  return call('nn.Parameter', [zero]);
}

/** `nn.Sequential(a, b)`: submodules are named by position. */
export function torchSequential(modules: readonly Term[]): ModuleTerm {
  return call(
    'nn.Sequential',
    modules.map((value, index) => ({ name: String(index), role: 'module', value, positional: true })),
  );
}

/** `nn.Sequential(OrderedDict(a=…, b=…))`: submodules with names, but no class of their own. */
export const NAMED_SEQUENTIAL = 'nn.Sequential(OrderedDict)';

export function torchNamedSequential(
  modules: readonly { readonly name: string; readonly value: Term }[],
): ModuleTerm {
  return call(
    NAMED_SEQUENTIAL,
    modules.map(({ name, value }) => ({ name, role: 'module', value })),
  );
}

function call(callee: string, args: readonly Argument<Term>[]): ModuleTerm {
  return { kind: 'module', callee, args };
}

function channels(name: string, value: number): Argument<Term> {
  return { name, role: 'channels', value: numberTerm(value), positional: true };
}

function flag(name: string, value: boolean, otherwise: boolean): Argument<Term> {
  return {
    name,
    role: 'setting',
    value: { kind: 'flag', value },
    default: { kind: 'flag', value: otherwise },
  };
}
