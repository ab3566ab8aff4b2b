/**
 * Fits models: each in one piece, or, where the task stacks them, its parts and then the learner on what they tell.
 */
import { join } from 'node:path';
import { writeAtomicallySync } from '../../core/atomic-write.js';
import { present } from '../../core/errors.js';
import type { TensorMap } from '../../core/tensor.js';
import { fitFolder } from '../../workers/fits/run-fit.js';
import { runFits } from '../../workers/fits/run-fits.js';
import type { FitSetup } from '../../workers/fits/setup.js';
import type { FitResult, FitUnit } from '../../workers/fits/unit.js';
import type { DivideRows } from './divide.js';
import type { ModelSpec } from './model-spec.js';
import { partsOf, stack, unitsOf, type Stacked } from './stacking.js';

export interface FittingOptions {
  readonly setup: FitSetup;
  readonly workers: number;
  readonly signal: AbortSignal | undefined;
  readonly divide: DivideRows;
  readonly onFits: (done: number, total: number, name: string) => void;
}

/** A model and what it told of its rows, in their order. */
export interface Fitted {
  readonly answers: TensorMap;
  /** The model in one piece; absent where it is stacked. */
  readonly single?: FitResult;
  readonly stacked?: Stacked;
}

/** Fitted models by name. */
export async function fitModels(
  specs: readonly ModelSpec[],
  { setup, workers, signal, divide, onFits }: FittingOptions,
): Promise<ReadonlyMap<string, Fitted>> {
  const parts = new Map(specs.filter(isStacked).map((spec) => [spec.name, partsOf(spec, divide)]));
  const units = specs.flatMap((spec): readonly FitUnit[] => {
    const own = parts.get(spec.name);
    return own === undefined ? [spec] : unitsOf(own);
  });
  const open = units.filter((unit) => {
    const folder = fitFolder(setup, unit);
    if (folder.isDone) folder.tidy();
    return !folder.isDone;
  });
  let done = units.length - open.length;
  onFits(done, units.length, '');
  await runFits(setup, open, {
    workers,
    signal,
    onDone: ({ name }) => onFits(++done, units.length, name),
  });
  const read = (unit: FitUnit): FitResult => present(fitFolder(setup, unit).read(), `fit ${unit.name}`);
  return new Map(
    specs.map((spec): [string, Fitted] => {
      const own = parts.get(spec.name);
      if (own !== undefined) {
        const stacked = stack(spec, own, setup.cohort.targets, read);
        const path = join(setup.folder, ...spec.name.split('/'), 'meta.json');
        writeAtomicallySync(path, `${JSON.stringify(stacked.meta)}\n`);
        return [spec.name, { answers: stacked.answers, stacked }];
      }
      const single = read(spec);
      return [spec.name, { answers: single.answers, single }];
    }),
  );
}

const isStacked = ({ task }: ModelSpec): boolean => task.fusion.name === 'meta';
