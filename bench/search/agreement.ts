/**
 * Whether both sides train the same network: losses of its first steps, from the weights and on the batches with which a
 * search would begin, at a rate at which rounding does not grow (see docs/engines.md).
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rngOf } from '../../src/core/random.js';
import { present } from '../../src/core/errors.js';
import type { EvaluationJob } from '../../src/core/records.js';
import { writeSafetensors } from '../../src/core/safetensors.js';
import { tensor, type Tensor } from '../../src/core/tensor.js';
import type { TrainingProgram } from '../../src/engines/engine.js';
import { engines } from '../../src/engines/index.js';
import { batchesHere, type Batch } from '../../src/pretrain/batches.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { LEARNING_RATE } from '../engines/networks.js';
import { lossDifference } from './figures.js';
import { sourceOf, type PytorchSide } from './pytorch-side.js';
import type { ReadyGroup } from './setting.js';

/** Number of steps whose losses are compared. */
export const COMPARED = 20;

/** Greatest relative difference of losses; see `lossDifference`. */
export async function compareLosses(
  ready: ReadyGroup,
  job: EvaluationJob,
  pytorch: PytorchSide,
  { worker, engine }: { readonly worker: number; readonly engine: string },
): Promise<number> {
  const { resolved, scans, folder } = ready;
  const program = resolved.program(resolved.architecture(job.genome));
  const rng = rngOf(job.seed, job.number);
  const weights = initialWeights(program.train.parameters, rng.split('init'));
  const size = resolved.experiment.training.batch;
  const source = batchesHere({ set: scans, plan: resolved.plan, size, split: 'train' });
  const batches = await source.take({ key: rng.split('train').key, first: 0, count: COMPARED });
  const path = join(folder, `losses-${job.number}.safetensors`);
  writeFileSync(path, writeSafetensors({ ...weights, ...asFloats(batches) }));
  const [ours, theirs] = await Promise.all([
    lossesOf(engine, program, weights, batches),
    pytorch.ask(worker, {
      ...{ kind: 'losses', source: sourceOf(ready, job), tensors: path, rate: LEARNING_RATE },
      head: headOf(program),
      inputs: Object.fromEntries(Object.entries(batches).map(([name, { dtype }]) => [name, dtype === 'i64'])),
    }),
  ]);
  rmSync(path);
  return lossDifference(ours, theirs as readonly (number | null)[]);
}

async function lossesOf(
  engine: string,
  program: TrainingProgram,
  weights: Readonly<Record<string, Tensor>>,
  batches: Batch,
): Promise<readonly number[]> {
  const session = await present(engines[engine], `engine ${engine}`).open(program, {
    device: 'cpu',
    threads: 1,
  });
  try {
    session.load({ weights });
    const { curves } = await session.train(batches, new Float32Array(COMPARED).fill(LEARNING_RATE));
    return Array.from(curves['loss'] ?? []);
  } finally {
    await session.dispose();
  }
}

/** Names of the head's parameters, in the order in which the exported head has them. */
function headOf({ train }: TrainingProgram): readonly string[] {
  return train.parameters
    .filter(({ name, trainable }) => trainable && !name.startsWith('encoder.'))
    .map(({ name }) => name);
}

/** Batches as safetensors hold them here: integers as floats, which represent them exactly. */
function asFloats(batches: Batch): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    Object.entries(batches).map(([name, { shape, data }]) => [
      `batch.${name}`,
      tensor(shape, Float32Array.from(data)),
    ]),
  );
}
