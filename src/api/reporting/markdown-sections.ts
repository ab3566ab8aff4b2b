/**
 * The sections of `report.md`, each from what `report.json` holds; null where it holds nothing for one.
 */
import type { Metric, Metrics } from '../../metrics/index.js';
import { escaped, estimate, figure, markdownTable, words } from './markdown-text.js';
import type { Report, SplitReport } from './report.js';
import { nameOf } from './split-names.js';

export type Splits = readonly (readonly [string, SplitReport])[];

export const splitsOf = ({ splits }: Report): Splits => Object.entries(splits);

export function metricsSection(report: Report): string {
  const splits = splitsOf(report);
  const header = ['metric', ...splits.map(([split]) => nameOf(split, report))];
  const rows = namesIn(splits.map(([, { metrics }]) => metrics)).map((name) => [
    words(name),
    ...splits.map(([, { metrics }]) => estimate(metrics[name])),
  ]);
  const sizes = ['rows (patients)', ...splits.map(([, { n, patients }]) => `${n} (${patients})`)];
  return `## Metrics\n\n${markdownTable(header, [sizes, ...rows])}`;
}

export function groupsSection(report: Report): string | null {
  const parts = splitsOf(report).flatMap(([split, part]) =>
    Object.entries(part.groups).map(([attribute, groups]) => {
      const names = Object.keys(groups);
      const rows = namesIn(names.map((name) => groups[name]?.metrics ?? {})).map((metric) => [
        words(metric),
        ...names.map((name) => estimate(groups[name]?.metrics[metric])),
      ]);
      const sizes = ['rows', ...names.map((name) => String(groups[name]?.n ?? 0))];
      const unknown = part.missing[attribute] ?? 0;
      const title = `### ${escaped(attribute)}, ${nameOf(split, report)}`;
      const left = unknown === 0 ? '' : `\n\nOf ${unknown} rows the group is unknown; they are in none.`;
      return `${title}\n\n${markdownTable(['metric', ...names.map(escaped)], [sizes, ...rows])}${left}`;
    }),
  );
  return parts.length === 0 ? null : `## Groups\n\n${parts.join('\n\n')}`;
}

export function fairnessSection(report: Report): string | null {
  const splits = splitsOf(report).filter(([, { fairness }]) => Object.keys(fairness).length > 0);
  const attributes = [...new Set(splits.flatMap(([, { fairness }]) => Object.keys(fairness)))];
  if (attributes.length === 0) return null;
  const parts = attributes.map((attribute) => {
    const own = splits.map(([split, { fairness }]) => [split, fairness[attribute] ?? {}] as const);
    const rows = namesIn(own.map(([, gaps]) => gaps)).map((name) => [
      words(name),
      ...own.map(([, gaps]) => withGroup(gaps[name])),
    ]);
    const header = ['between groups', ...own.map(([split]) => nameOf(split, report))];
    return `### ${escaped(attribute)}\n\n${markdownTable(header, rows)}`;
  });
  const reading =
    'Differences are 0 and ratios 1 where groups are alike. Gaps grow with noise: of small groups they are above 0 even where there is no gap in truth.';
  return `## Fairness\n\n${reading}\n\n${parts.join('\n\n')}`;
}

function withGroup(metric: (Metric & { readonly group?: string }) | undefined): string {
  const told = estimate(metric);
  return metric?.value == null || metric.group === undefined ? told : `${escaped(metric.group)}: ${told}`;
}

export function calibrationSection(report: Report): string | null {
  const { headline, temperature, splits } = report;
  const curves = Object.entries(splits[headline]?.reliability ?? {});
  if (curves.length === 0) return null;
  const scaled =
    temperature === undefined
      ? 'Probabilities are as the model told them.'
      : `Probabilities are divided, as logits, by the temperature ${figure(temperature)} of the final model.`;
  const parts = curves.map(([name, bins]) => {
    const rows = bins.map(({ low, high, n, predicted, observed, interval }) => [
      `${figure(low)} to ${figure(high)}`,
      String(n),
      figure(predicted),
      `${figure(observed)} (${figure(interval[0])} to ${figure(interval[1])})`,
    ]);
    const header = ['probability', 'rows', 'mean', 'share of the class'];
    return `### Class ${escaped(name)}, ${nameOf(headline, report)}\n\n${markdownTable(header, rows)}`;
  });
  return `## Calibration\n\n${scaled}\n\n${parts.join('\n\n')}`;
}

