/** Made-up outcomes of trainings, with all that a database keeps of one: curves, probes, weights taken over, failures. */
import type { Rng } from '../../src/core/random.js';
import type { Genome, Provenance } from '../../src/core/records.js';
import type { EvaluationRecord, Measured } from '../../src/store/index.js';

/** Steps of a training, as in the experiment on CT and MR that is shipped. */
const STEPS = 200;

interface Trained {
  readonly number: number;
  readonly score: number;
  /** Null: a repetition, which always ends well and starts from scratch. */
  readonly genome: Genome | null;
  /** Number of the parent that weights were taken from. */
  readonly from: number | null;
}

/** Of a hundred candidates of a search four are infeasible, and two fail at every attempt. */
export function madeUpEvaluation(rng: Rng, { number, score, genome, from }: Trained): EvaluationRecord {
  const luck = genome === null ? 1 : rng.float();
  const worker = `machine-${1 + rng.int(8)}`;
  const common = { rung: 0, seed: 1, engine: 'onnx', device: 'cpu', worker, artifact: null, inherited: null };
  const without = { ...common, steps: 0, score: null, seconds: 0 };
  if (luck < 0.04)
    return {
      ...without,
      status: 'infeasible',
      error: `needs ${1 + number} MB, more than 512 MB`,
      attempts: 0,
    };
  if (luck < 0.06)
    return {
      ...without,
      status: 'failed',
      error: `worker 3 ended with signal SIGKILL while it trained candidate ${number}; it was given up after 3 attempts`,
      attempts: 3,
    };
  return {
    ...common,
    steps: STEPS,
    status: 'done',
    score,
    error: null,
    attempts: 1,
    seconds: rng.uniform(5, 60),
    peakBytes: 100_000_000 + rng.int(400_000_000),
    processorClass: 'avx2',
    inherited: from === null ? null : JSON.stringify({ from, tensors: tensors(rng) }),
  };
}

/** Lines of loss and score over all steps, as long as a training's; of one in ten a probe. */
export function madeUpMeasures(rng: Rng, { status, score }: EvaluationRecord): Measured {
  if (status !== 'done' || score === null) return { curves: [] };
  const steps = Array.from({ length: STEPS }, (_, step) => step);
  const towards = (end: number): number[] =>
    steps.map((step) => Math.fround(end * (step / STEPS) * rng.uniform(0.8, 1.2)));
  const curves = [
    { name: 'train/loss', steps, values: towards(-2).map((value) => Math.fround(3.2 + value)) },
    { name: 'train/accuracy', steps, values: towards(score) },
    { name: 'validation/loss', steps: [STEPS], values: [Math.fround(3.2 - 2 * score)] },
    { name: 'validation/accuracy', steps: [STEPS], values: [score] },
  ];
  const [low, value, high] = [rng.float(), rng.float(), rng.float()].sort((a, b) => a - b);
  const probe = { name: 'ridge', value: value ?? 0, low: low ?? 0, high: high ?? 1 };
  return rng.bool(0.1) ? { curves, probes: [probe, { ...probe, name: 'knn' }] } : { curves };
}

const ORIGINS: readonly Provenance[] = ['copied', 'copied', 'copied', 'resized', 'fresh'];

function tensors(rng: Rng): Record<string, Provenance> {
  const layers = Array.from({ length: 12 }, (_, i) => `stages.${i >> 2}.blocks.${i & 3}.conv`);
  const names = layers.flatMap((layer) => [`${layer}.weight`, `${layer}.norm.scale`, `${layer}.norm.bias`]);
  return Object.fromEntries(names.map((name) => [name, rng.pick(ORIGINS)]));
}
