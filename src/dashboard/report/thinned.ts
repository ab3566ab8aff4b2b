/**
 * Curves of long trainings with fewer points: of each stretch of steps the lowest and the highest value, as a plot of that width would
 * show them, and the last point. Values are those of the database; nothing is averaged.
 */
import type { CandidateView, CurveLine } from '../views/types.js';

/** Stretches of a longer curve; a curve of up to twice as many points stays as it is. */
const STRETCHES = 200;

export function withThinCurves(view: CandidateView): CandidateView {
  const evaluations = view.evaluations.map((one) => ({ ...one, curves: one.curves.map(thinned) }));
  return { ...view, evaluations };
}

export function thinned({ name, steps, values }: CurveLine): CurveLine {
  const { length } = steps;
  if (length <= 2 * STRETCHES) return { name, steps, values };
  const kept = new Set<number>();
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    const [from, to] = [stretch, stretch + 1].map((end) => Math.round((end * length) / STRETCHES)) as [
      number,
      number,
    ];
    for (const place of extremes(values, from, to)) kept.add(place);
  }
  kept.add(length - 1);
  const places = [...kept].sort((a, b) => a - b);
  return { name, steps: places.map((i) => steps[i] as number), values: places.map((i) => values[i] ?? null) };
}

/** Places of the lowest and the highest value, and of the first that is not a number. */
function extremes(values: CurveLine['values'], from: number, to: number): readonly number[] {
  let [lowest, highest, absent] = [-1, -1, -1];
  for (let i = from; i < to; i++) {
    const value = values[i] ?? null;
    if (value === null) absent = absent === -1 ? i : absent;
    else {
      if (lowest === -1 || value < (values[lowest] ?? 0)) lowest = i;
      if (highest === -1 || value > (values[highest] ?? 0)) highest = i;
    }
  }
  return [lowest, highest, absent].filter((place) => place !== -1);
}
