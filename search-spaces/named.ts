/**
 * Published networks by name: genome, and the input and classes for which their figures are given.
 */
import type { Json } from '../src/core/json.js';
import type { Architecture } from '../src/nn/architecture.js';
import { linearHead, withHead } from '../src/nn/classifier.js';
import type { SearchSpace } from '../src/search/space.js';
import { searchSpaces } from './index.js';

/** Shape of a clip: `[channels, frames, height, width]`. */
export type ClipShape = readonly [number, number, number, number];

export interface NamedNetwork {
  readonly name: string;
  readonly space: SearchSpace<Json, Architecture>;
  readonly genome: Json;
  readonly input: ClipShape;
  readonly classes: number;
}

/** Input and classes in the papers: Tran et al. 2018; Feichtenhofer 2020, table 4; Kondratyuk et al. 2021, table 1. */
const PUBLISHED: Readonly<Record<string, { readonly input: ClipShape; readonly classes: number }>> = {
  'r3d-18': { input: [3, 16, 112, 112], classes: 400 },
  'mc3-18': { input: [3, 16, 112, 112], classes: 400 },
  'r2plus1d-18': { input: [3, 16, 112, 112], classes: 400 },
  'x3d-xs': { input: [3, 4, 160, 160], classes: 400 },
  'x3d-s': { input: [3, 13, 160, 160], classes: 400 },
  'x3d-m': { input: [3, 16, 224, 224], classes: 400 },
  'x3d-l': { input: [3, 16, 312, 312], classes: 400 },
  'movinet-a0': { input: [3, 50, 172, 172], classes: 600 },
};

export const namedNetworks: readonly NamedNetwork[] = Object.values(searchSpaces).flatMap((space) =>
  Object.entries(space.named ?? {}).map(([name, genome]) => ({
    name,
    space,
    genome,
    ...(PUBLISHED[name] ?? { input: [3, 16, 112, 112] as const, classes: 400 }),
  })),
);

/** Builds a genome of a space as a classifier of `classes`, with the space's own head if it has one. */
export function classifier(
  space: SearchSpace<Json, Architecture>,
  genome: Json,
  channels: number,
  classes: number,
): Architecture {
  if (space.classify !== undefined) return space.classify(genome, { channels }, classes);
  const encoder = space.build(genome, { channels });
  return withHead(encoder, linearHead(encoder.features, classes), classes);
}
