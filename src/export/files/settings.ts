/**
 * `settings.py` of an export: all that differs between experiments, so that the other Python files are the same in
 * every export. `model.py` is not among them: it is written from the architecture.
 */
import type { Json } from '../../core/json.js';
import type { ExportedScans, ExportedTraining } from '../contents.js';
import { assignment } from '../python/literals.js';

/** Values with a comment above them. */
export interface Section {
  /** Comment above the section. */
  readonly comment: string;
  readonly values: Readonly<Record<string, Json>>;
}

/** `task` is what the class `Task` of `task.py` is made with. */
export function settingsSource(
  training: ExportedTraining,
  scans: ExportedScans,
  task: Readonly<Record<string, Json>>,
): string {
  const sections = [trainingSection(training, scans), ...scanSections(scans), taskSection(task)];
  const docstring = '"""What this experiment chose; pretrain.py, scans.py and task.py read it."""';
  return sectionsSource(docstring, sections);
}

/** A module of nothing but values. */
export function sectionsSource(docstring: string, sections: readonly Section[]): string {
  return `${docstring}\n\n${sections.map(sectionSource).join('\n')}`;
}

function sectionSource({ comment, values }: Section): string {
  const lines = Object.entries(values).flatMap(([name, value]) => assignment(name, value));
  return [...comment.split('\n').map((line) => `# ${line}`), ...lines, ''].join('\n');
}

function trainingSection(training: ExportedTraining, { validation }: ExportedScans): Section {
  return {
    comment: 'Defaults of the options of pretrain.py.',
    values: {
      STEPS: training.steps,
      BATCH: training.batch,
      OPTIMISER: training.optimiser,
      LEARNING_RATE: training.learningRate,
      WARMUP: training.warmup,
      SCHEDULE: training.schedule,
      MOMENTUM: training.momentum ?? 0.9,
      WEIGHT_DECAY: training.weightDecay,
      LABEL_SMOOTHING: training.labelSmoothing ?? 0,
      CLIP_NORM: training.clipNorm ?? null,
      VALIDATION: validation,
      EVALUATION_BATCHES: training.evaluationBatches,
    },
  };
}

/** Settings that `scans.py` reads. */
export function scanSections(scans: ExportedScans): Section[] {
  const modalities = Object.entries(scans.modalities).map(([name, own]) => [name, clippingOf(own)] as const);
  return [
    {
      comment: [
        'How scans are prepared: voxels of so many mm along [D, H, W]; which frames of a 4D',
        'series, "first", "each" or "mean"; NaN and infinite voxels, "refuse" or "zero".',
      ].join('\n'),
      values: { SPACING: scans.spacing, FRAMES: scans.frames, NON_FINITE: scans.nonFinite },
    },
    {
      comment: [
        'Where intensities are clipped: a window, or else percentiles; and the values that',
        'landmarks, percentiles of tissue, are given.',
      ].join('\n'),
      values: { CLIPPING: clippingOf(scans) },
    },
    {
      comment: 'The same for modalities as DICOM names them; NIfTI files do not name theirs.',
      values: { MODALITIES: Object.fromEntries(modalities) },
    },
  ];
}

/** Options of all scans, or of a modality. */
function clippingOf({
  percentiles,
  window,
  landmarks,
}: Partial<Pick<ExportedScans, 'percentiles' | 'window' | 'landmarks'>>): Json {
  return {
    ...(percentiles === undefined ? {} : { percentiles }),
    ...(window === undefined ? {} : { window: rangeOf(window) }),
    ...(landmarks === undefined ? {} : { landmarks: [landmarks.percentiles, landmarks.values] }),
  };
}

function rangeOf({ center, width }: NonNullable<ExportedScans['window']>): readonly [number, number] {
  return [center - width / 2, center + width / 2];
}

function taskSection(task: Readonly<Record<string, Json>>): Section {
  return { comment: 'The proxy task: the fields of Task in task.py.', values: { TASK: task } };
}
