/**
 * The time of one inference of an encoder, predicted from its work by kind (src/ir/work.ts) and coefficients that are fitted
 * once per search to a few measured encoders, and stored with it.
 *
 * Prediction is a pure function of architecture and model, so that what rests on it is decided alike in every process, on
 * resume and by verification, although no two measurements agree.
 */
import { z } from 'zod';
import type { Json } from '../core/json.js';
import { nonNegativeLeastSquares } from '../core/linear-algebra/least-squares.js';
import { ascending, nearestQuantile } from '../core/statistics/quantiles.js';
import { workKinds, workOf, type Work } from '../ir/work.js';
import type { Architecture } from '../nn/architecture.js';
import { encoderGraph } from './program.js';

const Amount = z.number().nonnegative();
const ByKind = z.strictObject({
  dense: Amount,
  pointwise: Amount,
  grouped: Amount,
  groups: Amount,
  gathered: Amount,
  bytes: Amount,
  ops: Amount,
} satisfies Readonly<Record<keyof Work, typeof Amount>>);

const Genome: z.ZodType<Json> = z.json();
const Extent = z.int().positive();

export const LatencyModel = z.strictObject({
  /** `[1, C, D, H, W]`. */
  input: z.tuple([Extent, Extent, Extent, Extent, Extent]),
  engine: z.string(),
  device: z.string(),
  threads: z.int().positive(),
  /** The processor that measured. */
  machine: z.string(),
  /** Milliseconds per million, or per group and op. */
  coefficients: ByKind,
  /** Measured over predicted, for each measured encoder by the model fitted to the others. */
  leftOut: z.strictObject({
    median: z.number(),
    /** One in ten lies below. */
    low: z.number(),
    /** One in ten lies above. */
    high: z.number(),
  }),
  measured: z.array(z.strictObject({ genome: Genome, work: ByKind, milliseconds: z.number().positive() })),
});

export type LatencyModel = z.output<typeof LatencyModel>;
export type EncoderInput = LatencyModel['input'];

export interface Sample {
  readonly work: Work;
  readonly milliseconds: number;
}

/** Milliseconds of one inference on the model's input. Throws `InfeasibleShape` where that is too small. */
export function predictedLatency(architecture: Architecture, model: LatencyModel): number {
  return timeOf(workOf(encoderGraph(architecture, model.input)), model.coefficients);
}

export function timeOf(work: Work, coefficients: Work): number {
  return workKinds.reduce((sum, kind) => sum + work[kind] * coefficients[kind], 0);
}

/** Repetitions of the weighted fit; it settles after a few. */
const ROUNDS = 12;

/**
 * The coefficients, none of them negative, that give the least squares of the logarithms of predicted over measured, since an
 * error of a fifth weighs the same for a small encoder and for a large one. Found by weighted fits: with p predicted and m
 * measured, the squares of p − m over p · (p − m) / ln(p / m) have the same slope.
 */
export function fitLatency(samples: readonly Sample[]): Work {
  let scales = samples.map(({ milliseconds }) => milliseconds);
  let coefficients = weightedFit(samples, scales);
  for (let round = 0; round < ROUNDS; round++) {
    scales = samples.map(({ work, milliseconds: m }) => {
      const p = Math.max(timeOf(work, coefficients), 1e-3 * m);
      return Math.sqrt(Math.abs(p / m - 1) < 1e-6 ? p * m : (p * (p - m)) / Math.log(p / m));
    });
    coefficients = weightedFit(samples, scales);
  }
  return coefficients;
}

function weightedFit(samples: readonly Sample[], scales: readonly number[]): Work {
  const scaled = (value: number, i: number): number => value / (scales[i] ?? 1);
  const fitted = nonNegativeLeastSquares(
    samples.map(({ work }, i) => workKinds.map((kind) => scaled(work[kind], i))),
    samples.map(({ milliseconds }, i) => scaled(milliseconds, i)),
  );
  return Object.fromEntries(workKinds.map((kind, j) => [kind, fitted[j] ?? 0])) as unknown as Work;
}

/** A ratio beyond which nothing more is to be told. */
const FARTHEST = 1000;

/** Error of the prediction for encoders that took no part in the fit. */
export function leftOutError(samples: readonly Sample[]): LatencyModel['leftOut'] {
  return spreadOf(
    samples.map(({ work, milliseconds }, i) => {
      const coefficients = fitLatency(samples.filter((_, j) => j !== i));
      return milliseconds / Math.max(timeOf(work, coefficients), milliseconds / FARTHEST);
    }),
  );
}

/** Median, and where one in ten lies below and above. */
export function spreadOf(ratios: readonly number[]): LatencyModel['leftOut'] {
  const sorted = ascending(ratios);
  const [low = NaN, median = NaN, high = NaN] = [0.1, 0.5, 0.9].map((q) => nearestQuantile(sorted, q));
  return { median, low, high };
}
