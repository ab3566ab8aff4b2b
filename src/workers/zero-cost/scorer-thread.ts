/**
 * The entry of the thread that computes zero-cost scores (scorer.ts).
 */
import { workerData } from 'node:worker_threads';
import { messageOf, UserError } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import { runGraph } from '../../engines/onnx/index.js';
import { requireSameCode } from '../../experiment/code-record.js';
import { resolveExperiment } from '../../experiment/resolve.js';
import { zeroCost, type ZeroCostName } from '../../pretrain/zero-cost.js';
import type { Answer, Question, ScorerSetup } from './scorer.js';

const { experiment, channels, code, port, answered } = workerData as ScorerSetup;
const resolved = resolveExperiment(experiment).then((ready) => {
  requireSameCode(code, ready.code, experiment, 'the search');
  return ready.planFor(channels);
});
resolved.catch(() => undefined); // reported with the first question

async function scoreOf({ name, genome }: Question): Promise<number> {
  const ready = await resolved;
  const built = ready.architecture(genome);
  return zeroCost(name as ZeroCostName, {
    architecture: built,
    program: ready.program(built),
    plan: ready.plan,
    batch: experiment.training.batch,
    rng: rngOf(experiment.seed, 'zero-cost'),
    run: runGraph,
  });
}

async function answer(question: Question): Promise<void> {
  let reply: Answer;
  try {
    reply = { score: await scoreOf(question) };
  } catch (error) {
    reply = error instanceof UserError ? { details: error.details } : { error: messageOf(error) };
  }
  port.postMessage(reply);
  Atomics.add(answered, 0, 1);
  Atomics.notify(answered, 0);
}

port.on('message', (question: Question) => void answer(question));
