/**
 * Overlap of two masks: twice the common voxels over those of both.
 *
 * Source: Dice, Measures of the amount of ecologic association between species (1945).
 */

/** Voxels of two masks, and of both. */
export interface Overlap {
  readonly first: number;
  readonly second: number;
  readonly common: number;
}

/** Dice's coefficient, in [0, 1]; null where both are empty. */
export function diceOf({ first, second, common }: Overlap): number | null {
  return first + second === 0 ? null : (2 * common) / (first + second);
}
