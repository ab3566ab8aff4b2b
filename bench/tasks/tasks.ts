/**
 * `npm run bench:tasks`: measures if each proxy task is learnt on real scans, and if learning it helps.
 *
 * Every task trains the same encoder from random weights for the same steps, scores on patients that it never saw,
 * and is probed on labelled scans: a ridge classifier on frozen features, on patients that the probe did not learn
 * from, against the same encoder with random weights. Tasks of volumes are probed on scans of another study, tasks of
 * films on the classes of the clips.
 *
 * With `--json`, rows of tasks that are not requested stay unchanged in the file, so that the table can be made in
 * parts.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { labelledSetOf } from '../../src/api/searching/probe-set.js';
import { messageOf, present, UserError } from '../../src/core/errors.js';
import type { LabelledCrop } from '../../src/probes/labelled.js';
import { meanOf } from '../../src/core/statistics/descriptive.js';
import { boundedMean, pairedDifference } from '../../src/core/statistics/intervals.js';
import { loadScanSet } from '../../src/scans/load.js';
import { ScanOptions } from '../../src/scans/options.js';
import { cineCrops, hippocampusCrops, once } from './probes.js';
import { benchEncoder, benchOptions, benchTraining, ofFilms } from './setup.js';
import { trial, type Trial } from './trial.js';

interface Row {
  readonly chance: number;
  readonly score_mean: number;
  /** Confidence interval by Student's t over seeds. */
  readonly score_ci95: readonly [number, number];
  readonly probe_pretrained_mean: number;
  readonly probe_random_mean: number;
  /** Confidence interval of pretrained minus random, by Student's t over seeds. */
  readonly probe_gain_ci95: readonly [number, number];
  readonly seeds: number;
  readonly metric: string;
  readonly steps: number;
  /** Effective rank of the 48 pretrained features. */
  readonly rank_mean: number;
}

const optionsOfBench = {
  json: { type: 'string' },
  seeds: { type: 'string', default: '5' },
  tasks: { type: 'string', default: Object.keys(proxyTasks).join(',') },
  steps: { type: 'string', default: '300' },
  scans: { type: 'string', default: '../shared/data/scans/train' },
  manifest: { type: 'string', default: '../shared/data/scans/train.csv' },
  labelled: { type: 'string', default: '../shared/data/labelled/msd_hippocampus' },
  cine: { type: 'string', default: '../shared/data/formats/ultrasound_cine' },
  'cine-labels': { type: 'string', default: '../shared/data/labelled/ultrasound.tsv' },
  spacing: { type: 'string', default: '4' },
  threads: { type: 'string', default: String(availableParallelism()) },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: optionsOfBench });
  const [seeds, steps] = [Number(values.seeds), Number(values.steps)];
  const names = values.tasks.split(',');
  requireKnown(names);
  const volumes = ScanOptions.parse({
    spacing: Number(values.spacing),
    validation: 0.4,
    manifest: values.manifest,
  });
  const films = ScanOptions.parse({ validation: 0.4, cine: cineOptions });
  const sourceOf = {
    volumes: { folder: values.scans, options: volumes, crops: once(() => hippocampusCrops(values.labelled)) },
    films: {
      folder: values.cine,
      options: films,
      crops: once(() => cineCrops(values['cine-labels'], films)),
    },
  };
  const rows = values.json === undefined ? {} : rowsWithin(values.json);
  for (const line of heading) print(line);
  for (const name of names) {
    const source = ofFilms.includes(name) ? sourceOf.films : sourceOf.volumes;
    const row = await rowOf(name, source, { seeds, steps, threads: Number(values.threads) });
    rows[name] = row;
    print(lineOf(name, row));
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  }
  printOthers(rows, names);
}

function requireKnown(names: readonly string[]): void {
  const unknown = names.find((name) => proxyTasks[name] === undefined);
  if (unknown === undefined) return;
  const known = Object.keys(proxyTasks).join(', ');
  throw new UserError({ subject: '--tasks', problem: `"${unknown}" is none of ${known}`, fix: 'use these' });
}

function rowsWithin(path: string): Record<string, Row> {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Row>) : {};
}

interface Source {
  readonly folder: string;
  readonly options: ScanOptions;
  readonly crops: () => Promise<readonly LabelledCrop[]>;
}

interface Effort {
  readonly seeds: number;
  readonly steps: number;
  readonly threads: number;
}

async function rowOf(name: string, source: Source, { seeds, steps, threads }: Effort): Promise<Row> {
  const training = benchTraining(steps);
  const task = present(proxyTasks[name], name);
  const parsed = task.options.parse(benchOptions[name] ?? {});
  const plan = task.plan(parsed, { channels: 1, batch: training.batch });
  const { set } = await loadScanSet(source.folder, source.options, { seed: 1, minimumSize: plan.crop });
  const crops = await source.crops();
  const labelled = labelledSetOf(crops, present(crops[0], 'labelled crops').crop.shape);
  const architecture = benchEncoder(set.channels);
  const trials: Trial[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    trials.push(await trial({ plan, set, architecture, training, labelled, threads, seed }));
  }
  const of = (key: keyof Trial): number[] => trials.map((one) => one[key]);
  return {
    chance: plan.chance,
    score_mean: meanOf(of('score')),
    score_ci95: boundedMean(of('score'), [plan.worst, 1], training.batch * training.evaluationBatches),
    probe_pretrained_mean: meanOf(of('probePretrained')),
    probe_random_mean: meanOf(of('probeRandom')),
    probe_gain_ci95: pairedDifference(trials.map((one) => one.probePretrained - one.probeRandom)),
    seeds,
    metric: plan.metric,
    steps,
    rank_mean: meanOf(of('rank')),
  };
}

/** Prints rows from the file of tasks that were not requested. */
function printOthers(rows: Readonly<Record<string, Row>>, names: readonly string[]): void {
  const others = Object.keys(proxyTasks).filter((name) => rows[name] !== undefined && !names.includes(name));
  if (others.length === 0) return;
  print('\nwith the rows that were in the file:\n');
  for (const line of heading) print(line);
  for (const name of Object.keys(proxyTasks)) {
    const row = rows[name];
    if (row !== undefined) print(lineOf(name, row));
  }
}

const heading = [
  '| task | metric | chance | score on unseen patients (95 %) | probe, pretrained | probe, random | gain (95 %) | rank |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
];

/** Ten frames a second, as most clips have; pixels of clips without a scale are halved. */
const cineOptions = { frameTime: 0.1, spacing: 1, pixels: 2 };

function lineOf(name: string, row: Row): string {
  const interval = ([low, high]: readonly [number, number]): string =>
    `${low.toFixed(3)} to ${high.toFixed(3)}`;
  return (
    `| ${name} | ${row.metric} | ${row.chance.toFixed(3)} | ${row.score_mean.toFixed(3)} (${interval(row.score_ci95)}) ` +
    `| ${row.probe_pretrained_mean.toFixed(3)} | ${row.probe_random_mean.toFixed(3)} ` +
    `| ${interval(row.probe_gain_ci95)} | ${row.rank_mean.toFixed(1)} |`
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((thrown: unknown) => {
  process.stderr.write(`bench:tasks: ${messageOf(thrown)}\n`);
  process.exitCode = 1;
});
