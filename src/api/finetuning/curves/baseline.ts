/**
 * How the metadata baseline learns, whatever the task's model does: by a linear head that is solved exactly, its weights under a
 * penalty. For classes and values the penalty is chosen from the rows; times to an event take Cox's regression.
 */
import { present } from '../../../core/errors.js';
import { heads } from '../../../downstream/heads/index.js';
import { refusalOf } from '../../../downstream/identified.js';
import type { Targets } from '../../../downstream/targets.js';
import type { DownstreamTask } from '../../../downstream/task-file.js';
import type { ModelKind } from '../model-spec.js';

const HEADS: Readonly<Record<Targets['kind'], DownstreamTask['head']>> = {
  classes: { name: 'classes', options: { exact: true } },
  value: { name: 'value', options: {} },
  time: { name: 'cox', options: {} },
};

/** Of Cox's regression where the task gives none: strong, since columns are many and alike. */
const COX_PENALTY = 0.3;

/** The task's kind of model, with what the baseline learns by in its place; `head` is one of voxolve's own. */
export function baselineKind(
  kind: ModelKind,
  targets: Targets['kind'],
): ModelKind & { readonly head: string } {
  const { fairness: _, training, ...task } = kind.task;
  const { penalty, ...steps } = training;
  const head = HEADS[targets];
  return {
    ...kind,
    head: head.name,
    exact: true,
    task: {
      ...task,
      head,
      training: {
        ...steps,
        balance: 'none',
        ...(targets === 'time' && {
          penalty: penalty === undefined || penalty === 0 ? COX_PENALTY : penalty,
        }),
      },
    },
  };
}

/** Why the baseline cannot learn from these rows, in words; undefined where it can. */
export function baselineRefusal(
  { task }: Pick<ModelKind, 'task'>,
  targets: Targets,
  rows: readonly number[],
): string | undefined {
  return refusalOf({ head: present(heads[task.head.name], task.head.name), task }, targets, rows);
}
