/**
 * Normalisation layers of an architecture replaced by those of another kind.
 *
 * Batch normalisation ties the samples of a batch together: what one process computes from 8 crops, two cannot compute from
 * 4 each without exchanging statistics. Group and layer normalisation look at one sample at a time.
 *
 * Source: Wu and He, "Group Normalization", ECCV 2018 (arXiv 1803.08494), sections 3.1 and 4.1. They use 32 groups in
 * networks of 64 channels and more; in narrower ones that leaves too few channels to a group, so each keeps at least 8.
 * Layer normalisation of a feature map is, as there, that of one group: over all channels and voxels of a sample.
 */
import { z } from 'zod';
import type { Architecture, Layer, LayerOf, Named } from './architecture.js';

export type Norm = 'batch' | 'group' | 'layer';

export const norms = ['batch', 'group', 'layer'] as const satisfies readonly Norm[];

export const NormName = z.enum(norms);

/** Most groups. */
const GROUPS = 32;
/** Fewest channels of a group. */
const CHANNELS = 8;

/** The largest number of groups, at most 32, that divides the channels and leaves each group at least 8 of them. */
export function groupsOf(channels: number): number {
  for (let groups = Math.min(GROUPS, Math.floor(channels / CHANNELS)); groups > 1; groups--) {
    if (channels % groups === 0) return groups;
  }
  return 1;
}

/** The architecture with every batch norm replaced; itself for `batch`, and where the norm is left open. */
export function withNorm(architecture: Architecture, norm: Norm = 'batch'): Architecture {
  if (norm === 'batch') return architecture;
  return { ...architecture, encoder: replaced(architecture.encoder, norm) };
}

type Replacing = Exclude<Norm, 'batch'>;

function replaced(layer: Layer, norm: Replacing): Layer {
  switch (layer.kind) {
    case 'batchNorm':
      return normOf(layer, norm);
    case 'sequence':
      return { ...layer, ...summaryOf(layer, norm), children: namedOf(layer.children, norm) };
    case 'residual':
      return {
        ...layer,
        ...summaryOf(layer, norm),
        body: replaced(layer.body, norm),
        ...(layer.shortcut === undefined ? {} : { shortcut: replaced(layer.shortcut, norm) }),
      };
    case 'cell':
      return { ...layer, ...summaryOf(layer, norm), edges: namedOf(layer.edges, norm) };
    default:
      return layer;
  }
}

function normOf(
  { channels, epsilon, initialScale }: LayerOf<'batchNorm'>,
  norm: Replacing,
): LayerOf<'groupNorm'> {
  return {
    kind: 'groupNorm',
    channels,
    groups: norm === 'group' ? groupsOf(channels) : 1,
    epsilon,
    ...(initialScale === undefined ? {} : { initialScale }),
  };
}

function namedOf<T extends Named>(children: readonly T[], norm: Replacing): readonly T[] {
  return children.map((child) => ({ ...child, layer: replaced(child.layer, norm) }));
}

/** A type's docstring names the norm in it. */
function summaryOf(
  { summary }: { readonly summary?: string },
  norm: Replacing,
): { readonly summary?: string } {
  return summary === undefined
    ? {}
    : { summary: summary.replace('batch normalisation', `${norm} normalisation`) };
}
