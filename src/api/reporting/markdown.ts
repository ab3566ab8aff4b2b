/**
 * `report.md`: the report for people. Every figure in it is one of `report.json`.
 */
import { estimate, escaped, words } from './markdown-text.js';
import {
  calibrationSection,
  coefficientsSection,
  coverageSection,
  fairnessSection,
  groupsSection,
  leakSection,
  metricsSection,
  oodSection,
  remarksSection,
  thresholdsSection,
} from './markdown-sections.js';
import { nameOf } from './split-names.js';
import { choicesSection } from './choices.js';
import { refusalsSection } from './refusals.js';
import type { Report } from './report.js';

/** Label-efficiency curves: their picture, a file beside the report, and their table in Markdown. */
export interface CurvesInMarkdown {
  readonly picture: string;
  readonly table: string;
}

export function reportMarkdown(report: Report, curves?: CurvesInMarkdown): string {
  const sections = [
    metricsSection(report),
    curvesSection(curves),
    fairnessSection(report),
    thresholdsSection(report),
    groupsSection(report),
    calibrationSection(report),
    coverageSection(report),
    coefficientsSection(report),
    choicesSection(report.choices),
    leakSection(report),
    oodSection(report),
    refusalsSection(report),
    remarksSection(report),
  ].filter((section) => section !== null);
  return `${[...head(report), ...sections].join('\n\n')}\n`;
}

function head(report: Report): string[] {
  const { task, headline, main, metrics, splits, version } = report;
  const title = task === null ? '# Report of predictions' : `# Report of task ${escaped(task)}`;
  const { n = 0, patients = 0 } = splits[headline] ?? {};
  const rows = `${n} rows of ${patients} patients (${nameOf(headline, report)})`;
  const best = metrics[main];
  const said = `${words(main)} ${best?.value == null ? 'is not identified' : estimate(best)}`;
  return [title, `${said}, on ${rows}. Intervals are of 95 %. Made by voxolve ${version}.`];
}

function curvesSection(curves: CurvesInMarkdown | undefined): string | null {
  if (curves === undefined) return null;
  return `## Label-efficiency curves\n\n![The metric against the number of labelled patients](${encodeURI(curves.picture)})\n\n${curves.table}`;
}
