/**
 * Gaps between groups: the largest value less the smallest, the smallest over the largest, and which group is worst off. A gap is
 * refused where a group does not identify its value, since nobody knows how far apart that group is.
 */
import { isFound, refused, type Finding, type Statistic } from '../finding.js';

/** A statistic of one group's rows, of the weights of all rows. */
export interface GroupStatistic {
  readonly group: string;
  readonly statistic: Statistic;
}

/** How two rates or metrics are compared. */
export type Gap = (least: number, most: number) => Finding;

/** Largest less smallest; 0 where groups are equal. */
export const difference: Gap = (least, most) => ({ value: most - least });

/** Smallest over largest; 1 where groups are equal, 0 where one has nothing. */
export const ratio: Gap = (least, most) => {
  if (least < 0) return refused('a value is negative, so that a ratio says nothing');
  return most === 0
    ? refused('the value is 0 in all groups, so that the ratio is 0/0')
    : { value: least / most };
};

/** Gap of a statistic over groups. */
export function gapOver(groups: readonly GroupStatistic[], gap: Gap): Statistic {
  return (weights) => {
    if (groups.length < 2) return refused(tooFew(groups));
    let [least, most] = [Infinity, -Infinity];
    for (const { group, statistic } of groups) {
      const finding = statistic(weights);
      if (!isFound(finding)) return refused(`group "${group}": ${finding.refused}`);
      least = Math.min(least, finding.value);
      most = Math.max(most, finding.value);
    }
    return gap(least, most);
  };
}

/** The largest of several gaps, such as of true and of false positive rates, or the smallest; refused where one of them is. */
export function extreme(gaps: readonly Statistic[], which: 'largest' | 'smallest'): Statistic {
  return (weights) => {
    let value = which === 'largest' ? -Infinity : Infinity;
    for (const gap of gaps) {
      const finding = gap(weights);
      if (!isFound(finding)) return finding;
      value = which === 'largest' ? Math.max(value, finding.value) : Math.min(value, finding.value);
    }
    return { value };
  };
}

/** The group whose value is farthest from the ideal, among those that identify it; the first of equal ones. */
export function worstOf(
  groups: readonly GroupStatistic[],
  ideal: number,
  weights: Float64Array,
): { readonly group: string; readonly value: number; readonly leftOut: number } | null {
  const found = groups.flatMap(({ group, statistic }) => {
    const finding = statistic(weights);
    return isFound(finding) ? [{ group, value: finding.value }] : [];
  });
  const [first, ...others] = found;
  if (first === undefined) return null;
  const worst = others.reduce(
    (before, other) => (Math.abs(other.value - ideal) > Math.abs(before.value - ideal) ? other : before),
    first,
  );
  return { ...worst, leftOut: groups.length - found.length };
}

/** The worst group's value, whichever it is for the weights; refused where no group identifies it. */
export function worstStatistic(groups: readonly GroupStatistic[], ideal: number): Statistic {
  return (weights) => {
    if (groups.length < 2) return refused(tooFew(groups));
    const worst = worstOf(groups, ideal, weights);
    if (worst === null) return refused('no group identifies it');
    return { value: worst.value, details: { groups: groups.length, groups_left_out: worst.leftOut } };
  };
}

function tooFew(groups: readonly GroupStatistic[]): string {
  return groups[0] === undefined ? 'no row has a group' : `all rows are of group "${groups[0].group}"`;
}
