/**
 * A small cell space in 3D: one cell of four nodes and six edges, repeated over three widths.
 *
 * Source: Dong and Yang, "NAS-Bench-201", ICLR 2020 (arXiv 2001.00326), section 2.1; convolutions in 3D, and within
 * and across slices.
 */
import type { Architecture, Edge, Layer } from '../src/nn/architecture.js';
import { convBlock } from '../src/nn/blocks/index.js';
import { activation, batchNorm, conv3d, convNorm, sequence, stack } from '../src/nn/layers.js';
import { int, oneOf, ordered, record, type GenomeOf } from '../src/search/genes/index.js';
import { defineSpace } from '../src/search/space.js';

const operation = oneOf(['none', 'skip', 'conv1x1x1', 'conv3x3x3', 'conv1x3x3', 'conv3x1x1', 'avgpool3x3x3']);
type Operation = GenomeOf<typeof operation>;

/** Edges by name, as pairs of the nodes that they connect. */
const EDGES = {
  edge01: [0, 1],
  edge02: [0, 2],
  edge12: [1, 2],
  edge03: [0, 3],
  edge13: [1, 3],
  edge23: [2, 3],
} as const;
const LAST = 3;

const genome = record({
  /** Channels of the first stage; the others double them. */
  width: ordered([8, 12, 16, 24, 32]),
  /** Cells of each stage. */
  cells: int(1, 5),
  cell: record({
    edge01: operation,
    edge02: operation,
    edge12: operation,
    edge03: operation,
    edge13: operation,
    edge23: operation,
  }),
});

type Genome = GenomeOf<typeof genome>;

export const cell3d = defineSpace({
  name: 'cell3d',
  source: 'https://arxiv.org/abs/2001.00326',
  gene: genome,
  build: ({ width, cells, cell }, { channels }): Architecture => {
    const layers: Layer[] = [];
    for (const [stage, factor] of [1, 2, 4].entries()) {
      if (stage > 0) layers.push(reduction((width * factor) / 2, width * factor));
      for (let i = 0; i < cells; i++) layers.push(buildCell(cell, width * factor));
    }
    return {
      name: 'cell3d',
      inChannels: channels,
      encoder: sequence({
        stem: convNorm(channels, width, { kernel: [3, 3, 3] }),
        cells: stack(layers),
        norm: batchNorm(width * 4),
        act: activation('relu'),
      }),
      features: width * 4,
    };
  },
});

/** Halves all extents and doubles the channels. */
function reduction(inChannels: number, outChannels: number): Layer {
  const stride = [2, 2, 2] as const;
  return convBlock({ inChannels, outChannels, kernel: [3, 3, 3], stride, activation: 'relu', squeeze: 0 });
}

/** Builds a cell from the edges that hold a layer. */
function buildCell(cell: Genome['cell'], channels: number): Layer {
  const edges = Object.entries(EDGES).flatMap(([name, [from, to]]): Edge[] => {
    const layer = layerOf(cell[name as keyof typeof EDGES], channels);
    return layer === undefined ? [] : [{ name, from, to, layer }];
  });
  return {
    kind: 'cell',
    type: 'Cell',
    summary: 'Four nodes, each the sum of what reaches it (NAS-Bench-201; Dong and Yang 2020).',
    edges: onPaths(edges),
  };
}

function onPaths(edges: readonly Edge[]): readonly Edge[] {
  const forth = new Set([0]);
  for (const { from, to } of [...edges].sort((a, b) => a.to - b.to)) if (forth.has(from)) forth.add(to);
  const back = new Set([LAST]);
  for (const { from, to } of [...edges].sort((a, b) => b.from - a.from)) if (back.has(to)) back.add(from);
  return edges.filter(({ from, to }) => forth.has(from) && back.has(to));
}

function layerOf(operation: Operation, channels: number): Layer | undefined {
  switch (operation) {
    case 'none':
      return undefined;
    case 'skip':
      return activation('identity');
    case 'conv1x1x1':
      return convolution(channels, [1, 1, 1]);
    case 'conv3x3x3':
      return convolution(channels, [3, 3, 3]);
    case 'conv1x3x3':
      return convolution(channels, [1, 3, 3]);
    case 'conv3x1x1':
      return convolution(channels, [3, 1, 1]);
    case 'avgpool3x3x3':
      return { kind: 'avgPool', kernel: [3, 3, 3], stride: [1, 1, 1], padding: [1, 1, 1] };
  }
}

/** Convolution with the activation first, as in NAS-Bench-201. */
function convolution(channels: number, kernel: readonly [number, number, number]): Layer {
  return sequence(
    { act: activation('relu'), conv: conv3d(channels, channels, { kernel }), norm: batchNorm(channels) },
    { type: 'ActConvNorm', summary: 'Activation, 3D convolution and batch normalisation.' },
  );
}
