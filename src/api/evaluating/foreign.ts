/**
 * Scans of another kind than those that a model was made for, and what it says of them: beside the scans that were evaluated, or
 * beside the run's own rows.
 */
import { UserError } from '../../core/errors.js';
import { plural } from '../../core/plural.js';
import { rngOf } from '../../core/random.js';
import { oodReport, type OodReport, type ScoredScans } from '../../downstream/ood/ood-report.js';
import { meanOverTiles } from '../../downstream/training/encode.js';
import { alteredKinds, alteredScans } from '../../scans/altered/foreign-scans.js';
import { loadNamedScans } from '../../scans/load-named.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import { featuresOfRows } from '../../workers/fits/model-rows.js';
import type { EncoderSource } from '../encoder-source.js';
import type { FinetuneEvent, Listener } from '../events.js';
import { inputSizeOf, scanOptionsOf, type Reading } from '../finetuning/material.js';
import { earlyOf, startingEncoder } from '../finetuning/prepare-scans.js';
import type { Applied } from './apply.js';
import type { FittedRun } from './fitted-run.js';
import { ownRows, scorerOf, type Scorer } from './foreign-scores.js';
import { encoderOfRun } from './run-encoder.js';
import { scanReader, type ScanReader } from './scan-reader.js';

export interface Foreign {
  readonly ood: OodReport;
  readonly remarks: readonly string[];
}

const BUILT_IN = 'built-in';

/** Scans from which others are made; more tell little more, and each kind holds all of them in memory. */
const MOST = 64;

/** `asked`: folders of scans, or `built-in`. */
export async function besideEvaluated(
  run: FittedRun,
  { scanned, cohort }: Applied,
  asked: readonly string[],
  report: Listener<FinetuneEvent>,
): Promise<Foreign> {
  if (scanned === null) throw readsNoScans();
  const { reader, prepared, material } = scanned;
  const scored = scorerOf(run);
  const rows = [...cohort.rows.keys()];
  const patients = cohort.rows.map(({ patient }) => patient);
  const inside = await scored(await reader.rowsOf(prepared, rows), patients);
  const sets: Record<string, ScoredScans> = {};
  for (const one of asked) {
    if (one === BUILT_IN) {
      const some = rngOf(0, 'ood', 'scans').sample(rows, MOST);
      const { set } = prepared.scans;
      const volumes = some.flatMap((row) => set.volumes[prepared.fit.volumes[row] ?? -1] ?? []);
      for (const kind of alteredKinds) {
        const made = alteredScans({ ...set, volumes }, kind, rngOf(0, 'ood', kind));
        sets[kind] = await scored(
          await reader.volumesOf(made),
          some.map((row) => patients[row] ?? ''),
        );
      }
    } else {
      const set = await scansIn(one, material, prepared.scans.set.channels, report);
      sets[one] = await ofFolder(set, reader, scored);
    }
  }
  return { ood: oodReport({ ...inside, split: 'test' }, sets, [0]), remarks: covariateRemarks(run) };
}

/** Beside the rows of the run that it learned least from, by the features that it keeps of them. */
export async function besideOwn(
  run: FittedRun,
  { ood: asked, encoder: named }: { readonly ood: readonly string[]; readonly encoder?: string | undefined },
  report: Listener<FinetuneEvent>,
): Promise<Foreign> {
  if (run.encoder === null) throw readsNoScans();
  const own = ownRows(run);
  if (own === undefined || asked.includes(BUILT_IN)) {
    const problem =
      own === undefined
        ? 'needs scans to compare with: the run trained its encoder, and keeps no features of its own'
        : `${BUILT_IN} needs scans to make others of, and the run keeps features of its own alone`;
    throw new UserError({ subject: '--ood', problem, fix: 'add --manifest TABLE.csv and --scans DIR' });
  }
  const reading: ReadingBy = { source: run.source, encoder: await encoderOfRun(run, named) };
  const reader = readerOf(run, reading);
  const scored = scorerOf(run);
  const split = (['test', 'validation', 'train'] as const).find((one) =>
    own.rows.some((row) => row.split === one),
  );
  const rows = own.rows.flatMap((row, at) => (row.split === split ? [at] : []));
  const read = featuresOfRows(own, rows);
  const inside = await scored(
    { ...read, mean: meanOverTiles(read.features, read.tiles) },
    rows.map((row) => own.rows[row]?.patient ?? ''),
  );
  const sets: Record<string, ScoredScans> = {};
  for (const one of asked) {
    const set = await scansIn(one, reading, reading.encoder.channels, report);
    sets[one] = await ofFolder(set, reader, scored);
  }
  return {
    ood: oodReport({ ...inside, split: split ?? 'train' }, sets, [0]),
    remarks: [...covariateRemarks(run), ...(split === 'train' ? [learnedRemark(rows.length)] : [])],
  };
}

type ReadingBy = Reading & { readonly encoder: EncoderSource };

function readerOf({ final, place }: FittedRun, { source, encoder }: ReadingBy): ScanReader {
  const { task } = source;
  const size = inputSizeOf({ source, encoder });
  const { reading, tiles, normalise, augment } = task.input;
  return scanReader({
    crop: { size, reading, tiles, normalise, augment },
    normalisation: encoder.normalisation,
    start: { ...startingEncoder(encoder, size, [task.seed, 'finetune', 'encoder']), ...earlyOf(source) },
    final: final.scan,
    task,
    place,
  });
}

const learnedRemark = (count: number): string =>
  `scans of another kind are compared with ${plural(count, 'row')} that the model learned from, and knows better than others of their kind: the areas are too good`;

function covariateRemarks({ final }: FittedRun): readonly string[] {
  if (final.table.covariates === null) return [];
  return [
    'scans of another kind have no covariates: beside them, those of the evaluated rows are taken for missing, too',
  ];
}

function readsNoScans(): UserError {
  return new UserError({
    subject: '--ood',
    problem: 'needs a model that reads scans, and this one reads covariates alone',
    fix: 'leave it out',
  });
}

/** Each is taken for another patient: nothing is known of whose they are. */
async function ofFolder(set: ScanSet, reader: ScanReader, scored: Scorer): Promise<ScoredScans> {
  const patients = set.volumes.map(({ id }, i) => `${i} ${id}`);
  return scored(await reader.volumesOf(set), patients);
}

/** All scans of a folder, prepared as those of the run. */
async function scansIn(
  folder: string,
  { source, encoder }: Reading,
  channels: number,
  report: Listener<FinetuneEvent>,
): Promise<ScanSet> {
  const { set } = await loadNamedScans(folder, scanOptionsOf({ source, encoder }), {
    onProgress: (done, total, name) => report({ kind: 'reading scans', done, total, name }),
  });
  if (set.channels === channels) return set;
  throw new UserError({
    subject: `--ood ${folder}`,
    problem: `its scans have ${set.channels} channels, those of the model ${channels}`,
    fix: 'name a folder of scans with as many channels',
  });
}
