/**
 * Evaluations an hour on the device: of one worker against a plain PyTorch loop over the exported code, and of more and more
 * workers that share the device.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '../../src/core/errors.js';
import type { Precision } from '../../src/engines/engine.js';
import { precisionsOf } from '../../src/engines/precision.js';
import { torchEngine } from '../../src/engines/torch/index.js';
import { startPytorch, type PytorchPlace } from '../search/pytorch-side.js';
import type { ReadyGroup } from '../search/setting.js';
import { rateOf, type Rate } from './lanes.js';
import { deadlineOf, type Part, type PartOutcome } from './part.js';
import { measureAll, outcomeOf, ratio, type Measured, type RateRow } from './rates.js';
import { preparedGroup, startWorkers, type WorkersAsked } from './workers.js';

const python = (): string => process.env['VOXOLVE_PYTHON'] || 'python3';

async function voxolveRate(ready: ReadyGroup, asked: WorkersAsked, until: number): Promise<Rate | undefined> {
  // Starting may be given up; candidates that were begun are finished.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), Math.max(0, until - performance.now()));
  const started = await startWorkers(ready, asked, late.signal)
    .catch((thrown: unknown) => {
      if (late.signal.aborted) return undefined;
      throw thrown;
    })
    .finally(() => clearTimeout(timer));
  if (started === undefined) return undefined;
  try {
    return await rateOf((job) => started.evaluate(job), ready.jobs, asked.workers, until);
  } finally {
    await started.close();
  }
}

async function loopRate(ready: ReadyGroup, place: PytorchPlace, until: number): Promise<Rate | undefined> {
  const loop = await startPytorch(ready, 1, python(), place);
  try {
    return await rateOf(async (job) => void (await loop.round([job])), ready.jobs, 1, until);
  } finally {
    await loop.close();
  }
}

/** Undefined where the loop can run. */
function loopComplaint(): Promise<string | undefined> {
  return promisify(execFile)(python(), ['-c', 'import numpy, torch']).then(
    () => undefined,
    (thrown: unknown) =>
      messageOf(thrown)
        .split(/(?=\w*Error: )/)
        .pop(),
  );
}

/** Those in which the loop is written. */
const LOOPED = ['float32', 'bfloat16'] as const;

/** One worker against one PyTorch process. */
export const speed: Part = async (context, tell) => {
  const { device } = context;
  const until = deadlineOf(context);
  const complaint = await loopComplaint();
  if (complaint !== undefined)
    return { status: 'skipped', says: `the loop needs a Python with PyTorch and NumPy: ${complaint}` };
  const measured = (side: Measured['side'], precision: Precision): Measured => ({
    side,
    precision,
    workers: 1,
  });
  const whats = [
    ...LOOPED.map((precision) => measured('PyTorch loop', precision)),
    ...precisionsOf(torchEngine, device).map((precision) => measured('voxolve', precision)),
  ];
  let outcome: PartOutcome = { status: 'cut', says: 'nothing fitted' };
  const ready = await preparedGroup(device, python());
  const measure = ({ side, ...asked }: Measured, end: number): Promise<Rate | undefined> => {
    if (side === 'voxolve') return voxolveRate(ready, { device, ...asked }, end);
    return loopRate(ready, { device, precision: asked.precision as PytorchPlace['precision'] }, end);
  };
  await measureAll(whats, { until, measure }, (rows, missing) => {
    const of = (side: RateRow['side'], precision: Precision) =>
      rows.find((row) => row.side === side && row.precision === precision);
    const ratios = LOOPED.map(
      (precision) => `${precision} ${ratio(of('voxolve', precision), of('PyTorch loop', precision))}`,
    );
    outcome = outcomeOf(rows, missing, `one worker over one PyTorch process: ${ratios.join(', ')}`);
    tell(outcome);
  });
  ready.dispose();
  return outcome;
};

const COUNTS = [1, 2, 4, 8] as const;

/** More and more workers on one device. */
export const packing: Part = async (context, tell) => {
  const { device } = context;
  const until = deadlineOf(context);
  const ready = await preparedGroup(device, python());
  let outcome: PartOutcome = { status: 'cut', says: 'nothing fitted' };
  const measure = ({ side: _, ...asked }: Measured, end: number): Promise<Rate | undefined> =>
    voxolveRate(ready, { device, ...asked }, end);
  const whats = COUNTS.map((workers): Measured => ({ side: 'voxolve', workers, precision: 'float32' }));
  await measureAll(whats, { until, measure }, (rows, missing) => {
    const over = rows.map((row) => `${row.workers}: ${ratio(row, rows[0])}`);
    outcome = outcomeOf(rows, missing, `workers on one device, times one worker: ${over.join(', ')}`);
    tell(outcome);
  });
  ready.dispose();
  return outcome;
};
