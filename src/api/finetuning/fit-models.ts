/**
 * Fits models: those that need no other first, then the learners that stack what the former told.
 */
import { present } from '../../core/errors.js';
import type { Tensor } from '../../core/tensor.js';
import type { FitResult, FitUnit } from '../../workers/fits/unit.js';
import { fitFolder } from '../../workers/fits/run-fit.js';
import { runFits } from '../../workers/fits/run-fits.js';
import type { FitSetup } from '../../workers/fits/setup.js';
import type { ModelSpec } from './model-spec.js';
import type { DivideRows } from './divide.js';
import { partsOf, stackedFeatures } from './stacking.js';

export interface FittingOptions {
  readonly setup: FitSetup;
  readonly workers: number;
  readonly signal: AbortSignal | undefined;
  /** Divides the rows that a stacked learner is fitted on. */
  readonly divide: DivideRows;
  readonly onFits: (done: number, total: number, name: string) => void;
}

/** Results by the names of the models. */
export async function fitModels(
  specs: readonly ModelSpec[],
  options: FittingOptions,
): Promise<ReadonlyMap<string, FitResult>> {
  const stacked = specs.filter(({ task }) => task.fusion.name === 'meta');
  const plain = specs.filter(({ task }) => task.fusion.name !== 'meta');
  const parts = new Map(stacked.map((spec) => [spec.name, partsOf(spec, options.divide)]));
  const first = [...plain, ...[...parts.values()].flatMap(({ units }) => units)];
  const total = first.length + stacked.length;
  let done = 0;
  const run = async (units: readonly FitUnit[]): Promise<void> => {
    const { setup, workers, signal, onFits } = options;
    const open = units.filter((unit) => !fitFolder(setup, unit).isDone);
    done += units.length - open.length;
    if (units.length > 0) onFits(done, total, '');
    await runFits(setup, open, {
      workers,
      signal,
      onDone: ({ name }) => onFits(++done, total, name),
    });
  };
  const read = (unit: FitUnit): FitResult =>
    present(fitFolder(options.setup, unit).read(), `fit ${unit.name}`);
  await run(first);
  const learners = stacked.map((spec): FitUnit => {
    const own: Tensor = stackedFeatures(
      spec,
      present(parts.get(spec.name), spec.name),
      read,
      options.setup.cohort,
    );
    return {
      ...spec,
      task: { ...spec.task, fusion: { name: 'none', options: {} } },
      inputs: { own, covariates: false },
    };
  });
  await run(learners);
  return new Map([...plain, ...learners].map((unit) => [unit.name, read(unit)]));
}
