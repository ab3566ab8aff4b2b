/**
 * Fusion `meta`: a model of the scan and a model of the table, and a learner on what both tell.
 *
 * The learner is fitted to answers for rows that its parts had not seen: the training rows are divided into folds, and each is
 * answered for by parts fitted on the others. All other rows are answered for by parts fitted on all training rows.
 */
import { present } from '../../core/errors.js';
import { sizeOf, tensor, type TensorMap } from '../../core/tensor.js';
import { applyMeta, fitMeta, type MetaModel, type Told } from '../../downstream/fusion/meta/meta.js';
import { pickRows, type Targets } from '../../downstream/targets.js';
import type { DownstreamTask } from '../../downstream/task-file.js';
import type { FitResult, FitUnit, ModelInputs } from '../../workers/fits/unit.js';
import type { DivideRows } from './divide.js';
import { keyOf, type ModelSpec } from './model-spec.js';

const FOLDS = 3;
const PARTS = ['scan', 'table'] as const;
type Part = (typeof PARTS)[number];

/** For each part: those that answer for training rows, and the one for all others. */
export type StackParts = Readonly<
  Record<Part, { readonly inner: readonly FitUnit[]; readonly outer: FitUnit }>
>;

/** The learner with its parts, and what all of it tells of the rows that the model answers for. */
export interface Stacked {
  readonly meta: MetaModel;
  readonly parts: Readonly<Record<Part, FitResult>>;
  readonly answers: TensorMap;
}

export function partsOf(spec: ModelSpec, divide: DivideRows): StackParts {
  const folds = divide(spec.train, FOLDS, `${spec.name}/parts`);
  const of = (part: Part): StackParts[Part] => ({
    inner: folds.map((fold, index) => {
      const held = new Set(fold);
      const train = spec.train.filter((row) => !held.has(row));
      return partUnit(spec, part, `inner-${index + 1}/${part}`, { train, answer: fold });
    }),
    outer: partUnit(spec, part, part, { train: spec.train, answer: spec.answer }),
  });
  return { scan: of('scan'), table: of('table') };
}

export const unitsOf = (parts: StackParts): readonly FitUnit[] =>
  PARTS.flatMap((part) => [...parts[part].inner, parts[part].outer]);

/** The task of a model in one piece: stacking is no fusion that such a model could hold. */
export function inOnePiece(task: DownstreamTask): DownstreamTask {
  return task.fusion.name === 'meta' ? { ...task, fusion: { name: 'none', options: {} } } : task;
}

function partUnit(
  spec: ModelSpec,
  part: Part,
  own: string,
  rows: Pick<FitUnit, 'train' | 'answer'>,
): FitUnit {
  const { covariates, ...scan } = spec.inputs;
  const name = `${spec.name}/parts/${own}`;
  const inputs: ModelInputs = part === 'scan' ? scan : { ...(covariates !== undefined && { covariates }) };
  return {
    ...spec,
    name,
    task: inOnePiece(spec.task),
    inputs,
    ...rows,
    key: keyOf(spec.task, name),
  };
}

export function stack(
  { train, answer, times }: ModelSpec,
  parts: StackParts,
  targets: Targets,
  read: (unit: FitUnit) => FitResult,
): Stacked {
  const outer = { scan: read(parts.scan.outer), table: read(parts.table.outer) };
  const inner: Told = Object.fromEntries(
    PARTS.map((part) => [part, inOrder(parts[part].inner, read, train)]),
  );
  const meta = fitMeta(inner, pickRows(targets, train), times);
  const told: Told = { scan: outer.scan.answers, table: outer.table.answers };
  const answers = applyMeta(meta, told);
  // Training rows that are answered for are so out of fold.
  return { meta, parts: outer, answers: withRows(answers, answer, applyMeta(meta, inner), train) };
}

/** Answers of several fits as one, for rows in this order. */
function inOrder(
  units: readonly FitUnit[],
  read: (unit: FitUnit) => FitResult,
  rows: readonly number[],
): TensorMap {
  const all = units.map((unit) => read(unit).answers);
  const places = new Map(units.flatMap(({ answer }, fit) => answer.map((row, at) => [row, { fit, at }])));
  const names = Object.keys(present(all[0], 'answers of a part'));
  return Object.fromEntries(
    names.map((name) => {
      const [, ...rest] = present(all[0]?.[name], name).shape;
      const width = sizeOf(rest);
      const data = new Float32Array(rows.length * width);
      rows.forEach((row, index) => {
        const { fit, at } = present(places.get(row), `an answer for row ${row}`);
        data.set(present(all[fit]?.[name], name).data.subarray(at * width, (at + 1) * width), index * width);
      });
      return [name, tensor([rows.length, ...rest], data)];
    }),
  );
}

/** `answers` for `rows`, with those of `others` in their place. */
function withRows(
  answers: TensorMap,
  rows: readonly number[],
  others: TensorMap,
  otherRows: readonly number[],
): TensorMap {
  const place = new Map(otherRows.map((row, at) => [row, at]));
  return Object.fromEntries(
    Object.entries(answers).map(([name, { shape, data }]) => {
      const width = sizeOf(shape.slice(1));
      const mixed = data.slice();
      rows.forEach((row, index) => {
        const at = place.get(row);
        const other = others[name]?.data;
        if (at !== undefined && other) mixed.set(other.subarray(at * width, (at + 1) * width), index * width);
      });
      return [name, tensor(shape, mixed)];
    }),
  );
}
