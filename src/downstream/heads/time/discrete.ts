/**
 * What heads have in common that tell, for each interval of time, how likely the event is in it.
 *
 * Source: Kvamme and Borgan, "Continuous and discrete-time survival prediction with neural networks", Lifetime Data Analysis
 * 2021: discretisation (section 3.5), interpolation by a constant density or a constant hazard (section 3.6).
 */
import { present } from '../../../core/errors.js';
import type { Json } from '../../../core/json.js';
import type { Builder } from '../../../ir/builder.js';
import type { Value } from '../../../ir/graph.js';
import type { HeadContext, HeadPlan } from '../../head.js';
import { perceptron } from '../../layers.js';
import type { TimeTargets } from '../../targets.js';
import { pythonHead } from '../pytorch.js';
import { requireEvents } from './events.js';
import { survivalTimes, timeGrid, trainingHazards, type GridKind } from './grid.js';
import { middles, partIntervals, sharesAt, wholeIntervals } from './intervals.js';
import { column, columnTensor, concordanceOf, ranksOf } from './order.js';
import { notRising } from './survival.js';

export interface DiscreteOptions {
  readonly hidden: number;
  readonly intervals: number;
  readonly cuts: GridKind;
  readonly points: number;
  readonly interpolation: 'density' | 'hazard';
}

/** Where rows end, each a column `[N, 1]`. */
export interface EndColumns {
  /** Index of the interval; −1: of no interval. */
  readonly interval: Value;
  /** 1 if the event happened in that interval. */
  readonly event: Value;
  /** Share of the interval that the row came through. */
  readonly share: Value;
}

export interface DiscreteModel {
  /** True if a row ends within an interval; false if censored rows end with the last interval that they came through. */
  readonly withinIntervals?: boolean;
  /** Mean loss of the rows: a scalar. `outputs`: `[N, K]`. */
  loss(b: Builder, outputs: Value, ends: EndColumns): Value;
  /** Probability of the event in each interval, `[N, K]`. */
  masses(b: Builder, outputs: Value): Value;
  /** Outputs that tell these hazards of the intervals for every row: where biases start. */
  start(hazards: readonly number[]): readonly number[];
  /** Cumulative hazard of each interval, `[N, K]`; absent: that of the masses. */
  hazards?(b: Builder, outputs: Value): Value;
  /** Arguments of the class in Python beside those that all have. */
  readonly settings?: Readonly<Record<string, Json>>;
}

export function discretePlan(
  model: DiscreteModel,
  options: DiscreteOptions,
  { features: columns, targets, times = survivalTimes(targets, options.points) }: HeadContext<TimeTargets>,
  name: string,
): HeadPlan<TimeTargets> {
  requireEvents(targets, name);
  const cuts = timeGrid(targets, options.intervals, options.cuts);
  const start = model.start(trainingHazards(targets, cuts));
  const outputsOf = (b: Builder, features: Value): Value =>
    perceptron(b, features, options.hidden, cuts.length, { start });
  return {
    inputs: (rows) => ['rank', 'event', 'interval', 'ended', 'share'].map((input) => column(input, rows)),
    feeds: (batch) => endTensors(batch, cuts, model.withinIntervals === true),
    loss: (b, features, inputs) => {
      const outputs = outputsOf(b, features);
      const { rank, event, ...ends } = inputs;
      const down = (key: string): Value => b.reshape(present(ends[key], key), [-1, 1]);
      const risk = riskOf(b, model.masses(b, outputs), cuts);
      return {
        loss: model.loss(b, outputs, {
          interval: down('interval'),
          event: down('ended'),
          share: down('share'),
        }),
        metrics: {
          concordance: concordanceOf(b, risk, present(rank, 'rank'), present(event, 'event')),
        },
      };
    },
    predict: (b, features) => {
      const outputs = outputsOf(b, features);
      const masses = model.masses(b, outputs);
      return {
        risk: riskOf(b, masses, cuts),
        survival: survivalOf(b, { masses, hazards: model.hazards?.(b, outputs) }, cuts, times, options),
      };
    },
    complete: notRising,
    metric: 'concordance',
    chance: 0.5,
    times,
    pytorch: () => {
      const { hidden, interpolation } = options;
      const settings = { features: columns, hidden, cuts: [...cuts], times: [...times], start: [...start] };
      return pythonHead(
        name,
        { ...settings, ...(model.withinIntervals !== true && { interpolation }), ...model.settings },
        ['time_to_event'],
      );
    },
  };
}

function endTensors(
  targets: TimeTargets,
  cuts: readonly number[],
  within: boolean,
): ReturnType<HeadPlan<TimeTargets>['feeds']> {
  const { interval, event, share } = within
    ? partIntervals(targets, cuts)
    : { ...wholeIntervals(targets, cuts), share: targets.times.map(() => 1) };
  return {
    rank: columnTensor(ranksOf(targets.times)),
    event: columnTensor(targets.events),
    interval: columnTensor(interval),
    ended: columnTensor(event),
    share: columnTensor(share),
  };
}

/** Share of the time up to the last cut that is lost, `[N]`: 1 − restricted mean survival time / last cut. */
function riskOf(b: Builder, masses: Value, cuts: readonly number[]): Value {
  const lost = b.constant(
    [cuts.length],
    middles(cuts).map((middle) => 1 - middle),
  );
  return b.reduceSum(b.mul(masses, lost), [1]);
}

/** Survival `[N, T]` at `times`, interpolated between the cuts. */
function survivalOf(
  b: Builder,
  { masses, hazards }: { readonly masses: Value; readonly hazards: Value | undefined },
  cuts: readonly number[],
  times: readonly number[],
  { interpolation }: DiscreteOptions,
): Value {
  const shares = b.constant([cuts.length, times.length], sharesAt(cuts, times));
  if (interpolation === 'density') {
    return b.maximum(b.sub(b.scalar(1), b.matmul(masses, shares)), b.scalar(0));
  }
  return b.exp(b.neg(b.matmul(hazards ?? hazardsOfMasses(b, masses), shares)));
}

/** Cumulative hazard of each interval from the probability of the event in it. */
function hazardsOfMasses(b: Builder, masses: Value): Value {
  const size = masses.shape[1] ?? 1;
  const survival = b.maximum(b.sub(b.scalar(1), b.matmul(masses, upTo(b, size))), b.scalar(1e-7));
  const difference = Array.from({ length: size * size }, (_, place) => {
    const [row, col] = [Math.floor(place / size), place % size];
    return row === col ? -1 : row === col - 1 ? 1 : 0;
  });
  return b.matmul(b.log(survival), b.constant([size, size], difference));
}

/** Constant `[size, size]` that makes of a row its cumulative sums; `exclusive`: each without the element itself. */
export function upTo(b: Builder, size: number, exclusive = false): Value {
  const data = Array.from({ length: size * size }, (_, place) => {
    const [row, col] = [Math.floor(place / size), place % size];
    return row < col || (row === col && !exclusive) ? 1 : 0;
  });
  return b.constant([size, size], data);
}

/** Index of each interval, `[1, count]`, to compare with `[N, 1]`. */
export function indices(b: Builder, count: number): Value {
  return b.constant([1, count], [...Array(count).keys()]);
}
