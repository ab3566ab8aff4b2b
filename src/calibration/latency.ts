/**
 * The model that the limit on latency is judged by: a few encoders of the experiment's space are measured before the search begins, and a
 * model of their time is fitted (src/pretrain/latency.ts). Stored for this machine, so that the same search started again
 * decides alike; a search stores its own copy.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Genome } from '../core/records.js';
import { UserError } from '../core/errors.js';
import { plainJson } from '../core/json.js';
import { plural } from '../core/plural.js';
import { rngOf } from '../core/random.js';
import { spaceRecord } from '../experiment/code-record.js';
import { latencyInputOf, type PlannedExperiment } from '../experiment/resolve.js';
import { workOf } from '../ir/work.js';
import { infeasibility } from '../nn/shapes.js';
import { fitLatency, LatencyModel, leftOutError, type EncoderInput } from '../pretrain/latency.js';
import { encoderGraph } from '../pretrain/program.js';
import { memorySettings } from '../workers/memory-settings.js';
import { storedOr, processor } from './stored-calibration.js';
import type { LatencyAnswer, LatencyQuestion, LatencySetting, Where } from './latency-messages.js';

/** Encoders that are measured. */
const ENCODERS = 24;
/** Genomes that they are picked from, so that small and large ones are among them. */
const DRAWN = 2 * ENCODERS;
const MOST_DRAWS = 3000;
/** After which no further encoder is measured. */
const SECONDS = 15;
/** Below this the coefficients rest on too little. */
const FEWEST = 10;

/**
 * The model that was measured here before, else one that is measured now, which `onMeasuring` announces. Throws `UserError` where
 * too little can be measured.
 */
export async function calibrateLatency(
  resolved: PlannedExperiment,
  where: Where,
  onMeasuring: () => void,
): Promise<LatencyModel> {
  const { experiment, channels, space, code } = resolved;
  const { threads, constraints, proxyTask, training } = experiment;
  const { latency: _latency, latencyInput: _input, ...others } = constraints;
  const bearing = {
    ...where,
    threads,
    input: latencyInputOf(resolved),
    channels,
    space: spaceRecord(space.name, code, experiment),
    // The genomes keep the other limits, some of which follow from the task and the training.
    limits: { proxyTask, training, others },
  };
  const json = plainJson(bearing);
  return storedOr('latency.json', LatencyModel, json, () => {
    onMeasuring();
    return measuredModel(resolved, where);
  });
}

async function measuredModel(resolved: PlannedExperiment, { engine, device }: Where): Promise<LatencyModel> {
  const input = latencyInputOf(resolved);
  const setting = { engine, device, threads: resolved.experiment.threads, input };
  return fittedModel(setting, await measure(resolved, spreadGenomes(resolved, input), setting, SECONDS));
}

export function fittedModel(setting: LatencySetting, measured: LatencyModel['measured']): LatencyModel {
  return {
    ...setting,
    machine: processor(),
    coefficients: fitLatency(measured),
    leftOut: leftOutError(measured),
    measured,
  };
}

/** From the least work to the most: seeded draws that keep the other limits, and of them some evenly by their work. */
export function spreadGenomes(resolved: PlannedExperiment, input: EncoderInput): readonly Genome[] {
  const drawn = latencyGenomes(resolved, input, { from: 0, count: DRAWN });
  if (drawn.length < FEWEST)
    throw tooFew(`${drawn.length} of ${MOST_DRAWS} genomes drawn keep the other limits`);
  return Array.from({ length: Math.min(ENCODERS, drawn.length) }, (_, i, { length } = drawn) => {
    const last = Math.min(ENCODERS, length) - 1;
    return drawn[Math.round((i * (length - 1)) / last)] ?? null;
  });
}

/** Draws numbered from `from`, by ascending work, without those that break a limit. */
export function latencyGenomes(
  resolved: PlannedExperiment,
  input: EncoderInput,
  { from, count }: { readonly from: number; readonly count: number },
): readonly Genome[] {
  const { feasibility } = resolved.constrainBy(undefined);
  const found: { readonly genome: Genome; readonly size: number }[] = [];
  for (let draw = from; found.length < count && draw < from + MOST_DRAWS; draw++) {
    const genome = resolved.space.gene.sample(rngOf('latency', draw));
    const architecture = resolved.architecture(genome);
    if (infeasibility(architecture, input) !== null || !feasibility(genome).feasible) continue;
    const { dense, pointwise, grouped, bytes } = workOf(encoderGraph(architecture, input));
    found.push({ genome, size: dense + pointwise + 10 * grouped + bytes });
  }
  return found.sort((a, b) => a.size - b.size).map(({ genome }) => genome);
}

/** Measures one inference of each in a process of its own, for that many seconds: of the first ones only where time runs out. */
export async function measure(
  resolved: PlannedExperiment,
  genomes: readonly Genome[],
  setting: LatencySetting,
  seconds: number,
): Promise<LatencyModel['measured']> {
  const entry = fileURLToPath(new URL('./latency-child.js', import.meta.url));
  const child = fork(entry, [], {
    env: { ...process.env, ...memorySettings },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const architectures = genomes.map((genome) => resolved.architecture(genome));
  const times = await new Promise<readonly number[]>((resolve, reject) => {
    child.on('message', (answer: LatencyAnswer) => {
      if ('error' in answer) reject(tooFew(answer.error));
      else resolve(answer.milliseconds);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      reject(tooFew(`the process that measures ended with ${signal ?? code}`)),
    );
    child.send({ ...setting, architectures, seconds } satisfies LatencyQuestion);
  });
  if (times.length < Math.min(FEWEST, genomes.length)) {
    throw tooFew(`${plural(times.length, 'encoder')} of ${genomes.length} could be measured in time`);
  }
  return genomes.slice(0, times.length).map((genome, i) => ({
    genome,
    work: workOf(encoderGraph(resolved.architecture(genome), setting.input)),
    milliseconds: times[i] ?? NaN,
  }));
}

function tooFew(problem: string): UserError {
  return new UserError({
    subject: 'constraints.latency',
    problem: `no model of latency could be fitted: ${problem}`,
    fix: 'give a smaller latencyInput, other limits, or leave latency out',
  });
}
