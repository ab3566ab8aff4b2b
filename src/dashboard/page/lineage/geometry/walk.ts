/** Steps of the keyboard through the family: to the parent, to the child that goes on, to the rows above and below. */
import type { Places } from './places.js';

export const steps = ['parent', 'child', 'above', 'below'] as const;
export type StepTo = (typeof steps)[number];

/** Index of the candidate that a step from `index` leads to; the same one where there is none. */
export function stepTo(places: Places, index: number, step: StepTo): number {
  const { layout } = places;
  if (step === 'parent') {
    const parent = layout.parents[index] ?? -1;
    return parent < 0 ? index : parent;
  }
  if (step === 'child') {
    const heir = layout.heirs[index] ?? -1;
    return heir < 0 ? index : heir;
  }
  const row = (layout.rows[index] ?? 0) + (step === 'above' ? -1 : 1);
  return nearestInRow(places, row, places.layout.columns[index] ?? 0) ?? index;
}

/** The candidate of a row whose column is nearest; null where there is no such row. */
function nearestInRow(places: Places, row: number, column: number): number | null {
  let found: number | null = null;
  let least = Infinity;
  for (let i = 0; i < places.layout.size; i++) {
    if (places.layout.rows[i] !== row) continue;
    const far = Math.abs((places.layout.columns[i] ?? 0) - column);
    if (far < least) [found, least] = [i, far];
  }
  return found;
}
