/**
 * What a `report.json` holds, as far as the page shows it: metrics with intervals by split, scores of a federation, remarks.
 */
import { z } from 'zod';
import type { Json } from '../../../core/json.js';
import type { RunsView } from '../types.js';

type Run = RunsView['runs'][number];

const Metric = z.looseObject({
  value: z.number().nullable(),
  ci95: z.tuple([z.number(), z.number()]).nullish(),
  refused: z.string().optional(),
});
const Metrics = z.record(z.string(), z.unknown());
const Report = z.looseObject({ splits: z.record(z.string(), z.looseObject({ metrics: Metrics })) });
const Federation = z.looseObject({
  algorithm: z.string(),
  metric: z.string(),
  scores: z.looseObject({ federated: z.number().nullable(), pooled: z.number().nullable() }),
});
const Remarks = z.looseObject({ remarks: z.array(z.string()) });

/** Figures and notes of a run that are shown at most, and letters of each. */
const MOST = 500;
const LETTERS = 300;

/** What a report tells; null where it has not the form of one. */
export function contentOf(
  report: Json,
): (Pick<Run, 'metrics' | 'notes'> & { readonly kind?: string }) | null {
  const remarks = Remarks.safeParse(report).data?.remarks ?? [];
  const federation = Federation.safeParse(report).data;
  if (federation !== undefined) {
    const { scores, metric, algorithm } = federation;
    const metrics = (['federated', 'pooled'] as const).flatMap((split) => {
      const value = scores[split];
      return value === null ? [] : [{ name: clipped(metric), value: { value, interval: null }, split }];
    });
    return { kind: 'federated pretraining', metrics, notes: [`algorithm: ${clipped(algorithm)}`] };
  }
  const splits = Report.safeParse(report).data?.splits;
  if (splits === undefined) return null;
  const metrics: Run['metrics'][number][] = [];
  const notes = remarks.map(clipped);
  for (const [split, { metrics: own }] of Object.entries(splits)) {
    for (const [name, figure] of Object.entries(own)) {
      const metric = Metric.safeParse(figure).data;
      if (metric === undefined) notes.push(clipped(`${split}: ${name} has not the form of a metric`));
      else if (metric.value === null)
        notes.push(clipped(`${split}: ${name}: ${metric.refused ?? 'no value'}`));
      else {
        const value = { value: metric.value, interval: metric.ci95 ?? null };
        metrics.push({ name: clipped(name), value, split: clipped(split) });
      }
    }
  }
  return { metrics: metrics.slice(0, MOST), notes: notes.slice(0, MOST) };
}

const clipped = (text: string): string => (text.length <= LETTERS ? text : `${text.slice(0, LETTERS)}…`);
