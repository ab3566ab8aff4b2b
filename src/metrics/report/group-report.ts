/**
 * The metrics of groups of patients, and the gaps between them, with intervals from the same resamples.
 */
import { UserError } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import { soundTable } from '../check-table.js';
import { decisionsOf } from '../classes/accuracy.js';
import { fairnessCriteria } from '../fairness/criteria.js';
import {
  difference,
  gapOver,
  ratio,
  worstOf,
  worstStatistic,
  type GroupStatistic,
} from '../fairness/gaps.js';
import { groupsOf, type Group } from '../fairness/groups.js';
import { isFound, unitWeights, type Statistic } from '../finding.js';
import { bootstrapIntervals } from '../intervals/bootstrap.js';
import type { Metric, Metrics } from '../metric.js';
import type { OutcomeTable } from '../outcome-table.js';
import { mainMetric } from './main-metric.js';
import { metricOf, RESAMPLES, type ReportOptions } from './report-of.js';
import { tableStatistics, type TableStatistic } from './table-statistics.js';

export interface GroupReport {
  /** Rows and metrics of each group, by attribute and name of the group. */
  readonly groups: Readonly<
    Record<string, Readonly<Record<string, { readonly n: number; readonly metrics: Metrics }>>>
  >;
  /**
   * Gaps between the groups of each attribute: for classes the criteria of fairness, such as `equalised_odds_difference`; for all
   * outcomes `worst_…` of each metric, and `…_difference` and `…_ratio` of the main one.
   */
  readonly fairness: Readonly<Record<string, Metrics>>;
  /** Rows of which an attribute is not known, by attribute: they are of no group. */
  readonly missing: Readonly<Record<string, number>>;
}

/** One figure that is to come: where it goes and how it is computed. */
interface Wanted {
  readonly statistic: Statistic;
  readonly most?: number;
  readonly n: number;
  readonly group?: string;
}

/**
 * Metrics by group and gaps between groups. `attributes`: by name, the group of each row of the table, null where it is not
 * known. A metric that a group's rows do not identify is refused in words there, and so are gaps that need it; the worst group is
 * that of those that identify the metric. Throws a `UserError` on a table that is not sound.
 */
export function groupReport(
  predictions: OutcomeTable,
  attributes: Readonly<Record<string, readonly (string | null)[]>>,
  options: ReportOptions = {},
): GroupReport {
  const { seed = [0], resamples = RESAMPLES, subject, ...rest } = options;
  const table = soundTable(predictions, subject);
  const audits = Object.entries(attributes).map(([attribute, values]) => {
    if (values.length !== table.patients.length) {
      const problem = `has ${table.patients.length} rows, but ${values.length} of ${attribute}`;
      throw new UserError({ subject: subject ?? 'predictions', problem, fix: 'give one for each row' });
    }
    const groups = groupsOf(values);
    const statistics = groups.map((group) => tableStatistics(table, rest, group.rows));
    return { attribute, groups, statistics, gaps: gapsOf(table, groups, statistics, rest.decisions) };
  });
  const wanted = audits.flatMap(({ statistics, gaps }): Wanted[] => [...statistics.flat(), ...gaps.values()]);
  const all = unitWeights(table.patients.length);
  const identified = wanted.filter(({ statistic }) => isFound(statistic(all)));
  const intervals = bootstrapIntervals(identified, table, rngOf('metrics', ...seed), resamples);
  const intervalOf = new Map(identified.map((one, i) => [one, intervals[i] ?? null]));
  const figure = (one: Wanted): Metric => ({
    ...metricOf(one.statistic(all), intervalOf.get(one) ?? null, one.n),
    ...(one.group === undefined ? {} : { group: one.group }),
  });
  return {
    groups: byAttribute(audits, ({ groups, statistics }) =>
      Object.fromEntries(
        groups.map(({ name, rows }, g) => {
          const own = (statistics[g] ?? []).map((one): [string, Metric] => [one.name, figure(one)]);
          return [name, { n: rows.length, metrics: Object.fromEntries(own) }];
        }),
      ),
    ),
    fairness: byAttribute(audits, ({ gaps }) =>
      Object.fromEntries([...gaps].map(([name, one]): [string, Metric] => [name, figure(one)])),
    ),
    missing: byAttribute(
      audits,
      ({ groups }) => table.patients.length - groups.reduce((sum, { rows }) => sum + rows.length, 0),
    ),
  };
}

function byAttribute<A extends { readonly attribute: string }, T>(
  audits: readonly A[],
  of: (audit: A) => T,
): Record<string, T> {
  return Object.fromEntries(audits.map((audit) => [audit.attribute, of(audit)]));
}

/** Gaps between groups by name. */
function gapsOf(
  { outcome, patients }: OutcomeTable,
  groups: readonly Group[],
  statistics: readonly (readonly TableStatistic[])[],
  decisions: readonly number[] | undefined,
): ReadonlyMap<string, Wanted> {
  const n = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const gaps = new Map<string, Wanted>();
  if (outcome.kind === 'classes') {
    const decided = decisions ?? decisionsOf(outcome.probabilities);
    for (const { name, statistic } of fairnessCriteria(outcome, decided, groups)) {
      gaps.set(name, { statistic, n });
    }
  }
  const all = unitWeights(patients.length);
  for (const [m, { name, ideal }] of (statistics[0] ?? []).entries()) {
    const ofGroups = groups.map(({ name: group }, g): GroupStatistic => {
      return { group, statistic: (statistics[g]?.[m] as TableStatistic).statistic };
    });
    const slowest = statistics.map((own) => own[m]?.most ?? Infinity);
    const most = Math.min(...slowest);
    const limit = most === Infinity ? {} : { most };
    if (name === mainMetric(outcome.kind)) {
      gaps.set(`${name}_difference`, { statistic: gapOver(ofGroups, difference), n, ...limit });
      gaps.set(`${name}_ratio`, { statistic: gapOver(ofGroups, ratio), n, ...limit });
    }
    const worst = groups.length < 2 ? null : worstOf(ofGroups, ideal, all);
    gaps.set(`worst_${name}`, {
      statistic: worstStatistic(ofGroups, ideal),
      n,
      ...limit,
      ...(worst === null ? {} : { group: worst.group }),
    });
  }
  return gaps;
}
