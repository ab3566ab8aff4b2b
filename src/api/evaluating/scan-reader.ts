/**
 * Reads scans as the final model of a run does: the same crops, encoder and normalisation.
 */
import { featuresOf, meanOverTiles, readingOf } from '../../downstream/training/encode.js';
import type { Place } from '../../downstream/training/by-chunks.js';
import type { StartingEncoder } from '../../downstream/training/fit.js';
import { fittedEncoder } from '../../downstream/training/predict.js';
import type { ModelRows, ScanInputs } from '../../downstream/training/rows.js';
import type { DownstreamTask } from '../../downstream/task-file.js';
import type { Tensor } from '../../core/tensor.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import { scansOfRows } from '../../workers/fits/model-rows.js';
import type { FitResult } from '../../workers/fits/unit.js';
import type { PreparedScans } from '../finetuning/prepare-scans.js';

export interface ScanReader {
  /** Scans of some rows. */
  scansOf(rows: readonly number[]): ScanInputs;
  /** All volumes of another set, a row each. */
  volumesOf(set: ScanSet): ScanInputs;
  /** What the model reads of `rows` scans, and the mean of their features over tiles. */
  read(
    scans: ScanInputs,
    rows: number,
  ): Promise<Pick<ModelRows, 'features' | 'tiles'> & { readonly mean: Tensor }>;
}

interface Reading {
  readonly prepared: PreparedScans;
  readonly start: StartingEncoder;
  readonly final: FitResult;
  readonly task: DownstreamTask;
  readonly place: Place;
}

export function scanReader({ prepared, start, final, task, place }: Reading): ScanReader {
  const encoder = fittedEncoder(start, final.model.weights);
  return {
    scansOf: (rows) => scansOfRows(prepared.fit, prepared.scans.set, rows),
    volumesOf: (set) => {
      const all = [...set.volumes.keys()];
      return scansOfRows({ ...prepared.fit, volumes: all }, set, all);
    },
    read: async (scans, rows) => {
      const told = await featuresOf(encoder, scans, rows, place);
      return {
        ...readingOf(told, task.input.reading),
        mean: meanOverTiles(told.features, told.tiles),
      };
    },
  };
}
