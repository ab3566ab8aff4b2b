/**
 * The PyTorch side: a Python process per worker, started once, in a folder that holds the export of the group's task.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { exportFiles } from '../../src/api/exporting/export-files.js';
import { present, UserError } from '../../src/core/errors.js';
import { packageFile } from '../../src/core/package-files.js';
import { rngOf } from '../../src/core/random.js';
import type { EvaluationJob } from '../../src/core/records.js';
import { writeSafetensors } from '../../src/core/safetensors.js';
import { tensor, type Tensor } from '../../src/core/tensor.js';
import { writeFolder } from '../../src/export/index.js';
import { modelSource } from '../../src/export/python/model.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { wholeVolume } from '../../src/scans/sampling/scan-set.js';
import type { Evaluated } from './figures.js';
import type { ReadyGroup } from './setting.js';
import type { Side } from './voxolve-side.js';

export interface PytorchSide extends Side {
  /** Version of PyTorch. */
  readonly torch: string;
  /** Asks a process for something else. */
  ask(worker: number, request: object): Promise<unknown>;
}

interface Process {
  ask(request: object): Promise<unknown>;
  end(): Promise<void>;
}

/** Where and how precisely the loop trains. */
export interface PytorchPlace {
  readonly device: string;
  readonly precision: 'float32' | 'bfloat16';
}

export async function startPytorch(
  ready: ReadyGroup,
  workers: number,
  python: string,
  place: PytorchPlace = { device: 'cpu', precision: 'float32' },
): Promise<PytorchSide> {
  const folder = await mkdtemp(join(ready.folder, 'pytorch-'));
  await writePeer(ready, folder, place);
  const started = Array.from({ length: workers }, () => start(python, folder));
  try {
    const greetings = await Promise.all(started.map(({ greeting }) => greeting));
    const { torch } = greetings[0] as { readonly torch: string };
    const side = sideOf(ready, started, torch);
    // One step each, as on the other side.
    const short = { ...present(ready.jobs[0], 'a candidate'), share: 1e-9 };
    await side.round(started.map(() => short));
    return side;
  } catch (error) {
    await Promise.all(started.map((process) => process.end()));
    throw error;
  }
}

function sideOf(ready: ReadyGroup, processes: readonly Process[], torch: string): PytorchSide {
  const evaluate = async (job: EvaluationJob, worker: number): Promise<Evaluated> => {
    const { steps } = ready.resolved.experiment.training;
    const request = {
      ...{ kind: 'evaluate', number: job.number, source: sourceOf(ready, job) },
      steps: Math.max(1, Math.round(steps * job.share)),
    };
    const before = performance.now();
    const { cpu, spent } = (await present(processes[worker], 'a process').ask(request)) as Evaluated;
    return { seconds: (performance.now() - before) / 1000, cpu, spent };
  };
  return {
    torch,
    ask: (worker, request) => present(processes[worker], 'a process').ask(request),
    round: async (jobs) => {
      const before = performance.now();
      const all = await Promise.all(jobs.map(evaluate));
      return { seconds: (performance.now() - before) / 1000, all };
    },
    close: async () => {
      await Promise.all(processes.map((process) => process.end()));
    },
  };
}

/** `model.py` of a candidate. */
export function sourceOf({ resolved }: ReadyGroup, { genome, number }: EvaluationJob): string {
  return modelSource(resolved.architecture(genome), `Candidate ${number} of ${resolved.experiment.name}.`);
}

/** The export of the first candidate, whose task is that of all; the scans as voxolve prepared them; and `peer.py`. */
async function writePeer(
  { resolved, scans, jobs }: ReadyGroup,
  folder: string,
  place: PytorchPlace,
): Promise<void> {
  const { experiment } = resolved;
  const architecture = resolved.architecture(present(jobs[0], 'a candidate').genome);
  const { parameters } = resolved.program(architecture).train;
  const weights = initialWeights(parameters, rngOf(experiment.seed));
  await writeFolder(folder, await exportFiles('pytorch', { resolved, architecture, weights, origin: {} }));
  const volumes = scans.volumes.map((volume, i) => {
    const { voxels, foreground } = wholeVolume(volume);
    const mask = tensor(volume.shape.slice(1), Float32Array.from(foreground));
    return [[`${i}.voxels`, tensor(volume.shape, voxels)] as const, [`${i}.foreground`, mask] as const];
  });
  const tensors: Record<string, Tensor> = Object.fromEntries(volumes.flat());
  const facts = {
    ...{ threads: experiment.threads, seed: experiment.seed, ...place },
    volumes: scans.volumes.map(({ split, patient }) => [split, patient]),
  };
  writeFileSync(join(folder, 'scans.safetensors'), writeSafetensors(tensors));
  writeFileSync(join(folder, 'job.json'), JSON.stringify(facts));
  writeFileSync(join(folder, 'peer.py'), readFileSync(packageFile('bench/search/peer.py')));
}

function start(python: string, folder: string): Process & { readonly greeting: Promise<unknown> } {
  const child = spawn(python, [join(folder, 'peer.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
  });
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => resolve()).once('error', () => resolve()),
  );
  child.stdin.on('error', () => undefined); // told by the missing answer
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const line = await Promise.race([lines.next(), ended.then(() => lines.next())]);
    if (line.done !== true) return JSON.parse(line.value);
    throw new UserError({
      subject: 'VOXOLVE_PYTHON',
      problem: `must be a Python with PyTorch, NumPy and nibabel, and ${python} ended without an answer`,
      fix: 'see its message above, if it left one',
    });
  };
  return {
    greeting: answer(),
    ask: (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answer();
    },
    end: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
