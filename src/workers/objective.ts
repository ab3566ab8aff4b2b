/**
 * Scores a trained encoder by its experiment's objective: frozen features of labelled crops, computed on the CPU whatever
 * device trained it, and a head for each inner fold. With one thread for the heads, since sums may differ with their number.
 */
import { PROXY_SCORE, WORST_GROUP, type ProbeValue, type TrainingOutcome } from '../core/records.js';
import { sizeOf, type Tensor, type TensorMap } from '../core/tensor.js';
import { answerByFolds } from '../downstream/objective/inner-folds.js';
import type { OutcomeSet } from '../downstream/objective/outcome-set.js';
import { objectiveScore, type ObjectiveScore } from '../downstream/objective/score.js';
import { featuresOf, meanOverTiles } from '../downstream/training/encode.js';
import type { ScanInputs } from '../downstream/training/rows.js';
import { onnxEngine } from '../engines/onnx/index.js';
import type { ResolvedObjective } from '../experiment/objective.js';
import type { Architecture } from '../nn/architecture.js';
import { Interrupted } from '../pretrain/pretrain.js';
import { encoderWeights } from './probe.js';

export interface ObjectiveJob {
  readonly objective: ResolvedObjective;
  readonly set: OutcomeSet;
  /** The experiment's: heads of all candidates are fitted alike. */
  readonly seed: number;
  /** Of the encoder's inference. */
  readonly threads: number;
  readonly interrupted: () => boolean;
}

export interface ScoredOutcome {
  readonly score: number;
  readonly probes: readonly ProbeValue[];
}

/** A training that diverged has the worst score. */
export async function scoreByOutcome(
  architecture: Architecture,
  { weights, score: proxy }: TrainingOutcome,
  job: ObjectiveJob,
): Promise<ScoredOutcome> {
  const { objective, set, seed, interrupted } = job;
  const { task, head, metric } = objective;
  const place = { engine: onnxEngine, device: 'cpu', threads: 1 };
  const key = ['objective', seed];
  const table =
    weights === undefined
      ? null
      : await answerByFolds({
          task,
          head,
          set,
          place,
          key,
          interrupted,
          features: await frozenFeatures(architecture, weights, job),
        });
  return scoredOutcome(objectiveScore(table, metric, set.groups), objective, proxy);
}

function scoredOutcome(
  { overall, groups, worstGroup }: ObjectiveScore,
  { metric, scoresWorstGroup }: ResolvedObjective,
  proxy: number,
): ScoredOutcome {
  const plain = (name: string, value: number): ProbeValue => ({ name, value, low: null, high: null });
  return {
    score: scoresWorstGroup && worstGroup !== null ? worstGroup : overall,
    probes: [
      plain(PROXY_SCORE, proxy),
      plain(metric, overall),
      ...(worstGroup === null ? [] : [plain(WORST_GROUP, worstGroup)]),
      ...Object.entries(groups).map(([name, value]) => plain(`group ${name}`, value)),
    ],
  };
}

/** Of the rows `[N, F]`: the mean over the crops of each. */
async function frozenFeatures(
  architecture: Architecture,
  trained: TensorMap,
  { set: { shape, voxels, tiles }, threads, interrupted }: ObjectiveJob,
): Promise<Tensor> {
  const [, ...crop] = shape;
  const size = sizeOf(crop);
  let first = 0;
  const firsts = tiles.map((count) => (first += count) - count);
  const scans: ScanInputs = {
    shape: crop,
    tiles: (row) => tiles[row] ?? 0,
    fill: (row, view, into) => {
      if (interrupted()) throw new Interrupted();
      const at = (firsts[row] ?? 0) + ('tile' in view ? view.tile : 0);
      into.set(voxels.subarray(at * size, (at + 1) * size));
    },
  };
  const place = { engine: onnxEngine, device: 'cpu', threads };
  const encoder = { architecture, weights: encoderWeights(trained) };
  const { features } = await featuresOf(encoder, scans, tiles.length, place);
  return meanOverTiles(features, tiles);
}
