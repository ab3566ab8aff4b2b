/**
 * `npm run nightly:audits`: audits every shipped experiment, on its phantoms and on real scans, at five seeds, and
 * writes the results to `experiments/audits/NAME.json`. Exits with 1 if a check failed.
 *
 * `--data DIR`: folder of public scans (../shared/data; without it only phantoms are audited, and records of runs on
 * real scans stay unchanged). `--experiments NAME,…`, `--seeds 1,2`: a selection. `--missing`: only runs without
 * record.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { auditExperiment, usualEffort } from '../../src/api/audit.js';
import { phantoms } from '../../src/api/scan-source.js';
import {
  subjectOf,
  trainingOf,
  type ShippedAudit,
  type ShippedRun,
} from '../../src/api/auditing/shipped-audits.js';
import { canonicalJson, plainJson } from '../../src/core/json.js';
import { writeAtomicallySync } from '../../src/core/atomic-write.js';
import { resolveExperiment } from '../../src/experiment/resolve.js';
import { readExperiment } from '../../src/experiment/read.js';
import type { Experiment } from '../../src/experiment/schema.js';
import { auditSources } from './audit-sources.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const experiments = join(root, 'experiments');

/** Folders below `--data` by experiment; the folder of volumes by default. */
const VOLUMES = 'scans';
const FOLDERS: Readonly<Record<string, string>> = { cine: 'formats/ultrasound_cine' };

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(root, '..', 'shared', 'data') },
    experiments: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3,4,5' },
    missing: { type: 'boolean', default: false },
  },
});

const names =
  values.experiments?.split(',') ??
  readdirSync(experiments)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''));
const seeds = values.seeds.split(',').map(Number);
let failures = 0;
/** Runs by audited subject: experiments that differ only in their strategy are audited once. */
const done = new Map<string, ShippedRun>();
if (values.missing) {
  for (const name of names) {
    const path = join(experiments, 'audits', `${name}.json`);
    if (!existsSync(path)) continue;
    const { runs, ...record } = JSON.parse(readFileSync(path, 'utf8')) as ShippedAudit;
    for (const run of runs) done.set(textOf({ ...record, scans: run.scans, seed: run.seed }), run);
  }
}

for (const name of names) {
  const experiment = await readExperiment(join(experiments, `${name}.json`));
  const record = await emptyRecord(experiment);
  const path = join(experiments, 'audits', `${name}.json`);
  const before = runsBefore(path, record);
  const runs = new Map(before.map((run) => [keyOf(run), run]));
  const folder = FOLDERS[name] ?? VOLUMES;
  const real = resolve(values.data, folder);
  for (const source of [phantoms, ...(existsSync(real) ? [real] : [])]) {
    const scans = source === phantoms ? phantoms : folder;
    for (const seed of seeds) {
      if (values.missing && runs.has(keyOf({ scans, seed }))) continue;
      const run = await auditOnce({ ...experiment, seed }, source, scans, textOf({ ...record, scans, seed }));
      runs.set(keyOf(run), run);
      const sorted = [...runs.values()].sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
      mkdirSync(join(experiments, 'audits'), { recursive: true });
      writeAtomicallySync(path, `${JSON.stringify({ ...record, runs: sorted }, null, 2)}\n`);
    }
  }
}
process.exitCode = failures > 0 ? 1 : 0;

function keyOf({ scans, seed }: Pick<ShippedRun, 'scans' | 'seed'>): string {
  return `${scans} ${seed}`;
}

async function emptyRecord(experiment: Experiment): Promise<Omit<ShippedAudit, 'runs'>> {
  const resolved = await resolveExperiment(experiment);
  return {
    subject: subjectOf(resolved),
    audit: {
      effort: usualEffort,
      training: trainingOf(resolved),
      sources: auditSources(root, resolved.task.name),
    },
  };
}

/** Runs of the record on disk, if they are of the same subject and were audited in the same way. */
function runsBefore(path: string, record: Omit<ShippedAudit, 'runs'>): readonly ShippedRun[] {
  if (!existsSync(path)) return [];
  const { runs, ...rest } = JSON.parse(readFileSync(path, 'utf8')) as ShippedAudit;
  return textOf(rest) === textOf(record) ? runs : [];
}

function textOf(value: unknown): string {
  return canonicalJson(plainJson(value));
}

async function auditOnce(
  experiment: Experiment,
  source: string,
  scans: string,
  key: string,
): Promise<ShippedRun> {
  const known = done.get(key);
  if (known !== undefined) return known;
  const round = (value: number): number => Number(value.toFixed(4));
  const { checks } = await auditExperiment(experiment, source, usualEffort, () => undefined);
  const run: ShippedRun = {
    scans,
    seed: experiment.seed,
    checks: checks.map(({ name, figure, ci95, limit, passed }) => ({
      name,
      figure: round(figure),
      ci95: [round(ci95[0]), round(ci95[1])],
      limit: round(limit),
      passed,
    })),
  };
  done.set(key, run);
  const failed = run.checks.filter(({ passed }) => !passed);
  failures += failed.length;
  const said = failed.map(({ name, figure, limit }) => `${name} ${figure} (limit ${limit})`).join(', ');
  console.log(
    `${experiment.name} on ${scans}, seed ${experiment.seed}: ${failed.length === 0 ? 'no shortcut found' : `FAILED ${said}`}`,
  );
  return run;
}
