/**
 * Strata of rows among which batches are balanced.
 */
import { UserError } from '../../../core/errors.js';
import { groupNames } from '../../fairness/groups.js';
import type { DownstreamTask } from '../../task-file.js';
import type { ModelRows } from '../rows.js';

/**
 * Rows of each class, with and without event, or of each group; undefined where batches are not balanced. Rows of unknown group
 * are in no stratum, so that they are not learned from where groups are balanced.
 */
export function strataOf(
  { training, fairness }: Pick<DownstreamTask, 'training' | 'fairness'>,
  { targets, groups = [] }: Pick<ModelRows, 'targets' | 'groups'>,
): readonly (readonly number[])[] | undefined {
  const { balance } = training;
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject: `"balance": "${balance}" of "training"`, problem, fix });
  };
  const split = <T>(values: readonly T[], kinds: readonly T[]): number[][] =>
    kinds
      .map((kind) => values.flatMap((value, row) => (value === kind ? [row] : [])))
      .filter((rows) => rows.length > 0);
  switch (balance) {
    case 'none':
      return undefined;
    case 'classes':
      return targets.kind === 'classes'
        ? split(targets.labels, [...targets.names.keys()])
        : refuse(`the head learns from "${targets.kind}", not from classes`, 'choose none');
    case 'events':
      return targets.kind === 'time'
        ? split(targets.events, [1, 0])
        : refuse(`the head learns from "${targets.kind}", not from times to an event`, 'choose none');
    case 'groups': {
      const names = groupNames(groups);
      if (names.length > 0) return split(groups, names);
      const attribute = fairness?.attribute;
      return attribute === undefined
        ? refuse('no attribute says which groups', 'name it in "fairness": { "attribute": … }')
        : refuse(`no training row names its group by ${attribute}`, `give a column s_${attribute}`);
    }
  }
}
