/** `voxolve export DB --to pytorch|onnx -o DIR`: a candidate leaves as code, weights and a check of both. */
import { present, UserError } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import { tensor, type Tensor, type TensorMap } from '../../core/tensor.js';
import { encodeGraphAsOnnx, runGraph } from '../../engines/onnx/index.js';
import type { Prepared } from '../../experiment/prepare.js';
import { exportPytorch } from '../../export/pytorch.js';
import { encoderWeights } from '../../export/weights.js';
import { writeFolder, type ExportFiles } from '../../export/write-folder.js';
import type { Architecture } from '../../nn/architecture.js';
import { encoderGraph, encoderPrefix } from '../../pretrain/program.js';
import { transformsOf } from '../../scans/options.js';
import {
  artifactOf,
  bestCandidates,
  findCandidate,
  readArtifact,
  type Candidate,
  type Experiment,
  type Store,
} from '../../store/index.js';
import { defineCommand } from '../command.js';
import { percent } from '../format.js';
import { experimentOption, preparedFrom, withExperiment } from '../opened.js';
import { jsonOption, print, printJson } from '../output.js';
import { version } from '../version.js';
import { bestNumber } from './lineage.js';

export const exportCommand = defineCommand({
  command: 'export <db>',
  describe: 'write a candidate as PyTorch code or as an ONNX model',
  builder: (yargs) =>
    yargs
      .positional('db', { type: 'string', demandOption: true, describe: 'database of the search' })
      .option('to', { choices: ['pytorch', 'onnx'] as const, demandOption: true, describe: 'what to write' })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'folder to write' })
      .option('candidate', { type: 'string', default: 'best', describe: 'number of a candidate, or "best"' })
      .options(experimentOption)
      .options(jsonOption),
  handler: (args) =>
    withExperiment(args.db, args.experiment, async (store, row) => {
      const candidate = chooseCandidate(store, row, args.candidate);
      const prepared = await preparedFrom(row, args.db);
      const architecture = prepared.architecture(candidate.genome);
      const weights = encoderWeights(architecture, weightsOf(store, row, candidate), encoderPrefix);
      const files = await filesFor(args.to, { row, candidate, prepared, architecture, weights });
      await writeFolder(args.output, files);
      const names = Object.keys(files).sort();
      if (args.json)
        printJson({ candidate: candidate.number, to: args.to, folder: args.output, files: names });
      else
        print(
          `candidate ${candidate.number} (${scoreText(row, candidate)}) written to ${args.output}: ${names.join(', ')}`,
        );
    }),
});

interface Subject {
  readonly row: Experiment;
  readonly candidate: Candidate;
  readonly prepared: Prepared;
  readonly architecture: Architecture;
  /** Named as in the encoder's `state_dict`. */
  readonly weights: TensorMap;
}

async function filesFor(to: 'pytorch' | 'onnx', subject: Subject): Promise<ExportFiles> {
  const { row, candidate, prepared, architecture, weights } = subject;
  const [, ...size] = prepared.plan.encoderInput;
  const shape = [2, ...size] as [number, number, number, number, number];
  const graph = encoderGraph(architecture, shape);
  const input = randomInput(shape);
  const features = present((await runGraph(graph, weights, { input }))['features'], 'features');
  const { experiment } = prepared;
  const { clipNorm, ...training } = experiment.training;
  const content = {
    architecture,
    weights,
    parity: { input, features },
    task: {
      name: prepared.task.name,
      options: JSON.parse(JSON.stringify(prepared.taskOptions)) as object as never,
      ...(prepared.plan.pytorch === undefined ? {} : { source: prepared.plan.pytorch() }),
    },
    origin: {
      version,
      experiment: row.name,
      space: row.space,
      candidate: candidate.number,
      genome: candidate.genome,
      ...(candidate.score === null
        ? {}
        : { score: { metric: row.metric, value: candidate.score, chance: row.chance } }),
    },
    scans: { ...transformsOf(experiment.scans), validation: experiment.scans.validation },
    training: { ...training, ...(clipNorm === undefined ? {} : { clipNorm }) },
  };
  const files = exportPytorch(content);
  if (to === 'pytorch') return files;
  return {
    'encoder.onnx': encodeGraphAsOnnx(graph, weights, { dynamicBatch: true, version }),
    'architecture.json': present(files['architecture.json'], 'architecture.json'),
    'parity.npz': present(files['parity.npz'], 'parity.npz'),
  };
}

/** Standard normal values, as normalised scans have; `[N, C, D, H, W]`. */
function randomInput(shape: readonly number[]): Tensor {
  const rng = rngOf('parity');
  return tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
  );
}

function chooseCandidate(store: Store, row: Experiment, asked: string): Candidate {
  const number = asked === 'best' ? bestNumber(store, row) : Number(asked);
  const candidate = Number.isInteger(number) ? findCandidate(store, row.id, number) : undefined;
  if (candidate !== undefined) return candidate;
  throw new UserError({
    subject: '--candidate',
    problem: `must be "best" or the number of a candidate of ${row.name}, got "${asked}"`,
    fix: 'see voxolve status and voxolve lineage',
  });
}

function weightsOf(store: Store, row: Experiment, { id, number }: Candidate): TensorMap {
  const hash = artifactOf(store, id);
  if (hash !== undefined) return readArtifact(store, hash);
  const kept = bestCandidates(store, row.id, 1000)
    .filter((candidate) => artifactOf(store, candidate.id) !== undefined)
    .map((candidate) => candidate.number);
  throw new UserError({
    subject: `candidate ${number}`,
    problem: 'its weights were not kept, since others are better',
    fix: `choose one of ${kept.join(', ')}, or raise "keepWeights" in the experiment`,
  });
}

function scoreText(row: Experiment, { score, status }: Candidate): string {
  return score === null ? status : `${row.metric} ${percent(score)}`;
}
