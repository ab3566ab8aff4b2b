/**
 * Measures one network on one device against PyTorch: rounds alternate, so that other load on the machine affects both.
 */
import { medianOf } from '../../src/core/statistics/quantiles.js';
import type { Engine } from '../../src/engines/engine.js';
import { batchesOf, programOf, stepFlops, weightsOf, type Network } from './networks.js';
import { startPytorch } from './pytorch.js';
import { startEngine, type Round, type Trainer } from './trainer.js';

export interface Setting {
  readonly batch: number;
  readonly threads: number;
  /** Number of measured rounds, after one round of warm-up. */
  readonly rounds: number;
  /** Python with PyTorch; if absent, only engines are measured. */
  readonly python?: string;
}

/** Number of steps whose losses are compared with PyTorch's, and the relative tolerance. */
export const COMPARED = 20;
export const ALLOWED = 1e-3;

/** Result for one network; field names are stable for programs that read the JSON. Rates are medians over rounds. */
export interface Measurement {
  readonly name: string;
  readonly engine: string;
  readonly device: string;
  readonly steps_per_second: number;
  readonly pytorch_steps_per_second: number | null;
  /** Median over rounds of the ratio of neighbouring rounds, by wall time and by processor time. */
  readonly speedup: number | null;
  readonly cpu_speedup: number | null;
  readonly share_of_peak: number;
  readonly gflop_per_step: number;
  readonly compile_seconds: number;
  /** Greatest relative difference of losses over the first `COMPARED` steps, from the same weights. */
  readonly loss_difference: number | null;
}

export async function measureNetwork(
  network: Network,
  engine: Engine,
  device: string,
  setting: Setting,
  peak: () => Promise<number>,
): Promise<Measurement> {
  const program = programOf(network.architecture, setting.batch);
  const [weights, feeds] = [weightsOf(program), batchesOf(network, setting.batch)];
  const { threads, python, rounds } = setting;
  const ours = await startEngine({ engine, device, threads, program, weights, feeds });
  let theirs: Trainer | undefined;
  try {
    theirs = python === undefined ? undefined : await startPytorch(python, network, weights, feeds, threads);
    const warmUp = [await ours.round(), await theirs?.round()] as const;
    const pairs: (readonly [Round, Round | undefined])[] = [];
    for (let k = 0; k < rounds; k++) pairs.push([await ours.round(), await theirs?.round()]);
    const flops = stepFlops(program);
    const rate = medianOf(pairs.map(([{ seconds }]) => network.steps / seconds));
    const paired = pairs.flatMap(([a, b]) => (b ? [[a, b] as const] : []));
    const over = (value: (ours: Round, theirs: Round) => number): number | null =>
      paired.length === 0 ? null : medianOf(paired.map(([a, b]) => value(a, b)));
    return {
      name: network.name,
      engine: engine.name,
      device,
      steps_per_second: rate,
      pytorch_steps_per_second: over((_, b) => network.steps / b.seconds),
      speedup: over((a, b) => b.seconds / a.seconds),
      cpu_speedup: device === 'cpu' ? over((a, b) => b.cpu / a.cpu) : null,
      share_of_peak: (rate * flops) / 1e9 / (await peak()),
      gflop_per_step: flops / 1e9,
      compile_seconds: ours.compileSeconds,
      loss_difference: differenceOf([warmUp, ...pairs]),
    };
  } finally {
    await ours.dispose();
    await theirs?.dispose();
  }
}

function differenceOf(rounds: readonly (readonly [Round, Round | undefined])[]): number | null {
  const losses = (side: 0 | 1): number[] =>
    rounds.flatMap((round) => round[side]?.losses ?? []).slice(0, COMPARED);
  const [ours, theirs] = [losses(0), losses(1)];
  if (theirs.length === 0) return null;
  return Math.max(...theirs.map((loss, k) => Math.abs(loss - (ours[k] ?? NaN)) / Math.abs(loss)));
}
