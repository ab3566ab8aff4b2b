/**
 * The folder `model/` of a run: the final model as code that answers as voxolve does.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../core/errors.js';
import { definedEntries } from '../../core/json.js';
import { rngOf } from '../../core/random.js';
import { tensor, type Tensor, type TensorMap } from '../../core/tensor.js';
import { version } from '../../core/version.js';
import { parseOrThrow } from '../../core/validate.js';
import { fusionPlan } from '../../downstream/fusion/index.js';
import { fittedEncoder, predictWith } from '../../downstream/training/predict.js';
import { layersOf } from '../../downstream/training/model/layer-rates.js';
import { standardisationOf, widthOf } from '../../downstream/training/model/standardise.js';
import type { StartingEncoder } from '../../downstream/training/fit.js';
import type { ModelRows, ScanInputs } from '../../downstream/training/rows.js';
import { mostRows } from '../../downstream/training/batches/model-batches.js';
import { pickRows, type Targets } from '../../downstream/targets.js';
import type { Head } from '../../downstream/head.js';
import type { DownstreamTask } from '../../downstream/task-file.js';
import { engines } from '../../engines/index.js';
import { exportDownstream, exportStacked, type ExportedEncoder } from '../../export/downstream/index.js';
import { writeFolder, type ExportFiles } from '../../export/write-folder.js';
import { encoderPrefix } from '../../pretrain/program.js';
import type { ScanOptions } from '../../scans/options.js';
import type { FitResult } from '../../workers/fits/unit.js';
import type { FitScans } from '../../workers/fits/setup.js';
import { exportedScans, randomInput } from '../exporting/export-files.js';
import type { Fitted } from './fit-models.js';
import { inOnePiece, type Stacked } from './stacking.js';

/** The encoder that a run's models read scans by. */
export interface RunEncoder {
  readonly start: StartingEncoder;
  readonly crop: FitScans['crop'];
  readonly normalisation: FitScans['normalisation'];
  readonly scans: ScanOptions;
  readonly description: string;
}

export interface FinalModel {
  readonly task: DownstreamTask;
  readonly head: Head;
  readonly fitted: Fitted;
  readonly encoder?: RunEncoder;
  readonly temperature?: number;
  /** By group, where the task asks for some and they were fitted. */
  readonly thresholds?: Readonly<Record<string, number>>;
  /** Folder to write; one that is there is left as it is. */
  readonly folder: string;
}

/** A model in one piece. */
type OneModel = Pick<FinalModel, 'task' | 'head' | 'encoder' | 'temperature' | 'thresholds'> & {
  readonly fit: FitResult;
};

/** Rows of the inputs that the export is checked with. */
const ROWS = 2;

export async function exportModel({ fitted, folder, ...own }: FinalModel): Promise<void> {
  if (existsSync(join(folder, 'README.md'))) return;
  const { single, stacked } = fitted;
  if (stacked !== undefined) await writeFolder(folder, await stackedFiles(own, stacked));
  else await writeFolder(folder, await modelFiles({ ...own, fit: present(single, 'the final model') }));
}

/** Parts are exported before calibration, which is that of the whole. */
async function stackedFiles(
  { task, head, encoder, temperature, thresholds }: Omit<OneModel, 'fit'>,
  { meta, parts }: Stacked,
): Promise<ExportFiles> {
  const own = { head, task: { ...task, calibrate: false } };
  const scan = { ...own, fit: parts.scan, ...(encoder && { encoder }) };
  return exportStacked({
    task,
    version,
    targets: parts.table.model.context.targets,
    meta,
    parts: { scan: await modelFiles(scan), table: await modelFiles({ ...own, fit: parts.table }) },
    ...definedEntries({ temperature, thresholds }),
  });
}

