/**
 * `npm run bench:results -- --experiment FILE --scans DIR --db SEARCH.db --random RANDOM.db`: compares a search's
 * winner with random search's, and with published video networks scaled to its size. docs/results.md holds its output.
 *
 * The best few of each search are retrained on separate seeds, and the one with the best mean is its winner; a single
 * score would favour luck. Winners and scaled networks are then trained on further seeds.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, present, UserError } from '../src/core/errors.js';
import { readExperiment } from '../src/experiment/read.js';
import { countParameters } from '../src/nn/parameters.js';
import { summarise } from '../src/nn/summary.js';
import type { Architecture } from '../src/nn/architecture.js';
import { meanOf } from '../src/core/statistics/descriptive.js';
import { boundedMean, pairedDifference } from '../src/core/statistics/intervals.js';
import { bestCandidates, chooseExperiment, openStore } from '../src/store/index.js';
import { openContest, type Contest } from './strategies/contest.js';
import { contenders, scaledTo } from './scaled-networks.js';

/** First seed for the choice of winners, apart from the seeds on which they are compared. */
const SELECTION = 500;
const COMPARISON = 100;

interface Entry {
  readonly name: string;
  readonly architecture: Architecture;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      experiment: { type: 'string', default: 'experiments/ct-mr-search.json' },
      scans: { type: 'string', default: '../shared/data/scans/train' },
      manifest: { type: 'string', default: '../shared/data/scans/train.csv' },
      db: { type: 'string' },
      random: { type: 'string' },
      candidates: { type: 'string', default: '100000' },
      finalists: { type: 'string', default: '3' },
      seeds: { type: 'string', default: '5' },
      record: { type: 'string', default: 'results-scores.json' },
      json: { type: 'string' },
    },
  });
  if (values.db === undefined) {
    throw new UserError({ subject: '--db', problem: 'is missing', fix: 'name the database of a search' });
  }
  const file = await readExperiment(values.experiment);
  const experiment = { ...file, scans: { ...file.scans, manifest: resolve(values.manifest) } };
  const contest = await openContest(experiment, values.scans, values.record);
  const [candidates, finalists] = [Number(values.candidates), Number(values.finalists)];
  const entries = [await winnerOf(contest, 'search', values.db, candidates, finalists)];
  if (values.random !== undefined) {
    entries.push(await winnerOf(contest, 'random search', values.random, candidates, finalists));
  }
  const { plan } = contest.resolved;
  const macs = macsOf(contest, present(entries[0], 'a winner').architecture);
  const channels = plan.encoderInput[1];
  for (const name of contenders) entries.push({ name, architecture: scaledTo(name, macs, channels, plan) });
  const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => COMPARISON + i);
  const scores = new Map<string, number[]>();
  // Seed by seed, so that an early end leaves whole pairs.
  for (const seed of seeds) {
    for (const { name, architecture } of entries) {
      const own = scores.get(name) ?? [];
      own.push(await contest.score(name, architecture, seed));
      scores.set(name, own);
    }
  }
  report(contest, entries, scores, values.json);
}

/** Winner of a search by the mean of two retrainings of its best few. */
async function winnerOf(
  contest: Contest,
  name: string,
  database: string,
  candidates: number,
  finalists: number,
): Promise<Entry> {
  const store = openStore(database, 'read');
  try {
    const row = chooseExperiment(store);
    const best = bestCandidates(store, row.id, candidates)
      .filter(({ number }) => number < candidates)
      .slice(0, finalists);
    let leader: (Entry & { readonly mean: number }) | undefined;
    for (const { number, genome } of best) {
      const architecture = contest.resolved.architecture(genome);
      const own = [];
      for (const seed of [SELECTION, SELECTION + 1]) {
        own.push(await contest.score(`${name} #${number}`, architecture, seed));
      }
      const mean = meanOf(own);
      print(`${name}: candidate ${number} retrained, mean ${mean.toFixed(3)}`);
      if (leader === undefined || mean > leader.mean) {
        leader = { name: `${name} #${number}`, architecture, mean };
      }
    }
    return present(leader, `a finished candidate in ${database}`);
  } finally {
    store.close();
  }
}

function macsOf({ resolved: { plan } }: Contest, architecture: Architecture): number {
  return summarise(architecture, plan.encoderInput).macs;
}

function report(
  contest: Contest,
  entries: readonly Entry[],
  scores: ReadonlyMap<string, readonly number[]>,
  json: string | undefined,
): void {
  const of = (name: string): readonly number[] => present(scores.get(name), `scores of ${name}`);
  const first = of(present(entries[0], 'a winner').name);
  const { experiment, plan } = contest.resolved;
  const { worst } = plan;
  const crops = experiment.training.batch * experiment.training.evaluationBatches;
  const rows = entries.map(({ name, architecture }) => {
    const values = of(name);
    const lead = first.map((score, i) => score - (values[i] ?? NaN));
    return {
      network: name,
      params: countParameters(architecture),
      macs: macsOf(contest, architecture),
      mean: meanOf(values),
      ci95: boundedMean(values, [worst, 1], crops),
      lead_mean: meanOf(lead),
      lead_ci95: pairedDifference(lead, 1 - worst),
      scores: values,
    };
  });
  print(`| network | parameters | MACs a batch | mean (95 %) | winner's lead, paired (95 %) |`);
  print(`| --- | --- | --- | --- | --- |`);
  for (const row of rows) {
    const lead = row === rows[0] ? '' : `${signed(row.lead_mean)} (${interval(row.lead_ci95, signed)})`;
    const mean = `${row.mean.toFixed(3)} (${interval(row.ci95, (x) => x.toFixed(3))})`;
    print(`| ${row.network} | ${row.params} | ${(row.macs / 1e6).toFixed(1)} M | ${mean} | ${lead} |`);
  }
  const { metric, chance } = plan;
  print(`${metric} on unseen patients, chance ${chance.toFixed(3)}, ${first.length} seeds`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ metric, chance, rows }, null, 2)}\n`);
}

const signed = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(3)}`;

function interval([low, high]: readonly [number, number], text: (x: number) => string): string {
  return `${text(low)} to ${text(high)}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((thrown: unknown) => {
  process.stderr.write(`bench:results: ${messageOf(thrown)}\n`);
  if (!(thrown instanceof UserError)) throw thrown;
  process.exitCode = 1;
});
