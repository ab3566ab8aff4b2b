/**
 * Predictions of memory, corrected by what candidates were seen to need: a factor that nine in ten of them stayed
 * below. It serves to pack workers, and nothing else: what is measured may schedule, never decide.
 */
import { ascending, lowerQuantile } from '../core/statistics/quantiles.js';

/** Measurements before the factor is trusted, and how many of the latest count. */
const ENOUGH = 5;
const LATEST = 64;
const QUANTILE = 0.9;
/**
 * Never less than predicted: a process that has trained before grows less, for it holds memory already. And a prediction
 * is not believed to be off by more than fourfold.
 */
const LIMITS = [1, 4] as const;

export class MemoryCorrection {
  readonly #ratios: number[] = [];

  /** Bytes to reserve for a candidate of which so many are predicted. */
  of(predicted: number): number {
    return predicted * this.factor;
  }

  get factor(): number {
    if (this.#ratios.length < ENOUGH) return 1;
    const ratio = lowerQuantile(ascending(this.#ratios), QUANTILE) ?? 1;
    return Math.min(LIMITS[1], Math.max(LIMITS[0], ratio));
  }

  learn(predicted: number, measured: number): void {
    if (!(predicted > 0 && measured > 0)) return;
    this.#ratios.push(measured / predicted);
    if (this.#ratios.length > LATEST) this.#ratios.shift();
  }
}
