/**
 * What a report has no value for, and why: one line for each reason.
 */
import type { Metrics } from '../../metrics/index.js';
import { escaped, words } from './markdown-text.js';
import { splitsOf } from './markdown-sections.js';
import { nameOf } from './split-names.js';
import type { Report } from './report.js';

export function refusalsSection(report: Report): string | null {
  const reasons = new Map<string, string[]>();
  const collect = (place: string, metrics: Metrics): void => {
    for (const [name, { value, refused }] of Object.entries(metrics)) {
      if (value !== null) continue;
      const key = `${place}\n${refused ?? 'no reason was told'}`;
      reasons.set(key, [...(reasons.get(key) ?? []), name]);
    }
  };
  for (const [split, { metrics, groups, fairness }] of splitsOf(report)) {
    const at = escaped(nameOf(split, report));
    collect(at, metrics);
    for (const [attribute, own] of Object.entries(groups)) {
      for (const [group, part] of Object.entries(own))
        collect(`${at}, ${escaped(attribute)} ${escaped(group)}`, part.metrics);
    }
    for (const [attribute, gaps] of Object.entries(fairness))
      collect(`${at}, gaps of ${escaped(attribute)}`, gaps);
  }
  for (const [attribute, { auroc }] of Object.entries(report.leak?.attributes ?? {}))
    collect(`reading of ${escaped(attribute)}`, { auroc });
  if (reasons.size === 0) return null;
  const lines = [...reasons].map(([key, names]) => {
    const [place = '', reason = ''] = [key.slice(0, key.indexOf('\n')), key.slice(key.indexOf('\n') + 1)];
    return `- ${place}: ${names.map(words).join(', ')}: ${escaped(reason)}`;
  });
  return `## What the rows do not identify\n\n${lines.join('\n')}`;
}
