/**
 * The quickstart on the device, twice: with some workers, and with half as many, killed and resumed with all of them. Both must have decided
 * and found out the same.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hashJson } from '../../src/core/hash.js';
import { plainJson } from '../../src/core/json.js';
import { packageFile } from '../../src/core/package-files.js';
import { Sqlite } from '../../src/store/sqlite.js';
import { lineageTables, winnerTables } from '../search-tables.js';
import { candidatesWithin } from './budget.js';
import { deadlineOf, type Part, type PartOutcome } from './part.js';

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

interface Command {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

const cli = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** Starts the compiled command; it is killed at `until`. */
function start(args: readonly string[], until: number): Command {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const late = setTimeout(() => child.kill('SIGKILL'), Math.max(0, until - performance.now()));
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => {
    stderr += text.toString();
    process.stderr.write(text);
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => {
      clearTimeout(late);
      resolve({ code, signal, stderr });
    }),
  );
  return { child, ended };
}

/** Path of the experiment; on a CPU, where the check itself is tried, of one with shorter trainings. */
function experimentFor(device: string, folder: string): string {
  const path = fileURLToPath(packageFile('experiments/quickstart.json'));
  if (device !== 'cpu') return path;
  const content = JSON.parse(readFileSync(path, 'utf8')) as { readonly training: object };
  const training = { ...content.training, steps: 4, evaluationBatches: 4 };
  const short = join(folder, 'quickstart.json');
  writeFileSync(short, JSON.stringify({ ...content, training }));
  return short;
}

/** Candidates that a search has finished. */
function finished(db: string): number {
  if (!existsSync(db)) return 0;
  const open = new Sqlite(db, { readonly: true, timeout: 10_000 });
  try {
    return Number(open.prepare("SELECT count(*) FROM candidates WHERE status = 'done'").pluck().get());
  } finally {
    open.close();
  }
}

const lineageHash = (db: string): string => hashJson(plainJson([lineageTables(db), winnerTables(db)]));

/** Undefined where the command ended well. */
function complaintOf(what: string, { code, signal, stderr }: Ended): PartOutcome | undefined {
  if (code === 0) return undefined;
  if (signal === 'SIGKILL') return { status: 'cut', says: `${what} did not end within its time` };
  const last = stderr.trim().split('\n').pop() ?? '';
  return { status: 'failed', says: `${what} ended with ${signal ?? code}: ${last}` };
}

export const quickstart: Part = async (context, tell) => {
  const { device, folder, seconds } = context;
  const until = deadlineOf(context);
  const candidates = candidatesWithin(seconds, device);
  const workers = device === 'cpu' ? 2 : 4;
  const experiment = experimentFor(device, folder);
  const [whole, killed] = [join(folder, 'whole.db'), join(folder, 'killed.db')];
  const search = (db: string, count: number): string[] => [
    ...['search', experiment, '--db', db],
    ...['--engine', 'torch', '--device', device, '--workers', String(count)],
    ...['--candidates', String(candidates)],
  ];
  const begun = performance.now();
  const first = complaintOf('the search', await start(search(whole, workers), until).ended);
  if (first !== undefined) return first;
  const took = (performance.now() - begun) / 1000;
  const hash = lineageHash(whole);
  const cut =
    candidates < 32
      ? `${candidates} of 32 candidates (${device === 'cpu' ? 'shortened on a CPU' : 'more do not fit'})`
      : '32 candidates';
  const figures = { candidates, seconds: took, lineage: hash };
  const soFar: PartOutcome = {
    status: 'cut',
    says: `${cut} in ${took.toFixed(0)} s; no time to kill and resume it`,
    figures,
  };
  tell(soFar);
  if (performance.now() + 1000 * took > until) return soFar;

  const { child, ended } = start(search(killed, workers / 2), until);
  while (child.exitCode === null && child.signalCode === null && finished(killed) < candidates / 4)
    await sleep(50);
  child.kill('SIGKILL');
  const end = await ended;
  const before = existsSync(killed) ? finished(killed) : 0;
  if (end.code !== null)
    return (
      complaintOf('the second search', end) ?? {
        status: 'failed',
        says: 'the search ended before it was killed',
      }
    );
  if (performance.now() > until) return soFar;
  const resumed = complaintOf(
    'resume',
    await start(['resume', killed, '--workers', String(workers)], until).ended,
  );
  if (resumed !== undefined) return resumed.status === 'cut' ? soFar : resumed;
  const same = lineageHash(killed) === hash;
  return {
    status: same ? 'passed' : 'failed',
    says: `${cut} in ${took.toFixed(0)} s; killed after ${before} and resumed: ${same ? 'the same lineage' : 'ANOTHER LINEAGE'} ${hash.slice(0, 12)}`,
    figures: { ...figures, killed_after: before, resumed_lineage: lineageHash(killed) },
  };
};
