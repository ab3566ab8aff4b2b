/** Figures of a candidate that are put together from several others. */
import type { Provenance } from '../../../core/records.js';
import type { CandidateView } from '../../views/types.js';
import { bytes, NONE, number } from '../shared/format.js';

/** What was predicted, and measured. */
export interface Prediction {
  readonly what: string;
  readonly predicted: number | null;
  readonly measured: number | null;
  readonly show: (value: number | null) => string;
  readonly note: string;
}

export function ratioOf({ predicted, measured }: Prediction): number | null {
  return predicted === null || measured === null || predicted === 0 ? null : measured / predicted;
}

export function predictionsOf({ cost, latency, evaluations }: CandidateView): readonly Prediction[] {
  const peaks = evaluations.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]));
  const range = latency.measuredOverPredicted;
  const limit = latency.limit === null ? 'no limit' : `limit ${milliseconds(latency.limit)}`;
  const spread =
    range === null
      ? ''
      : `; encoders that were measured took ${number(range.median, 2)} times the prediction (one in ten under ${number(range.low, 2)}, one in ten over ${number(range.high, 2)})`;
  return [
    {
      what: 'Peak memory of training',
      predicted: cost?.trainingBytes ?? null,
      measured: peaks.length === 0 ? null : Math.max(...peaks),
      show: (value) => bytes(value === null ? null : Math.round(value)),
      note: peaks.length > 1 ? `largest of ${peaks.length} evaluations` : '',
    },
    {
      what: 'Latency of one inference',
      predicted: latency.predicted,
      measured: null,
      show: milliseconds,
      note: latency.predicted === null ? 'not predicted: the search does not limit it' : `${limit}${spread}`,
    },
  ];
}

const milliseconds = (value: number | null): string => (value === null ? NONE : `${number(value, 2)} ms`);

/** "12 tensors copied, 2 fresh". */
export function countsOf(rows: readonly { readonly provenance: Provenance }[]): string {
  const counts = new Map<Provenance, number>();
  for (const { provenance } of rows) counts.set(provenance, (counts.get(provenance) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([provenance, many], index) => `${many}${index === 0 ? ' tensors' : ''} ${provenance}`)
    .join(', ');
}
