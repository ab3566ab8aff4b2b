/**
 * A constraint on fairness as a part of the loss: a penalty on the gap between groups, or a multiplier that rises while the gap
 * is above its limit.
 */
import { UserError } from '../../../core/errors.js';
import { intTensor, type AnyTensor } from '../../../core/tensor.js';
import type { Builder } from '../../../ir/builder.js';
import type { Value } from '../../../ir/graph.js';
import { groupNames, oneHotGroups } from '../../fairness/groups.js';
import { lagrangianTerm } from '../../fairness/lagrangian.js';
import { fairnessGap } from '../../fairness/penalty.js';
import type { DownstreamTask } from '../../task-file.js';
import type { ModelRows } from '../rows.js';

export interface FairnessPlan {
  readonly options: NonNullable<DownstreamTask['fairness']>;
  readonly groups: readonly string[];
  /** Rise of the multiplier per step and unit of excess. */
  readonly rate: number;
}

/** Name of the output that holds the gap. */
export const GAP = 'gap';
const [GROUPS, LABELS] = ['fairness/groups', 'fairness/labels'] as const;

/** A gap that stays a tenth above its limit gives the multiplier the task's weight in the end. */
const MULTIPLIED = 10;

/** The plan of a task's constraint; undefined where none is part of training. */
export function fairnessPlan(
  { fairness: options, training }: DownstreamTask,
  rows: Pick<ModelRows, 'groups' | 'targets'>,
): FairnessPlan | undefined {
  if (options === undefined || options.method === 'thresholds') return undefined;
  const subject = `fairness by ${options.attribute}`;
  if (rows.targets.kind !== 'classes') {
    throw new UserError({
      subject,
      problem: `a ${options.method} needs a head that tells classes, this one learns from "${rows.targets.kind}"`,
      fix: 'leave "fairness" out, or take the head classes',
    });
  }
  const groups = groupNames(rows.groups ?? []);
  if (groups.length < 2) {
    throw new UserError({
      subject,
      problem: `the training rows must name two groups at least, they name ${groups.length}`,
      fix: `give a column s_${options.attribute}, or site`,
    });
  }
  return { options, groups, rate: (MULTIPLIED * options.weight) / training.steps };
}

/** Inputs of a graph with `rows` rows; what they are called and what they hold. */
export function fairnessInputs(builder: Builder, { groups }: FairnessPlan, rows: number) {
  return {
    groups: builder.input(GROUPS, [rows, groups.length]),
    labels: builder.input(LABELS, [rows], 'i64'),
  };
}

export function fairnessFeeds(
  plan: FairnessPlan,
  { groups = [], targets }: Pick<ModelRows, 'groups' | 'targets'>,
): Readonly<Record<string, AnyTensor>> {
  const labels = targets.kind === 'classes' ? targets.labels : [];
  return {
    [GROUPS]: oneHotGroups(groups, plan.groups),
    [LABELS]: intTensor([labels.length], Int32Array.from(labels)),
  };
}

/**
 * The gap of a batch and the term that is added to the loss. In evaluation the lagrangian's term is the excess over its limit
 * by the task's weight, so that the losses of different steps can be compared.
 */
export function fairnessTerm(
  builder: Builder,
  { options, rate }: FairnessPlan,
  inputs: { readonly probabilities: Value; readonly groups: Value; readonly labels: Value },
  training: boolean,
): { readonly gap: Value; readonly term: Value } {
  const { criterion, method, weight, limit } = options;
  const gap = fairnessGap(builder, criterion, inputs);
  if (method === 'penalty') return { gap, term: builder.mul(gap, builder.scalar(weight)) };
  if (training) return { gap, term: lagrangianTerm(builder, gap, { limit, rate }) };
  const excess = builder.relu(builder.sub(gap, builder.scalar(limit)));
  return { gap, term: builder.mul(excess, builder.scalar(weight)) };
}
