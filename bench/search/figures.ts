/**
 * From measured candidates to the figures of a group and of all: ratios of pairs, rates, and shares of a worker's time.
 */
import { geometricMean, meanOf, sumOf } from '../../src/core/statistics/descriptive.js';
import type { Spent } from './spent.js';

/** One side's evaluation of one candidate. */
export interface Evaluated {
  /** From the request to the answer. */
  readonly seconds: number;
  /** Processor seconds of all threads and processes. */
  readonly cpu: number;
  readonly spent: Spent;
}

export interface Row {
  readonly number: number;
  readonly voxolve: Evaluated;
  readonly pytorch: Evaluated;
  /** Greatest relative difference of the losses compared; NaN where one of them was not finite. */
  readonly lossDifference: number;
}

/** Seconds in which workers could have worked, and their seconds at work by part. */
export type Shares = Spent & { readonly idle: number };

/** Results of a group. Field names of `jsonOf` are stable for programs. */
export interface GroupResult {
  readonly name: string;
  /** Engine of voxolve's side. */
  readonly engine: string;
  readonly rows: readonly Row[];
  /** Wall seconds of each side's rounds. */
  readonly rounds: { readonly voxolve: number; readonly pytorch: number };
}

export interface Ratios {
  readonly wall: number;
  readonly cpu: number;
}

/** Relative difference of losses up to which they agree. */
export const ALLOWED = 1e-3;

export const agrees = ({ lossDifference }: Row): boolean => lossDifference <= ALLOWED;

/** Time of PyTorch over that of voxolve: geometric means over pairs; NaN without a row. */
export function ratiosOf(rows: readonly Row[]): Ratios {
  const over = (value: (side: Evaluated) => number): number =>
    geometricMean(rows.map(({ voxolve, pytorch }) => value(pytorch) / value(voxolve))) ?? NaN;
  return { wall: over((side) => side.seconds), cpu: over((side) => side.cpu) };
}

/** Candidates that so many workers evaluate in an hour if they always have one. */
export function perHour(rows: readonly Row[], side: 'voxolve' | 'pytorch', workers: number): number {
  return (3600 * workers) / meanOf(rows.map((row) => row[side].seconds));
}

/** Shares of the seconds that `workers` had in rounds, which sum to 1. */
export function sharesOf(
  { rows, rounds }: GroupResult,
  side: 'voxolve' | 'pytorch',
  workers: number,
): Shares {
  const total = workers * rounds[side];
  const share = (part: keyof Spent): number => sumOf(rows.map((row) => row[side].spent[part])) / total;
  const [open, batches, steps, evaluation] = [
    share('open'),
    share('batches'),
    share('steps'),
    share('evaluation'),
  ];
  return { open, batches, steps, evaluation, idle: 1 - open - batches - steps - evaluation };
}

/** Geometric means over groups, each of which counts once. */
export function overall(results: readonly GroupResult[]): Ratios {
  const ratios = results.map(({ rows }) => ratiosOf(rows));
  return {
    wall: geometricMean(ratios.map(({ wall }) => wall)) ?? NaN,
    cpu: geometricMean(ratios.map(({ cpu }) => cpu)) ?? NaN,
  };
}

/**
 * Distributes a round's processor seconds over its candidates: to each what its own thread took, where that is known of
 * all, else its seconds; the rest of the process in the same proportion.
 */
export function distributed(
  total: number,
  evaluations: readonly { readonly seconds: number; readonly cpu: number | undefined }[],
): readonly number[] {
  const known = evaluations.every(({ cpu }) => cpu !== undefined && cpu > 0);
  const weights = evaluations.map(({ seconds, cpu }) => (known ? (cpu ?? 0) : seconds));
  const sum = sumOf(weights);
  return weights.map((weight) => (total * weight) / sum);
}

/** Greatest relative difference from `theirs`; NaN where the lists differ in length or a loss is not finite. */
export function lossDifference(ours: readonly number[], theirs: readonly (number | null)[]): number {
  if (ours.length !== theirs.length || ours.length === 0) return NaN;
  return Math.max(
    ...theirs.map((loss, k) => Math.abs((loss ?? NaN) - (ours[k] ?? NaN)) / Math.abs(loss ?? NaN)),
  );
}

export interface RunFacts {
  readonly processor: string;
  readonly workers: number;
  readonly torch: string;
  /** Steps in place of the experiments' own; null where nothing was shortened. */
  readonly steps: number | null;
}

/** Content of `--json`. */
export function jsonOf(results: readonly GroupResult[], facts: RunFacts): object {
  const { workers, steps } = facts;
  const mean = overall(results);
  return {
    groups: results.map((result) => {
      const { name, engine, rows } = result;
      const { wall, cpu } = ratiosOf(rows);
      const side = (which: 'voxolve' | 'pytorch'): object => ({
        candidates_per_hour: perHour(rows, which, workers),
        shares: sharesOf(result, which, workers),
      });
      return {
        ...{ name, engine, ratio_wall: wall, ratio_cpu: cpu, candidates: rows.length },
        losses_agree: rows.every(agrees),
        ...{ voxolve: side('voxolve'), pytorch: side('pytorch') },
        rows: rows.map(({ number, voxolve, pytorch, lossDifference: difference }) => ({
          ...{ number, voxolve, pytorch, loss_difference: difference },
        })),
      };
    }),
    ...{ geomean_wall: mean.wall, geomean_cpu: mean.cpu },
    ...{ processor: facts.processor, workers, torch: facts.torch, shortened_to_steps: steps },
  };
}
