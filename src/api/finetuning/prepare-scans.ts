/**
 * The encoder and the scans of a run as fits read them: frozen features, or the scans themselves.
 */
import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import { parseOrThrow } from '../../core/validate.js';
import type { Json } from '../../core/json.js';
import type { Cohort } from '../../downstream/cohort/cohort.js';
import type { StartingEncoder } from '../../downstream/training/fit.js';
import { initialWeights } from '../../pretrain/initialise.js';
import { encoderGraph } from '../../pretrain/program.js';
import type { NamedScans } from '../../scans/load-named.js';
import { shareScans } from '../../scans/sampling/scan-set-transfer.js';
import { scansOfRows } from '../../workers/fits/model-rows.js';
import type { FitScans, FitSetup } from '../../workers/fits/setup.js';
import type { ModelInputs } from '../../workers/fits/unit.js';
import type { EncoderSource } from '../encoder-source.js';
import type { FinetuneEvent, Listener } from '../events.js';
import { frozenFeatures } from './features.js';
import { inputSizeOf, type Material } from './material.js';
import { FEATURE_THREADS, type Place } from './engine.js';
import type { TaskSource } from './task-source.js';

export interface PreparedScans {
  readonly fit: FitScans;
  readonly encoder: EncoderSource;
  readonly scans: NamedScans;
}

/** One volume for each row, and how crops of it are made. */
export function prepareScans(material: Material, cohort: Cohort, scans: NamedScans): PreparedScans {
  const encoder = (material.encoder as EncoderSource).forChannels(scans.set.channels);
  const { reading, tiles, normalise, augment } = material.source.task.input;
  const volumes = cohort.rows.map(({ path, line }) => {
    const [first = 0, second] = scans.volumesOf(path);
    if (second === undefined) return first;
    throw new UserError({
      subject: `${cohort.manifest} line ${line}`,
      problem: `${path} gives ${scans.volumesOf(path).length} volumes, and a row is one scan`,
      fix: 'name one file a row, or set "frames" of "scans" to "first" or "mean"',
    });
  });
  return {
    encoder,
    scans,
    fit: {
      shared: shareScans(scans.set),
      volumes,
      crop: { size: inputSizeOf(material), reading, tiles, normalise, augment },
      normalisation: encoder.normalisation,
    },
  };
}

/** An encoder as fits start from it; random weights follow from the seed and the name. */
export function startingEncoder(
  { architecture, weights }: EncoderSource,
  size: FitScans['crop']['size'],
  random: readonly (string | number)[],
  asRandom = false,
): StartingEncoder {
  if (weights !== null && !asRandom) return { architecture, weights };
  const graph = encoderGraph(architecture, [1, architecture.inChannels, ...size]);
  return { architecture, weights: initialWeights(graph.parameters, rngOf(...random)) };
}

/** Whether the task's head reads the encoder's first stage, too. */
export function earlyOf({ task, head }: TaskSource): Pick<StartingEncoder, 'early'> {
  const options = parseOrThrow(head.options, task.head.options, `options of head ${head.name}`);
  return head.readsEarly?.(options) === true ? { early: true } : {};
}

export interface EncoderJob {
  readonly name: string;
  readonly start: StartingEncoder;
  readonly prepared: PreparedScans;
  readonly cohort: Cohort;
  readonly material: Material;
  readonly place: Place;
  /** Folder of the run. */
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
  readonly report: Listener<FinetuneEvent>;
}

/** What fits of this encoder read: features of it, or the scans, where the task trains it. */
export async function encoderInputs(job: EncoderJob): Promise<{
  readonly inputs: ModelInputs;
  readonly setup: Partial<Pick<FitSetup, 'features' | 'encoders'>>;
}> {
  const { name, start, prepared, cohort, material, place, folder, signal, report } = job;
  const { task } = material.source;
  if (task.encoder.train !== 'frozen') {
    return { inputs: { encoder: name }, setup: { encoders: { [name]: start } } };
  }
  const total = cohort.rows.length;
  const { crop, normalisation, volumes } = prepared.fit;
  const { set } = prepared.scans;
  const ids = volumes.map((volume) => set.volumes[volume]?.id ?? '');
  const identity = {
    encoder: prepared.encoder.fingerprint,
    name,
    seed: task.seed,
    ids,
    crop,
    normalisation,
    ...(start.early === true && { early: true }),
  } as Json;
  const features = await frozenFeatures({
    name,
    encoder: start,
    scans: scansOfRows(prepared.fit, set, [...cohort.rows.keys()]),
    rows: total,
    reading: task.input.reading,
    identity,
    place: { ...place, threads: FEATURE_THREADS },
    folder: join(folder, 'features'),
    signal,
    onScan: (done) => report({ kind: 'features', done, total, encoder: name }),
  });
  report({ kind: 'features', done: total, total, encoder: name });
  return { inputs: { features: name }, setup: { features: { [name]: features } } };
}
