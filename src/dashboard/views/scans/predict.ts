/**
 * What the winner answers to the samples: one forward pass of encoder and head with the weights that the search kept, on the CPU.
 */
import { chooseCandidate, weightsOf } from '../../../api/candidate-weights.js';
import { bestOfAll } from '../../../api/reading/winner.js';
import { present, UserError } from '../../../core/errors.js';
import { sizeOf, type Tensor, type TensorMap } from '../../../core/tensor.js';
import { onnxEngine } from '../../../engines/onnx/index.js';
import { answerGraph } from '../../../pretrain/program.js';
import { artifactOf, type ExperimentRow, type Store } from '../../../store/index.js';
import type { OpenScans } from './open-scans.js';
import { samplesOf } from './samples.js';

export interface Answered {
  readonly candidate: number;
  /** Of the whole batch: logits `[crops · Q, classes]` or voxels `[crops, C, D, H, W]`. */
  readonly answer: Tensor;
}

let last: { readonly key: string; readonly answered: Promise<Answered> } | undefined;

/** Throws `UserError` where there is no winner yet, no weights, or a task that shows no answer. */
export function answered(store: Store, row: ExperimentRow, scans: OpenScans): Promise<Answered> {
  const number = bestOfAll(store, row);
  if (number === null) {
    throw new UserError({
      subject: row.name,
      problem: 'no candidate has a score yet',
      fix: 'the best so far is asked as soon as there is one',
    });
  }
  const candidate = chooseCandidate(store, row, String(number), 'candidate');
  const hash = artifactOf(store, candidate.id, 'winner') ?? artifactOf(store, candidate.id);
  const key = JSON.stringify([store.path, row.name, row.createdAt, number, hash]);
  if (last?.key === key) return last.answered;
  const kept = {
    key,
    answered: forward(scans, number, () => weightsOf(store, row, candidate), candidate.genome),
  };
  last = kept;
  kept.answered.catch(() => {
    if (last === kept) last = undefined;
  });
  return kept.answered;
}

async function forward(
  scans: OpenScans,
  candidate: number,
  weights: () => TensorMap,
  genome: Parameters<OpenScans['resolved']['architecture']>[0],
): Promise<Answered> {
  const { resolved } = scans;
  const { plan, task } = resolved;
  const samples = samplesOf(scans);
  const graph = samples === null ? null : answerGraph(resolved.architecture(genome), plan);
  if (samples === null || graph === null) {
    throw new UserError({
      subject: task.name,
      problem: 'gives no answer to a single sample that could be shown',
      fix: 'none is needed: its score says how well the network does',
    });
  }
  const own = weights();
  const odd = graph.parameters.find(({ name, shape }) => own[name]?.data.length !== sizeOf(shape));
  if (odd !== undefined) {
    throw new UserError({
      subject: `candidate ${candidate}`,
      problem: `its weights hold no ${odd.name} of the proxy task's head`,
      fix: 'none is needed: it was trained on labels',
    });
  }
  const inference = await onnxEngine.openInference(graph, own, { device: 'cpu', threads: 1 });
  try {
    const seen = new Set(graph.inputs.map(({ name }) => name));
    const feeds = Object.entries(samples.batch).filter(([name]) => seen.has(name));
    const { answer } = await inference.run(Object.fromEntries(feeds));
    return { candidate, answer: present(answer, 'the answer') };
  } finally {
    await inference.dispose();
  }
}