export function coverageSection(report: Report): string | null {
  const { coverage } = report.splits[report.headline] ?? {};
  if (coverage === undefined) return null;
  const rows = Object.entries(coverage.risk).map(([share, risk]) => [share, figure(risk)]);
  const reading = `Rows are ordered by ${coverage.by}. Area under the curve: ${figure(coverage.area)}; in random order: ${figure(coverage.area_at_random)}.`;
  return `## Coverage against risk\n\n${reading}\n\n${markdownTable(['share of rows that is answered', 'share of errors'], rows)}`;
}

export function coefficientsSection({ coefficients, log_likelihood }: Report): string | null {
  if (coefficients === undefined) return null;
  const rows = Object.entries(coefficients).map(([name, value]) => [escaped(name), value.toPrecision(5)]);
  const fit = log_likelihood === undefined ? '' : `\n\nLog-likelihood: ${log_likelihood.toFixed(3)}.`;
  return `## Coefficients\n\nPer unit of the covariate.\n\n${markdownTable(['covariate', 'coefficient'], rows)}${fit}`;
}

export function leakSection({ leak }: Report): string | null {
  if (leak === undefined) return null;
  const rows = Object.entries(leak.attributes).map(([name, { auroc, left_out }]) => [
    escaped(name),
    estimate(auroc),
    String(auroc.n),
    left_out.map(escaped).join(', ') || '–',
  ]);
  const reading = `How well a linear reader tells attributes from ${leak.source === 'features' ? 'frozen features' : 'covariates'}, in patients that it did not learn from: 0.5 is chance, 1 is always. What can be read can be used.`;
  const header = ['attribute', 'area under the curve', 'rows', 'values left out (few patients)'];
  return `## What can be read from the model's input\n\n${reading}\n\n${markdownTable(header, rows)}`;
}

export function thresholdsSection({ thresholds: told }: Report): string | null {
  if (told === undefined) return null;
  const { attribute, criterion, limit, refused, thresholds = {}, left = {}, measured_on = '' } = told;
  const title = `## Thresholds per group\n\nOf ${escaped(attribute)}, for ${criterion} within ${limit}.`;
  if (refused !== undefined) return `${title} None: ${escaped(refused)}.`;
  const groups = [
    ...Object.entries(thresholds).map(([group, value]) => [escaped(group), figure(value), '']),
    ...Object.entries(left).map(([group, why]) => [escaped(group), figure(0.5), escaped(why)]),
  ];
  const effect = namesIn([told.before ?? {}, told.after ?? {}]).map((name) => [
    words(name),
    estimate(told.before?.[name]),
    estimate(told.after?.[name]),
  ]);
  const cost = markdownTable(['metric', 'one threshold', 'by group'], effect);
  return `${title} Measured on: ${measured_on}.\n\n${markdownTable(['group', 'threshold', ''], groups)}\n\n${cost}`;
}

export function oodSection({ ood }: Report): string | null {
  if (ood === undefined) return null;
  const rows = Object.entries(ood.sets).flatMap(([set, { n, scores }]) =>
    Object.entries(scores).map(([score, { auroc, inside, outside }]) => [
      `${escaped(set)} (${n})`,
      escaped(score),
      estimate(auroc),
      figure(inside),
      figure(outside),
    ]),
  );
  const reading = `Whether scores tell scans of another kind from the ${ood.inside.n} that were evaluated: 0.5 is chance, 1 is always; below 0.5 the model is more certain of foreign scans.`;
  const header = ['scans', 'score', 'area under the curve', 'median here', 'median there'];
  return `## Out of distribution\n\n${reading}\n\n${markdownTable(header, rows)}`;
}

export function remarksSection({ remarks }: Report): string | null {
  if (remarks.length === 0) return null;
  return `## Remarks\n\n${remarks.map((remark) => `- ${escaped(remark)}`).join('\n')}`;
}

/** Names of the metrics of several lists, in the order in which they come. */
function namesIn(lists: readonly Metrics[]): string[] {
  return [...new Set(lists.flatMap((metrics) => Object.keys(metrics)))];
}
