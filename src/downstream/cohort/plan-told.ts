/**
 * A plan of covariates told to others: to users in words, and to Python in an export.
 */
import { plainJson } from '../../core/json.js';
import type { PythonTask } from '../../tasks/task.js';
import type { CovariatePlan } from './encode.js';

/** Columns of the plan that are left out though rows differ in them, one line for each reason. */
export function droppedRemarks({ dropped }: Pick<CovariatePlan, 'dropped'>): string[] {
  const reasons = {
    'no event': 'mark rows of which none had the event, or all',
    'follows from others': 'follow from others',
  };
  return (['no event', 'follows from others'] as const).flatMap((because) => {
    const names = dropped.filter((one) => one.because === because).map(({ name }) => name);
    return names.length === 0
      ? []
      : [`not learned from, since they ${reasons[because]}: ${names.join(', ')}`];
  });
}

/** The plan for Python: settings of `Covariates` in `python/covariates.py`. */
export function covariatesInPython({ sources, columns }: CovariatePlan): PythonTask {
  return {
    files: ['python/covariates.py'],
    settings: plainJson({ sources, columns }) as PythonTask['settings'],
  };
}
