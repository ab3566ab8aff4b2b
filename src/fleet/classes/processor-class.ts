/**
 * The class of processors that a machine belongs to: machines of one class give equal results, bit for bit.
 *
 * It is asked for whenever a worker starts, since a driver, a runtime or a virtual machine's processor can have changed since.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError, type ErrorDetails } from '../../core/errors.js';
import { hashJson } from '../../core/hash.js';
import { plainJson } from '../../core/json.js';
import type { EngineOptions, Precision } from '../../engines/engine.js';

export interface ClassOptions {
  readonly engine: string;
  readonly device: string;
  /** Absent: float32. */
  readonly precision?: Precision;
  /** Threads within an operation, 1 by default: engine torch's results depend on them, the others' do not. */
  readonly threads?: number;
  /** Environment of the processes that train: the GPU that they are bound to. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Command that runs the canary's process, such as an emulator of another processor; absent: it runs by itself. */
  readonly emulator?: readonly [string, ...string[]];
}

/** What the canary's process is asked. */
export interface ClassQuestion extends EngineOptions {
  readonly engine: string;
}

export type ClassAnswer =
  { readonly weights: string; readonly runtime: string } | { readonly failure: ErrorDetails | string };

/** What makes a class, for messages that say why two differ. */
export interface ProcessorClass {
  /** Such as `cpu-1f3a9c0b2d4e`. */
  readonly name: string;
  readonly engine: string;
  /** Version of the engine's runtime. */
  readonly runtime: string;
  readonly device: string;
  readonly precision: Precision;
  /** Threads, where results depend on them; else 0. */
  readonly threads: number;
  /** Model and driver of the GPU; null on a CPU. */
  readonly gpu: string | null;
  /** Hash of the canary's weights. */
  readonly weights: string;
}

/** A device that takes longer than this for two steps is not there. */
const TIMEOUT_MS = 120_000;
const HEX = 12;

/** Name of the class; throws UserError where the engine cannot train on the device. */
export async function processorClass(options: ClassOptions): Promise<string> {
  return (await describeProcessor(options)).name;
}

/** The class with what makes it. Two calls on one machine agree, whatever else it does. */
export async function describeProcessor(options: ClassOptions): Promise<ProcessorClass> {
  const { engine, device, precision = 'float32', environment = {}, emulator } = options;
  const threads = engine === 'torch' && device === 'cpu' ? (options.threads ?? 1) : 0;
  const question: ClassQuestion = { engine, device, precision, threads: Math.max(1, threads) };
  const [answer, gpu] = await Promise.all([ask(question, environment, emulator), gpuOf(device, environment)]);
  if ('failure' in answer) throw failed(question, answer.failure);
  const made = { engine, runtime: answer.runtime, device, precision, threads, gpu, weights: answer.weights };
  return { name: `${device}-${hashJson(plainJson(made)).slice(0, HEX)}`, ...made };
}

/** Why two classes differ, in words: what a worker that is refused is told. */
export function classDifference(ours: ProcessorClass, theirs: ProcessorClass): string {
  const facts = [
    ['engine', ours.engine, theirs.engine],
    ['version of the runtime', ours.runtime, theirs.runtime],
    ['device', ours.device, theirs.device],
    ['precision', ours.precision, theirs.precision],
    ['threads', ours.threads, theirs.threads],
    ['GPU', ours.gpu ?? 'none', theirs.gpu ?? 'none'],
  ] as const;
  const found = facts.find(([, a, b]) => a !== b);
  if (found === undefined) {
    return ours.weights === theirs.weights
      ? 'nothing'
      : 'its processor gives other sums than that of the others';
  }
  const [what, a, b] = found;
  return `${what} ${b} instead of ${a}`;
}

function ask(
  question: ClassQuestion,
  environment: Readonly<Record<string, string>>,
  emulator: readonly string[] = [],
): Promise<ClassAnswer> {
  const entry = fileURLToPath(new URL('./class-child.js', import.meta.url));
  const [command = process.execPath, ...words] = [...emulator, process.execPath, entry];
  // An emulator takes minutes, and has much to say.
  const limits = emulator.length > 0 ? { timeout: 0, maxBuffer: 2 ** 28 } : { timeout: TIMEOUT_MS };
  const options = { ...limits, env: { ...process.env, ...environment } };
  return new Promise((resolve) => {
    const child = execFile(command, words, options, (error, stdout) => {
      const line = /^CLASS (.*)$/m.exec(stdout)?.[1];
      const ended =
        error === null ? 'it ended without an answer' : `it ended (${error.signal ?? error.code})`;
      resolve(line === undefined ? { failure: ended } : (JSON.parse(line) as ClassAnswer));
    });
    child.stdin?.on('error', () => undefined); // a process that ended without reading has no class
    child.stdin?.end(JSON.stringify(question));
  });
}

function failed({ engine, device, precision }: ClassQuestion, failure: ErrorDetails | string): UserError {
  const subject = `engine ${engine} on device ${device}`;
  if (typeof failure !== 'string') {
    const { problem, fix } = failure;
    return new UserError({ subject: failure.subject, problem, fix });
  }
  const problem = `cannot take two steps of training in ${String(precision)}: ${failure}`;
  return new UserError({ subject, problem, fix: 'see `voxolve doctor`, or choose another --device' });
}

/** Model and driver of the GPU that a process of this environment sees first; null on a CPU and where nvidia-smi is absent. */
function gpuOf(device: string, environment: Readonly<Record<string, string>>): Promise<string | null> {
  if (!/^(cuda|gpu|webgpu)$/.test(device)) return Promise.resolve(null);
  const visible = environment['CUDA_VISIBLE_DEVICES'] ?? process.env['CUDA_VISIBLE_DEVICES'];
  const first = visible?.split(',')[0]?.trim() ?? '';
  const query = ['--query-gpu=name,driver_version', '--format=csv,noheader'];
  const which = /^(\d+|GPU-[\w-]+)$/.test(first) ? [`--id=${first}`] : [];
  return new Promise((resolve) => {
    execFile('nvidia-smi', [...query, ...which], { timeout: 10_000 }, (error, stdout) => {
      const line = stdout.split('\n')[0]?.trim() ?? '';
      resolve(error !== null || line === '' ? null : line.slice(0, 200));
    });
  });
}
