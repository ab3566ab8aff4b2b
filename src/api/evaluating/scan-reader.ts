/**
 * Reads scans as the final model of a run does: the same crops, encoder and normalisation.
 */
import { featuresOf, meanOverTiles, readingOf } from '../../downstream/training/encode.js';
import type { Place } from '../../downstream/training/by-chunks.js';
import type { StartingEncoder } from '../../downstream/training/fit.js';
import { fittedEncoder } from '../../downstream/training/predict.js';
import type { ModelRows } from '../../downstream/training/rows.js';
import type { DownstreamTask } from '../../downstream/task-file.js';
import type { Tensor } from '../../core/tensor.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import { scansOfRows } from '../../workers/fits/model-rows.js';
import type { FitScans } from '../../workers/fits/setup.js';
import type { FitResult } from '../../workers/fits/unit.js';
import type { PreparedScans } from '../finetuning/prepare-scans.js';

/** What the model reads of scans, and the mean of their features over tiles. */
export type ReadScans = Pick<ModelRows, 'features' | 'tiles'> & { readonly mean: Tensor };

export interface ScanReader {
  /** Scans of some rows. */
  rowsOf(prepared: PreparedScans, rows: readonly number[]): Promise<ReadScans>;
  /** All volumes of another set, a row each. */
  volumesOf(set: ScanSet): Promise<ReadScans>;
}

interface ReaderOptions extends Pick<FitScans, 'crop' | 'normalisation'> {
  readonly start: StartingEncoder;
  readonly final: FitResult;
  readonly task: DownstreamTask;
  readonly place: Place;
}

export function scanReader({ crop, normalisation, start, final, task, place }: ReaderOptions): ScanReader {
  const encoder = fittedEncoder(start, final.model.weights);
  const read = async (
    set: ScanSet,
    volumes: readonly number[],
    rows: readonly number[],
  ): Promise<ReadScans> => {
    const scans = scansOfRows({ crop, normalisation, volumes }, set, rows);
    const told = await featuresOf(encoder, scans, rows.length, place);
    return {
      ...readingOf(told, task.input.reading),
      mean: meanOverTiles(told.features, told.tiles),
    };
  };
  return {
    rowsOf: ({ fit, scans }, rows) => read(scans.set, fit.volumes, rows),
    volumesOf: (set) => {
      const all = [...set.volumes.keys()];
      return read(set, all, all);
    },
  };
}