async function modelFiles(asked: OneModel): Promise<ExportFiles> {
  const model = { ...asked, task: inOnePiece(asked.task) };
  const { task, head, fit, encoder, temperature, thresholds } = model;
  const { weights, constants, context } = fit.model;
  const { early = 0 } = context;
  const columns = { features: widthOf(weights, 'features'), covariates: widthOf(weights, 'covariates') };
  const options = parseOrThrow(head.options, task.head.options, `options of head ${head.name}`);
  const plan = head.plan(options, context);
  const source = plan.pytorch?.();
  const exported = encoder && columns.features > 0 ? encoderOf(encoder, weights) : undefined;
  const trained = exported !== undefined && task.encoder.train !== 'frozen';
  return exportDownstream({
    task,
    version,
    targets: context.targets,
    weights: withoutEncoder(weights),
    constants,
    batch: mostRows(task, { trained, comparesRows: plan.comparesRows === true }),
    exact: fit.model.steps === 0,
    fusion: fusionPlan(task.fusion).pytorch({ ...columns, features: columns.features - early }),
    ...(early > 0 && { early }),
    parity: await parityOf(model, columns),
    ...definedEntries({
      encoder: exported,
      covariates: fit.covariates ?? undefined,
      head: source,
      times: plan.times,
      temperature,
      thresholds,
    }),
  });
}

function withoutEncoder(weights: TensorMap): TensorMap {
  return Object.fromEntries(Object.entries(weights).filter(([name]) => !name.startsWith(encoderPrefix)));
}

function encoderOf(
  { start, crop, normalisation, scans, description }: RunEncoder,
  fitted: TensorMap,
): ExportedEncoder {
  const { architecture, weights } = fittedEncoder(start, fitted);
  return {
    architecture,
    weights,
    layers: layersOf(architecture),
    scans: exportedScans(scans),
    size: crop.size,
    normalisation,
    description,
  };
}

/** Random crops and covariates, and what the model tells of them before calibration. No patient's scan is among them. */
async function parityOf(
  { task, head, fit, encoder }: OneModel,
  columns: { readonly features: number; readonly covariates: number },
): Promise<Readonly<Record<string, Tensor>>> {
  const { weights, context } = fit.model;
  const crops = encoder && columns.features > 0 ? cropsFor(encoder) : undefined;
  const covariates = columns.covariates > 0 ? covariatesFor(weights, columns.covariates) : undefined;
  const rows: ModelRows = {
    targets: someTargets(context.targets),
    patients: ['a', 'b'],
    ...(crops && { scans: givenCrops(crops) }),
    ...(covariates && { covariates }),
  };
  const place = { engine: present(engines['onnx'], 'engine onnx'), device: 'cpu', threads: 1 };
  const told = await predictWith(
    fit.model,
    { task, head, place, ...(encoder && { encoder: encoder.start }) },
    rows,
  );
  return { ...definedEntries({ crops, covariates }), ...told };
}

const someTargets = (targets: Targets): Targets => pickRows(targets, [0, 1]);

function cropsFor({ start, crop }: RunEncoder): Tensor {
  return randomInput([ROWS, start.architecture.inChannels, ...crop.size]);
}

function covariatesFor(weights: TensorMap, columns: number): Tensor {
  const rng = rngOf('parity', 'covariates');
  const { means, deviations } = present(standardisationOf(weights, 'covariates'), 'a standardisation');
  return tensor(
    [ROWS, columns],
    Float32Array.from({ length: ROWS * columns }, (_, i) => {
      const [mean = 0, deviation = 1] = [means[i % columns], deviations[i % columns]];
      return mean + (deviation < 1e20 ? deviation : 0) * rng.normal();
    }),
  );
}

/** Crops `[N, C, D, H, W]` as scans of one tile each. */
function givenCrops({ shape: [, ...shape], data }: Tensor): ScanInputs {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return {
    shape: shape as unknown as ScanInputs['shape'],
    tiles: () => 1,
    fill: (row, _, into) => into.set(data.subarray(row * size, (row + 1) * size)),
  };
}
