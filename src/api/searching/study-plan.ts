/**
 * From a resolved experiment to what a study needs: its strategy over the space that keeps the constraints, its costs, its
 * auxiliary evaluations, and the record of it all in the database.
 */
import { rngOf } from '../../core/random.js';
import type { Genome } from '../../core/records.js';
import type { ConstrainedExperiment, PlannedExperiment } from '../../experiment/resolve.js';
import type { LabelledSet } from '../../probes/labelled-set.js';
import { constrained } from '../../search/constrained.js';
import { genomeSpace } from '../../search/space.js';
import { createStrategy } from '../../search/strategies/index.js';
import { asSequential, type GenomeSpace, type Strategy } from '../../search/strategy.js';
import type { Trace } from '../../search/trace.js';
import type { ZeroCostScores } from '../../search/zero-cost.js';
import type { StudyPlan } from '../../study/index.js';
import { createScorer } from '../../workers/zero-cost/scorer.js';
import type { SearchSpec } from '../search-spec.js';
import type { ObjectiveRecord } from './objective/record.js';

export function specOf(
  { experiment, code, channels, plan }: PlannedExperiment,
  labelled?: LabelledSet,
  objective?: ObjectiveRecord,
): SearchSpec {
  return {
    experiment,
    code,
    channels,
    worst: objective?.worst ?? plan.worst,
    ...(objective === undefined ? {} : { objective }),
    ...(labelled === undefined ? {} : { labelled: labelled.fingerprint }),
  };
}

/**
 * The strategy of an experiment over its space, told nothing yet. What it proposes keeps the constraints.
 *
 * @param zeroCost scores that a prescreen chooses by; whoever makes them frees them
 * @param trace hears what the strategy does, where a decision is explained
 */
export function strategyOf(
  resolved: ConstrainedExperiment,
  zeroCost: ZeroCostScores,
  trace?: Trace,
): Strategy {
  const { strategy } = resolved.experiment;
  const reference = typeof strategy === 'string' ? { name: strategy, options: {} } : strategy;
  return createStrategy(reference, proposableSpace(resolved, trace), {
    lookahead: resolved.experiment.lookahead,
    zeroCost,
    ...(trace === undefined ? {} : { trace }),
    own: {
      members: resolved.strategies,
      problem: (genome) => resolved.space.gene.problems(genome, [])[0] ?? null,
    },
  });
}

/** Throws a `UserError` where a strategy of the user's own cannot decide on the first candidate. */
export function tryStrategy(resolved: ConstrainedExperiment): void {
  if (Object.keys(resolved.strategies).length === 0) return;
  const scorer = createScorer(resolved);
  try {
    asSequential(strategyOf(resolved, scorer)).ask(0, rngOf(resolved.experiment.seed, 'try'));
  } finally {
    scorer.close();
  }
}

/** The experiment's space without the genomes that break its constraints. */
export function proposableSpace(resolved: ConstrainedExperiment, trace?: Trace): GenomeSpace {
  const feasible = (genome: Genome): string | null => {
    const found = resolved.feasibility(genome);
    return found.feasible ? null : found.reason;
  };
  return constrained(genomeSpace(resolved.space), feasible, { trace });
}

/** The evaluations of which the strategy is told nothing, and the rule that ends trainings early. */
export function auxiliaryPlanOf({
  experiment,
  plan,
}: PlannedExperiment): Required<Pick<StudyPlan, 'auxiliary' | 'objectives' | 'stopping'>> {
  const { trust, winners, probe, curveStopping, objectives } = experiment;
  return {
    objectives,
    auxiliary: {
      trust: trust.share > 0 ? trust : undefined,
      winners: winners.candidates > 0 ? winners : undefined,
      probeShare: probe?.share,
    },
    stopping:
      curveStopping === undefined ? undefined : { ...curveStopping, curve: `validation/${plan.metric}` },
  };
}
