/**
 * The metrics that can be a search's objective: which targets they are of, their least value, and that of a model that
 * knows nothing. All are maximised, and 1 is the best.
 */
import { UserError } from '../../core/errors.js';
import type { Targets } from '../targets.js';

interface ObjectiveMetricFacts {
  readonly kind: Targets['kind'];
  /** Score of a model that gives no usable answer; lower values count as this. */
  readonly worst: number;
  /** The metric of a model that knows the frequencies of classes and nothing else. */
  readonly chance: (targets: Targets) => number;
}

const shares = (targets: Targets): readonly number[] =>
  targets.kind === 'classes'
    ? targets.names.map(
        (_, label) => targets.labels.filter((one) => one === label).length / targets.labels.length,
      )
    : [];

const constant = (value: number) => (): number => value;

export const objectiveMetrics = {
  auroc: { kind: 'classes', worst: 0, chance: constant(0.5) },
  average_precision: {
    kind: 'classes',
    worst: 0,
    // Of two classes the second is the one that is looked for; of more, the mean over classes.
    chance: (targets) => {
      const all = shares(targets);
      return all.length === 2 ? (all[1] ?? 0) : 1 / Math.max(1, all.length);
    },
  },
  accuracy: { kind: 'classes', worst: 0, chance: (targets) => Math.max(0, ...shares(targets)) },
  balanced_accuracy: {
    kind: 'classes',
    worst: 0,
    chance: (targets) => 1 / Math.max(1, shares(targets).length),
  },
  // Unbounded below: a single fold that goes wrong must not drown the others.
  r2: { kind: 'value', worst: -1, chance: constant(0) },
  harrell: { kind: 'time', worst: 0, chance: constant(0.5) },
} as const satisfies Readonly<Record<string, ObjectiveMetricFacts>>;

export type ObjectiveMetric = keyof typeof objectiveMetrics;

export const OBJECTIVE_METRICS = Object.keys(objectiveMetrics) as [ObjectiveMetric, ...ObjectiveMetric[]];

const usual: Readonly<Record<Targets['kind'], ObjectiveMetric>> = {
  classes: 'auroc',
  value: 'r2',
  time: 'harrell',
};

/** The metric asked for, or the usual one of such targets; throws a `UserError` where it is of other targets. */
export function objectiveMetricOf(
  asked: ObjectiveMetric | undefined,
  kind: Targets['kind'],
): ObjectiveMetric {
  const metric = asked ?? usual[kind];
  if (objectiveMetrics[metric].kind === kind) return metric;
  const fitting = OBJECTIVE_METRICS.filter((name) => objectiveMetrics[name].kind === kind);
  throw new UserError({
    subject: 'objective.metric',
    problem: `"${metric}" is of targets of kind "${objectiveMetrics[metric].kind}", but the head learns from "${kind}"`,
    fix: `use ${fitting.join(' or ')}`,
  });
}
