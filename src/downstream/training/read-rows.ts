/**
 * Rows as a model reads them: features of their scans, if they bring none; checked against the head and each other.
 */
import { UserError } from '../../core/errors.js';
import { sumOf } from '../../core/statistics/descriptive.js';
import { checkRows, featuresAt, requireEqual } from '../rows.js';
import { checkTargets, pickRows, rowsOf } from '../targets.js';
import type { Place } from './by-chunks.js';
import { featuresOf, readingOf, rowsOfTiles } from './encode.js';
import type { StartingEncoder } from './fit.js';
import type { Columns, ModelKind, ModelPlan } from './model/plan.js';
import type { ModelRows } from './rows.js';

/** The rows with features of their scans, where there are scans and an encoder and no features yet. */
export async function withFeatures(
  rows: ModelRows,
  encoder: StartingEncoder | undefined,
  { task }: ModelKind,
  place: Place,
): Promise<ModelRows> {
  if (rows.features !== undefined || rows.scans === undefined || encoder === undefined) return rows;
  const tiles = await featuresOf(encoder, rows.scans, rowsOf(rows.targets), place);
  return { ...rows, ...readingOf(tiles, task.input.reading) };
}

/** The rows with the number of tiles that each is answered for by, where an encoder that changes is to read their scans. */
export function withTiles(rows: ModelRows, { task }: ModelKind): ModelRows {
  const { scans } = rows;
  if (scans === undefined || task.input.reading !== 'tile') return rows;
  const tiles = rows.patients.map((_, row) => scans.tiles(row));
  return tiles.some((count) => count > 1) ? { ...rows, tiles } : rows;
}

/** A row for each tile, where rows have several. */
export function rowForEachTile(rows: ModelRows): ModelRows {
  const { tiles, ...rest } = rows;
  if (tiles === undefined) return rows;
  const picked = rowsOfTiles(tiles);
  return {
    ...rest,
    ...(rows.covariates && { covariates: featuresAt(rows.covariates, picked) }),
    targets: pickRows(rows.targets, picked),
    ...(rows.groups && { groups: picked.map((row) => rows.groups?.[row] ?? null) }),
    patients: picked.map((row) => rows.patients[row] ?? ''),
  };
}

export function columnsOfRows({ features, covariates }: ModelRows): Columns {
  return { features: features?.shape[1] ?? 0, covariates: covariates?.shape[1] ?? 0 };
}

/** Refuses, in one line, rows that do not fit the head or each other; `what` they are: such as `training`. */
export function checkModelRows({ head }: ModelKind, rows: ModelRows, what: string): void {
  const { targets, tiles, features, covariates } = rows;
  checkTargets(targets, head.targets, `${what} targets of head ${head.name}`);
  if (tiles !== undefined) {
    requireEqual(`${what} tiles`, sumOf(tiles), features?.shape[0], 'rows');
    requireEqual(`${what} tiles`, tiles.length, rowsOf(targets), 'numbers');
  }
  const each = rowForEachTile(rows);
  for (const part of [features, covariates && each.covariates]) {
    if (part !== undefined) checkRows(head, { features: part, targets: each.targets }, `${what} targets`);
  }
}

/** Refuses rows whose columns are others than the model's; an encoder that is trained brings its features itself. */
export function requireColumns({ columns, encoder }: ModelPlan, rows: ModelRows, what: string): void {
  const found = columnsOfRows(rows);
  const parts = encoder === undefined ? (['features', 'covariates'] as const) : (['covariates'] as const);
  for (const part of parts) {
    if (columns[part] > 0 && found[part] !== columns[part]) {
      throw new UserError({
        subject: `${what} ${part}`,
        problem: `have ${found[part]} columns, the model reads ${columns[part]}`,
        fix: 'give the same columns as in training',
      });
    }
  }
}
