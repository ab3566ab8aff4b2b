/**
 * Groups of candidates that `bench:search` evaluates: searches that ship, and each of the other search spaces at a size
 * that a search of clips or volumes would use.
 */
import { readFileSync } from 'node:fs';
import { packageFile } from '../../src/core/package-files.js';
import { experimentFrom } from '../../src/experiment/read.js';
import type { Experiment } from '../../src/experiment/schema.js';
import { scores } from './scores.js';

export interface Group {
  readonly name: string;
  /** Number of candidates, the first of the search. */
  readonly candidates: number;
  readonly experiment: Experiment;
  /** Scores that the search was told, by candidate number; see `genomes.ts`. */
  readonly scores: readonly number[];
  /** What the candidates are trained on, in a few words. */
  readonly about: string;
}

/** Founders of a space: a random search, whose genomes depend on no score. */
const founders = (space: string): object => ({ space, strategy: { name: 'random' } });

const cube = {
  proxyTask: { name: 'mae3d', options: { size: 24, block: 8, ratio: 0.6 } },
  scans: { spacing: 3 },
};

export const groups: readonly Group[] = [
  group('quickstart', 'quickstart', 32, 'puzzles of 10³ patches, 25 steps'),
  group('ct-mr-search', 'ct-mr-search', 24, 'puzzles of 12³ patches, 200 steps'),
  group('cell3d', 'quickstart', 12, 'puzzles of 10³ patches, 25 steps', founders('cell3d')),
  group('video-resnet', 'slabs', 12, 'masked volumes of 24³, 60 steps', {
    ...founders('video-resnet'),
    ...cube,
  }),
  group('x3d', 'cine', 12, 'masked clips of 8×32×32, 60 steps', founders('x3d')),
  group('movinet', 'cine', 12, 'masked clips of 8×32×32, 60 steps', founders('movinet')),
  group('evanet', 'cine', 12, 'masked clips of 8×32×32, 60 steps', founders('evanet')),
  group('cine', 'cine', 8, 'masked clips of 8×32×32, 60 steps'),
];

/** The first candidates of an experiment that ships, some of its keys replaced. */
function group(name: string, file: string, candidates: number, about: string, changes: object = {}): Group {
  const path = `experiments/${file}.json`;
  const content = JSON.parse(readFileSync(packageFile(path), 'utf8')) as object;
  const where = { engine: 'onnx', device: 'cpu', threads: 1, candidates };
  const experiment = experimentFrom({ ...content, ...changes, ...where, name }, path, process.cwd());
  return { name, candidates, experiment, about, scores: scores[name] ?? [] };
}
