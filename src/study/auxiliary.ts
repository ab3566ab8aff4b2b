/**
 * Auxiliary evaluations, of which the strategy is told nothing: random candidates trained fully, to see
 * whether scores can be trusted, and the highest scores trained again to find the winner (docs/trust.md).
 *
 * They follow from seed, number and log alone, like every other decision.
 */
import { canonicalJson, type Json } from '../core/json.js';
import { rngOf } from '../core/random.js';

export interface TrustPlan {
  /** Share of all training steps that is spent on full evaluations of random candidates; below 1. */
  readonly share: number;
  /** Steps of a full evaluation, as a multiple of the full training's. */
  readonly longer: number;
}

export interface WinnersPlan {
  /** Number of the best that are trained again. */
  readonly candidates: number;
  /** Number of trainings of each. */
  readonly seeds: number;
  /** Steps of each, as a multiple of the full training's. */
  readonly longer: number;
}

export interface AuxiliaryPlan {
  readonly trust?: TrustPlan | undefined;
  readonly winners?: WinnersPlan | undefined;
  /** Share of the search's evaluations whose features are probed; auxiliary ones all are. */
  readonly probeShare?: number | undefined;
}

/** Seed of full evaluations for the trust meter; the search itself has the experiment's. */
export function trustSeed(seed: number): number {
  return seed + 1;
}

/** Seeds of the winners' repetitions. */
export function winnerSeeds(seed: number, { seeds }: WinnersPlan): readonly number[] {
  return Array.from({ length: seeds }, (_, k) => seed + 2 + k);
}

/**
 * True if a candidate, once it is done, is evaluated fully for the trust meter.
 *
 * Promotions are not, since they are chosen by their scores. One that enters at rung r is worth the steps of its own
 * training and of the promotions that on average follow, which cost as much again at every rung above.
 *
 * @param rungs the strategy's: shares of the full training by rung
 */
export function isTrusted(
  { share, longer }: TrustPlan,
  seed: number,
  { number, rung, promoted }: { readonly number: number; readonly rung: number; readonly promoted: boolean },
  rungs: readonly number[] = [1],
): boolean {
  if (promoted) return false;
  const own = (rungs[rung] ?? 1) * (rungs.length - rung);
  return rngOf(seed, number, 'trust').float() < (own * share) / ((1 - share) * longer);
}

/** True if an evaluation of the search has its features probed. */
export function isProbed({ probeShare }: AuxiliaryPlan, seed: number, number: number): boolean {
  return probeShare !== undefined && rngOf(seed, number, 'probe').float() < probeShare;
}

interface Ranked {
  readonly number: number;
  readonly genome: Json;
  readonly rung: number;
  readonly status: string;
  readonly score: number | null;
}

/** The best of different genomes: by rung, then score, then the lower number. Numbers, the best first. */
export function chooseWinners(candidates: readonly Ranked[], count: number): readonly number[] {
  const ranked = candidates
    .filter(({ status, score }) => status === 'done' && score !== null)
    .sort((a, b) => b.rung - a.rung || (b.score ?? 0) - (a.score ?? 0) || a.number - b.number);
  const chosen = new Map<string, number>();
  for (const { number, genome } of ranked) {
    if (chosen.size >= count) break;
    const key = canonicalJson(genome);
    if (!chosen.has(key)) chosen.set(key, number);
  }
  return [...chosen.values()];
}
