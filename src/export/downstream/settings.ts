/**
 * `settings.py` of a fine-tuned model: all that differs between tasks, so that the other Python files are the same in every
 * export but for `model.py`, which is written from the architecture.
 */
import type { Json } from '../../core/json.js';
import { scanSections, sectionsSource, type Section } from '../files/settings.js';
import { SGD_MOMENTUM } from '../../downstream/training/model/program.js';
import { widthOf } from '../../downstream/training/model/standardise.js';
import { firstStageOf } from '../../nn/first-stage.js';
import type { DownstreamExport } from './contents.js';

/** `head` and `fusion`: arguments of their classes. */
export function downstreamSettings(
  content: DownstreamExport,
  head: Readonly<Record<string, Json>>,
  fusion: Readonly<Record<string, Json>>,
): string {
  const { encoder } = content;
  return sectionsSource('"""What this task chose; the files around it read it."""', [
    modelSection(content, head, fusion),
    tableSection(content),
    targetsSection(content),
    trainingSection(content),
    ...(encoder === undefined ? [] : [cropsSection(content, encoder), ...scanSections(encoder.scans)]),
  ]);
}

function modelSection(
  { weights, constants, temperature, early = 0, encoder }: DownstreamExport,
  head: Readonly<Record<string, Json>>,
  fusion: Readonly<Record<string, Json>>,
): Section {
  const own = Object.keys(constants).length === 0 ? {} : { constants: { ...constants } };
  return {
    comment: [
      'The model: columns that it reads of the encoder and of the table, arguments of Fusion',
      'and Head, and the temperature of probabilities. The last EARLY of FEATURES are means of',
      "what the encoder's module AFTER_EARLY is given.",
    ].join('\n'),
    values: {
      FEATURES: widthOf(weights, 'features'),
      EARLY: early,
      AFTER_EARLY: early > 0 && encoder ? (firstStageOf(encoder.architecture)?.rest[0]?.name ?? '') : '',
      COVARIATES: widthOf(weights, 'covariates'),
      FUSION: fusion,
      HEAD: { ...head, ...own },
      CONSTANTS: Object.keys(constants),
      TEMPERATURE: temperature ?? null,
    },
  };
}

function tableSection({ covariates }: DownstreamExport): Section {
  const { sources = [], columns = [] } = covariates ?? {};
  return {
    comment: 'Covariates of a manifest, and the columns that they become.',
    values: {
      SOURCES: sources.map((source) => ({ ...source })),
      COLUMNS: columns.map(({ name, source, is }) => ({
        name,
        source,
        is: typeof is === 'string' ? is : { ...is },
      })),
    },
  };
}

function targetsSection({ targets, times, thresholds }: DownstreamExport): Section {
  return {
    comment: [
      'What is told of a row: one of these classes, a value, or survival at these times; and from',
      'which probability on a row of a group is decided for the second class, where that was fitted.',
    ].join('\n'),
    values: {
      TARGETS: targets.kind,
      CLASSES: targets.kind === 'classes' ? [...targets.names] : [],
      TIMES: [...(times ?? [])],
      THRESHOLDS: thresholds === undefined ? null : { ...thresholds },
    },
  };
}

function trainingSection(content: DownstreamExport): Section {
  const { task, encoder } = content;
  const { training, encoder: own, input } = task;
  return {
    comment: [
      'Defaults of finetune.py: the recipe that made these weights. LAYERS are parameters of the',
      'encoder, first to last; a layer learns at ENCODER_DECAY times the rate of the one after it.',
      'Batches are balanced by "classes", "events" or "groups", those of the column GROUP.',
    ].join('\n'),
    values: {
      STEPS: training.steps,
      BATCH: content.batch,
      OPTIMISER: training.optimiser,
      MOMENTUM: SGD_MOMENTUM,
      LEARNING_RATE: training.learningRate,
      WARMUP: training.warmup,
      SCHEDULE: training.schedule,
      WEIGHT_DECAY: training.weightDecay,
      CLIP_NORM: training.clipNorm ?? null,
      EVALUATE_EVERY: training.evaluateEvery,
      PATIENCE: training.patience ?? null,
      HELD_OUT: training.heldOut,
      BALANCE: training.balance,
      GROUP: groupColumn(task),
      CALIBRATE: task.calibrate && content.targets.kind === 'classes',
      AUGMENT: input.augment,
      TRAIN: encoder === undefined ? 'frozen' : own.train,
      ENCODER_RATE: own.rate,
      ENCODER_DECAY: own.decay,
      OF_BATCH: own.batchNorm === 'batch',
      LAYERS: encoder?.layers ?? [],
    },
  };
}

/** The column whose groups batches are balanced by. */
function groupColumn({ fairness }: DownstreamExport['task']): string {
  if (fairness === undefined) return '';
  return fairness.attribute === 'site' ? 'site' : `s_${fairness.attribute}`;
}

function cropsSection(
  { task: { input } }: DownstreamExport,
  { size, normalisation }: NonNullable<DownstreamExport['encoder']>,
): Section {
  return {
    comment: [
      'Crops of a scan: voxels along [D, H, W]; "crop", "tile" or "pool"; most tiles; how',
      'intensities are normalised, and by which mean and deviation where those are published.',
    ].join('\n'),
    values: {
      SIZE: size,
      READING: input.reading,
      TILES: input.tiles,
      NORMALISE: input.normalise,
      PUBLISHED: normalisation && { mean: normalisation.mean, std: normalisation.std },
    },
  };
}
