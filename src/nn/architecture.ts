/**
 * The architecture: a readable tree of named layers with all widths resolved.
 *
 * It is the step between genome and graph. `build.ts` turns it into graph nodes, `src/export` into PyTorch modules;
 * both walk the same tree, so that the trained network is the exported one. All kernels, strides and paddings are
 * `[depth, height, width]`; tensors are `[N, C, D, H, W]`.
 */
import type { Triple } from '../core/tensor.js';

export type Activation = 'relu' | 'silu' | 'gelu' | 'hardswish' | 'sigmoid' | 'identity';

/** Window that slides over D, H, W, with symmetric padding. */
export interface PoolWindow {
  readonly kernel: Triple;
  readonly stride: Triple;
  readonly padding: Triple;
}

export type Layer =
  | {
      readonly kind: 'conv';
      readonly inChannels: number;
      readonly outChannels: number;
      readonly kernel: Triple;
      readonly stride: Triple;
      /** Symmetric zero padding. */
      readonly padding: Triple;
      readonly groups: number;
      readonly bias: boolean;
    }
  /**
   * Batch normalisation over N, D, H, W with running statistics (Ioffe & Szegedy 2015). As in PyTorch,
   * `momentum` is the weight of the new batch in the running statistics.
   */
  | {
      readonly kind: 'batchNorm';
      readonly channels: number;
      readonly epsilon: number;
      readonly momentum: number;
      /** Initial scale, 1 by default. Zero makes a residual block start as its shortcut. */
      readonly initialScale?: number;
    }
  /**
   * Normalisation of each sample by itself, over D, H, W and the channels of a group (Wu & He 2018), alike in training
   * and inference. One group is layer normalisation.
   */
  | {
      readonly kind: 'groupNorm';
      readonly channels: number;
      /** Divides the channels. */
      readonly groups: number;
      readonly epsilon: number;
      /** Initial scale, 1 by default. */
      readonly initialScale?: number;
    }
  | { readonly kind: 'activation'; readonly function: Activation }
  | {
      readonly kind: 'linear';
      readonly inFeatures: number;
      readonly outFeatures: number;
      readonly bias: boolean;
    }
  | ({ readonly kind: 'maxPool' } & PoolWindow)
  /** Averages include the padding, as PyTorch's do by default. */
  | ({ readonly kind: 'avgPool' } & PoolWindow)
  /** Mean over D, H, W: `[N, C, D, H, W]` → `[N, C]`. */
  | { readonly kind: 'globalPool' }
  /** Layers one after another; a `type` makes it a class of its own in exported code. */
  | {
      readonly kind: 'sequence';
      readonly type?: string;
      /** One line on the type: its docstring in exported code. */
      readonly summary?: string;
      readonly children: readonly Named[];
    }
  /**
   * `activation(body(x) + shortcut(x))`; an absent shortcut is the identity. With a `type` and a body that is
   * a plain sequence, the body's layers belong to the block itself (`block.conv1`, not `block.body.conv1`).
   */
  | {
      readonly kind: 'residual';
      readonly type?: string;
      readonly summary?: string;
      readonly body: Layer;
      readonly shortcut?: Layer;
      readonly activation: Activation;
    }
  /** Squeeze and excitation (Hu et al. 2018): `x · sigmoid(expand(activation(reduce(mean(x)))))`. */
  | {
      readonly kind: 'squeezeExcite';
      readonly channels: number;
      readonly reduced: number;
      readonly activation: Activation;
      readonly gate: 'sigmoid' | 'hardsigmoid';
    }
  /** Multiplication by one learned number that starts at 0 (ReZero; Bachlechner et al. 2021). */
  | { readonly kind: 'scale' }
  /**
   * Layers along the edges of an acyclic graph: node 0 is the input, every other node the sum of its incoming
   * edges, the last node the output (a cell of NAS-Bench-201, Dong & Yang 2020; parallel branches).
   */
  | {
      readonly kind: 'cell';
      readonly type?: string;
      readonly summary?: string;
      readonly edges: readonly Edge[];
    };

/** Edge from a lower node to a higher one; every node between input and output has edges that enter and leave it. */
export interface Edge extends Named {
  readonly from: number;
  readonly to: number;
}

export interface Named {
  /**
   * Name, unique among its siblings; it becomes part of the weights' names. A Python identifier, or, for all
   * children of a plain sequence, the position: '0', '1', … (an `nn.Sequential`).
   */
  readonly name: string;
  readonly layer: Layer;
}

export interface Architecture {
  readonly name: string;
  readonly inChannels: number;
  /** `[N, inChannels, D, H, W]` → `[N, features, d, h, w]`. Children are stem and stages. */
  readonly encoder: Layer;
  /** Channels of the encoder's output. */
  readonly features: number;
}

/** Layer of one kind. */
export type LayerOf<K extends Layer['kind']> = Extract<Layer, { readonly kind: K }>;
