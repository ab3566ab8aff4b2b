/**
 * Asynchronous successive halving over another strategy: what its two forms, one bracket or several, share.
 *
 * Each number is one evaluation: a new genome by the inner strategy at its bracket's lowest rung, or a promotion,
 * which evaluates an earlier candidate's genome at the next rung with `reduction` times the training. A candidate
 * is promoted once it is among the best 1/reduction of those told at its rung. What number i will be is decided
 * when i − lookahead is told, from results alone, so that it can be derived again.
 *
 * Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, algorithm 2 (ASHA).
 */
import type { Genome } from '../../core/records.js';
import { asSequential, type SequentialStrategy, type Strategy } from '../strategy.js';
import { scoreText } from '../trace.js';
import type { StrategyContext } from './member.js';

export interface Halving {
  readonly name: string;
  readonly rungs: number;
  readonly reduction: number;
  /** For the n-th new genome the rung at which it enters, in turn. */
  readonly entries: readonly number[];
}

interface Told {
  readonly number: number;
  readonly genome: Genome;
  readonly score: number;
}

/** Decision on a number: the rung of a bracket (named by its lowest rung) to evaluate it at, perhaps as a promotion. */
interface Decision {
  readonly bracket: number;
  readonly rung: number;
  readonly source?: Told;
}

/** Results at one rung of one bracket. */
interface Level {
  /** Results with a score, best first; among equals the earlier first. */
  readonly ranked: Told[];
  told: number;
  readonly promoted: Set<number>;
}

export function halving(
  strategy: Strategy,
  plan: Halving,
  { lookahead, trace }: Pick<StrategyContext, 'lookahead' | 'trace'>,
): SequentialStrategy {
  const inner = asSequential(strategy);
  const { name, rungs, reduction, entries } = plan;
  const decisions: Decision[] = [];
  const levels = new Map<string, Level>();
  let entered = 0;

  const enter = (): Decision => {
    const rung = entries[entered++ % entries.length] ?? 0;
    return { bracket: rung, rung };
  };
  const levelOf = (bracket: number, rung: number): Level => {
    const key = `${bracket}:${rung}`;
    const level = levels.get(key) ?? { ranked: [], told: 0, promoted: new Set<number>() };
    levels.set(key, level);
    return level;
  };
  /** From the highest rung down, the best that has earned the next one and not got it. */
  const promotion = (): Decision | undefined => {
    for (let rung = rungs - 2; rung >= 0; rung--) {
      for (let bracket = 0; bracket <= rung; bracket++) {
        const level = levels.get(`${bracket}:${rung}`);
        if (level === undefined) continue;
        const earned = Math.floor(level.told / reduction);
        if (earned <= level.promoted.size) continue;
        const source = level.ranked.slice(0, earned).find(({ number }) => !level.promoted.has(number));
        if (source === undefined) continue;
        level.promoted.add(source.number);
        return { bracket, rung: rung + 1, source };
      }
    }
    return undefined;
  };
  for (let number = 0; number < lookahead; number++) decisions.push(enter());

  return {
    kind: 'sequential',
    name,
    rungs: Array.from({ length: rungs }, (_, rung) => reduction ** (rung + 1 - rungs)),
    ask: (number, rng) => {
      const { rung, source } = decisions[number] ?? { rung: 0 };
      if (source === undefined) {
        trace?.say(`It is a new genome, at rung ${rung} of 0 to ${rungs - 1}, proposed by ${inner.name}.`);
        return { ...inner.ask(number, rng), rung };
      }
      trace?.say(
        `It is candidate ${source.number} again, ${scoreText(source.score)}, promoted to rung ${rung}: among the best one in ${reduction} of those told at rung ${rung - 1}, it was the best not promoted yet.`,
      );
      return {
        genome: source.genome,
        parents: [{ number: source.number, role: 'promotion' }],
        mutations: [],
        rung,
      };
    },
    tell: (result) => {
      inner.tell(result);
      const { number, genome, score } = result;
      const { bracket, rung } = decisions[number] ?? { bracket: 0, rung: 0 };
      const level = levelOf(bracket, rung);
      level.told++;
      if (score !== null) insert(level.ranked, { number, genome, score });
      decisions.push(promotion() ?? enter());
    },
  };
}

/** Keeps the order; a binary search finds the place. */
function insert(ranked: Told[], told: Told): void {
  let [low, high] = [0, ranked.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranked[middle]?.score ?? -Infinity) >= told.score) low = middle + 1;
    else high = middle;
  }
  ranked.splice(low, 0, told);
}
