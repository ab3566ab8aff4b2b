/**
 * `npm run bench:inherit [-- --genomes 200 --parents 4 --only 'another branch' --experiment FILE]`: tests if children
 * that inherit weights compute the same outputs as their parents, and if inheritance saves steps.
 *
 * First it measures the largest change of outputs over many random genomes, by mutation. Then it trains parents on
 * phantoms, and their children twice, from inherited and from fresh weights, until they reach the parent's score.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { TrainingOutcome } from '../src/core/records.js';
import { present } from '../src/core/errors.js';
import { rngOf } from '../src/core/random.js';
import type { TensorMap } from '../src/core/tensor.js';
import { onnxEngine } from '../src/engines/onnx/index.js';
import { resolveExperiment, type PlannedExperiment } from '../src/experiment/resolve.js';
import { readExperiment } from '../src/experiment/read.js';
import type { Architecture } from '../src/nn/architecture.js';
import { infeasibility } from '../src/nn/shapes.js';
import { summarise } from '../src/nn/summary.js';
import { programCost } from '../src/pretrain/cost.js';
import { inheritProgram } from '../src/pretrain/inherit.js';
import { TrainingOptions } from '../src/pretrain/options.js';
import { heldOutBatches, pretrain } from '../src/pretrain/pretrain.js';
import { meanOf } from '../src/core/statistics/descriptive.js';
import { loadScanSet } from '../src/scans/load.js';
import { writePhantoms } from '../src/scans/phantoms/phantoms.js';
import type { ScanSet } from '../src/scans/sampling/scan-set.js';
import { difference, grown, growths } from './strategies/growth.js';

const SHAPE = [1, 1, 6, 8, 8] as const;
/** Steps between validations, of a parent's training, and at most of a child's. */
const [EVERY, PARENT, MOST] = [10, 60, 120];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      genomes: { type: 'string', default: '200' },
      parents: { type: 'string', default: '4' },
      experiment: { type: 'string', default: 'experiments/quickstart.json' },
      only: { type: 'string' },
    },
  });
  const { only, genomes, parents, experiment } = values;
  const kinds = growths.filter((kind) => only === undefined || kind === only);
  if (kinds.length === 0) throw new Error(`--only must be one of ${growths.join(', ')}; got ${only}`);
  await preservation(kinds, Number(genomes));
  await savings(kinds, experiment, Number(parents));
}

async function preservation(kinds: readonly string[], genomes: number): Promise<void> {
  print('| mutation | genomes | largest change of the outputs, relative |');
  print('| --- | --- | --- |');
  for (const kind of kinds) {
    let [tried, worst] = [0, 0];
    for (let seed = 0; tried < genomes && seed < 20 * genomes; seed++) {
      const pair = grown(kind, seed);
      const found = pair === undefined ? null : await difference(pair, SHAPE, seed);
      if (found === null) continue;
      tried++;
      worst = Math.max(worst, found);
    }
    print(`| ${kind} | ${tried} | ${worst.toExponential(1)} |`);
    if (!(worst < 1e-4)) process.exitCode = 1;
  }
}

async function savings(kinds: readonly string[], file: string, parents: number): Promise<void> {
  if (parents < 1) return;
  const experiment = await readExperiment(file);
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-inherit-'));
  try {
    await writePhantoms(folder, present(experiment.phantoms, 'phantoms of the experiment'));
    const resolved = (await resolveExperiment(experiment)).planFor(1);
    const { set } = await loadScanSet(folder, experiment.scans, {
      seed: experiment.seed,
      minimumSize: resolved.plan.crop,
    });
    print(
      "\n| mutation | parents | parents' score | after 10 steps, inherited | steps to it, inherited | fresh |",
    );
    print('| --- | --- | --- | --- | --- | --- |');
    for (const kind of kinds) print(await rowOf(kind, resolved, set, parents));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function rowOf(
  kind: string,
  resolved: PlannedExperiment,
  set: ScanSet,
  parents: number,
): Promise<string> {
  const rows: { score: number; atOnce: number; inherited: number; fresh: number }[] = [];
  for (let seed = 0; rows.length < parents && seed < 1000; seed++) {
    const pair = grown(kind, seed);
    if (pair === undefined || !pair.every((one) => isSmall(one, resolved))) continue;
    const [parent, child] = pair;
    const { score, weights } = await train({ resolved, set, seed }, parent, PARENT);
    if (weights === undefined) continue;
    const next = { resolved, set, seed: seed + 1 };
    const from = scoresOf(await train(next, child, MOST, weights), resolved);
    const anew = scoresOf(await train(next, child, MOST), resolved);
    const stepsTo = (scores: readonly number[]): number => {
      const reached = scores.findIndex((one) => one >= score);
      return reached === -1 ? MOST : (reached + 1) * EVERY;
    };
    rows.push({ score, atOnce: from[0] ?? NaN, inherited: stepsTo(from), fresh: stepsTo(anew) });
  }
  const mean = (key: keyof (typeof rows)[number], digits: number): string =>
    meanOf(rows.map((row) => row[key])).toFixed(digits);
  return (
    `| ${kind} | ${rows.length} | ${mean('score', 3)} | ${mean('atOnce', 3)} | ${mean('inherited', 0)} | ` +
    `${mean('fresh', 0)} |`
  );
}

function isSmall(architecture: Architecture, { plan, experiment }: PlannedExperiment): boolean {
  const { macs = Infinity } = experiment.constraints;
  return (
    infeasibility(architecture, plan.encoderInput) === null &&
    summarise(architecture, plan.encoderInput).macs < macs / 2
  );
}

/** Trains at a constant learning rate, so that all steps are equal. */
async function train(
  { resolved, set, seed }: { resolved: PlannedExperiment; set: ScanSet; seed: number },
  architecture: Architecture,
  steps: number,
  parent?: TensorMap,
): Promise<TrainingOutcome> {
  const { plan, experiment } = resolved;
  const options = TrainingOptions.parse({
    ...experiment.training,
    steps,
    schedule: 'constant',
    evaluateEvery: EVERY,
  });
  const program = resolved.program(architecture);
  const session = await onnxEngine.open(program, { device: 'cpu', threads: 1 });
  try {
    return await pretrain({
      session,
      program,
      plan,
      set,
      options,
      rng: rngOf(seed, 'inherit'),
      heldOut: heldOutBatches(set, plan, options, rngOf('inherit', 'held-out')),
      macs: programCost(program).macs,
      initial: (drawn) =>
        parent === undefined ? drawn : inheritProgram(architecture, parent, drawn).weights,
      interrupted: () => false,
    });
  } finally {
    await session.dispose();
  }
}

function scoresOf({ curves }: TrainingOutcome, { plan }: PlannedExperiment): readonly number[] {
  return curves.find(({ name }) => name === `validation/${plan.metric}`)?.values ?? [];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((thrown: unknown) => {
  process.stderr.write(`bench:inherit: ${String(thrown)}\n`);
  process.exitCode = 1;
});
