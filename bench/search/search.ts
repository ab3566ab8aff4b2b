/**
 * `npm run bench:search -- [--workers N] [--engine onnx|torch|auto] [--groups A,B] [--candidates N] [--steps N]
 * [--json FILE]`: what a search spends. The candidates of searches are evaluated by voxolve's workers and by a PyTorch loop over the exported code
 * (`VOXOLVE_PYTHON`), in turns, in one run.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { messageOf, present, UserError } from '../../src/core/errors.js';
import { complaint, count } from '../arguments.js';
import { agrees, ALLOWED, jsonOf, overall, type GroupResult, type Row } from './figures.js';
import { COMPARED, compareLosses } from './agreement.js';
import { groups, type Group } from './groups.js';
import { startPytorch } from './pytorch-side.js';
import { ratioTable, ROW_HEADER, rowLine, shareTable } from './report.js';
import { ENGINES, prepareGroup, type Setting } from './setting.js';
import { startVoxolve } from './voxolve-side.js';
import { chooseEngine } from '../../src/calibration/engine-choice.js';

const OPTIONS = {
  workers: { type: 'string', default: '2' },
  engine: { type: 'string', default: 'onnx' },
  groups: { type: 'string' },
  candidates: { type: 'string' },
  steps: { type: 'string' },
  json: { type: 'string' },
} as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(words: string[]): Promise<void> {
  const { values } = parseArgs({ args: words, options: OPTIONS });
  const setting = settingOf(values);
  const chosen = chosenGroups(values.groups?.split(','));
  const { workers, steps } = setting;
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  say(`${processor}, ${cpus().length} cores; ${workers} workers of one thread on either side`);
  if (steps !== undefined)
    say(`SHORTENED: every training takes ${steps} steps, whatever its experiment says`);
  say(ROW_HEADER);
  const results: GroupResult[] = [];
  let torch = '';
  for (const group of chosen) {
    const measured = await measureGroup(group, setting);
    results.push(measured.result);
    torch = measured.torch;
  }
  say(`\nCandidates an hour with ${workers} workers, and times of PyTorch ${torch} over times of voxolve`);
  say('(geometric means over candidates, in the last line over groups):\n');
  say(
    `${ratioTable(results, workers)}\n\nHow a second of a worker goes:\n\n${shareTable(results, workers)}\n`,
  );
  say(verdictOf(results));
  const { wall, cpu } = overall(results);
  say(`Geometric mean over groups: ${wall.toFixed(2)} by wall time, ${cpu.toFixed(2)} by processor time`);
  if (values.json === undefined) return;
  const content = jsonOf(results, { processor, workers, torch, steps: steps ?? null });
  writeFileSync(values.json, `${JSON.stringify(content, null, 2)}\n`);
}

/** Rounds of one candidate a worker, by voxolve and by PyTorch; who is first changes from round to round. */
async function measureGroup(
  group: Group,
  setting: Setting,
): Promise<{ readonly result: GroupResult; readonly torch: string }> {
  const { workers, python } = setting;
  const ready = await prepareGroup(group, setting);
  const { engine, reason } = await chooseEngine(
    { ...group.experiment, engine: setting.engine, device: 'cpu' },
    group.experiment,
  );
  if (setting.engine !== 'onnx') say(`${group.name}: engine ${engine} (${reason})`);
  const closing: (() => unknown)[] = [() => ready.dispose()];
  try {
    const pytorch = await startPytorch(ready, workers, python);
    closing.push(() => pytorch.close());
    const voxolve = await startVoxolve(ready, workers, engine);
    closing.push(() => voxolve.close());
    const rows: Row[] = [];
    const rounds = { voxolve: 0, pytorch: 0 };
    for (let at = 0; at < ready.jobs.length; at += workers) {
      const jobs = ready.jobs.slice(at, at + workers);
      const first = (at / workers) % 2 === 0 ? await voxolve.round(jobs) : undefined;
      const theirs = await pytorch.round(jobs);
      const ours = first ?? (await voxolve.round(jobs));
      rounds.voxolve += ours.seconds;
      rounds.pytorch += theirs.seconds;
      const differences = await Promise.all(
        jobs.map((job, i) => compareLosses(ready, job, pytorch, { worker: i, engine })),
      );
      for (const [i, { number }] of jobs.entries()) {
        const lossDifference = differences[i] ?? NaN;
        const row: Row = {
          ...{ number, lossDifference },
          voxolve: present(ours.all[i], `voxolve's candidate ${number}`),
          pytorch: present(theirs.all[i], `PyTorch's candidate ${number}`),
        };
        rows.push(row);
        say(rowLine(group.name, row));
      }
    }
    return { result: { name: group.name, engine, rows, rounds }, torch: pytorch.torch };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Verdict on whether losses agree; where they do not, the command fails. */
function verdictOf(results: readonly GroupResult[]): string {
  const rows = results.flatMap(({ rows: own }) => own);
  const apart = results.flatMap(({ name, rows: own }) =>
    own.filter((row) => !agrees(row)).map(({ number }) => `${name} ${number}`),
  );
  if (apart.length > 0) process.exitCode = 1;
  return (
    `Losses of the first ${COMPARED} steps within ${ALLOWED} of PyTorch's: ` +
    `${rows.length - apart.length} of ${rows.length}${apart.length > 0 ? `, not ${apart.join(', ')}` : ''}.`
  );
}

function settingOf(values: {
  readonly workers: string;
  readonly engine: string;
  readonly candidates?: string;
  readonly steps?: string;
}): Setting {
  const python = process.env['VOXOLVE_PYTHON'];
  if (!python)
    throw new UserError({
      subject: 'VOXOLVE_PYTHON',
      problem: 'is not set, and there is nothing to compare with',
      fix: 'name a Python with PyTorch, NumPy and nibabel',
    });
  const { candidates, steps } = values;
  const engine = ENGINES.find((known) => known === values.engine);
  if (engine === undefined) throw complaint('engine', values.engine, 'onnx, torch or auto');
  return {
    ...{ python, engine },
    workers: count('workers', values.workers),
    ...(candidates === undefined ? {} : { candidates: count('candidates', candidates) }),
    ...(steps === undefined ? {} : { steps: count('steps', steps) }),
  };
}

function chosenGroups(names: readonly string[] | undefined): readonly Group[] {
  const unknown = names?.find((name) => !groups.some((group) => group.name === name));
  if (unknown !== undefined)
    throw complaint('groups', unknown, `of ${groups.map(({ name }) => name).join(', ')}`);
  return groups.filter(({ name }) => names?.includes(name) ?? true);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench:search: ${messageOf(error)}\n`);
  if (!(error instanceof UserError)) console.error(error);
  process.exitCode = 1;
});
