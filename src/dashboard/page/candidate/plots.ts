/** Curves of a candidate's evaluations, brought together by their names. */
import type { CandidateView, CurveLine } from '../../views/types.js';

type Evaluation = CandidateView['evaluations'][number];

/** What tells an evaluation from the others of its candidate. */
export const titleOf = ({ purpose, rung, seed }: Pick<Evaluation, 'purpose' | 'rung' | 'seed'>): string =>
  `${purpose}, rung ${rung}, seed ${seed}`;

/** A plot of lines that need not share their steps. */
interface Plot {
  readonly name: string;
  readonly x: readonly number[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

export function plotsOf(evaluations: CandidateView['evaluations']): readonly Plot[] {
  const byName = new Map<string, { readonly title: string; readonly curve: CurveLine }[]>();
  for (const evaluation of evaluations) {
    for (const curve of evaluation.curves) {
      const known = byName.get(curve.name) ?? [];
      byName.set(curve.name, [...known, { title: titleOf(evaluation), curve }]);
    }
  }
  return [...byName].map(([title, lines]) => {
    const x = [...new Set(lines.flatMap(({ curve }) => curve.steps))].sort((a, b) => a - b);
    const place = new Map(x.map((step, index) => [step, index]));
    const series = lines.map(({ title: of, curve }) => {
      const values: (number | null)[] = x.map(() => null);
      for (const [index, step] of curve.steps.entries()) {
        values[place.get(step) ?? 0] = curve.values[index] ?? null;
      }
      return { name: of, values };
    });
    return { name: title, x, series };
  });
}
