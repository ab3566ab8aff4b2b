/**
 * Measures encoders, and ends: in a process of its own, as each worker has a thread or process of its own.
 *
 * The figure of each is its fastest run of several visits spread over the whole measurement, and on a CPU not the time for
 * which it waited for the processor: other work on the machine only ever adds time, and seldom to all visits.
 */
import { messageOf, present } from '../core/errors.js';
import { rngOf } from '../core/random.js';
import { sizeOf, tensor } from '../core/tensor.js';
import { engines } from '../engines/index.js';
import type { Architecture } from '../nn/architecture.js';
import { initialWeights } from '../pretrain/initialise.js';
import { encoderGraph } from '../pretrain/program.js';
import type { LatencyAnswer, LatencyQuestion, LatencySetting } from './latency-messages.js';

const VISITS = 3;
/** Milliseconds of one visit, without compiling. */
const SECONDS_A_VISIT = 0.1;
const RUNS_A_VISIT = 3;

const now = (): number => performance.now() / 1000;

/** Windows counts a process's time in steps of 16 ms, which say nothing about a run. */
const countsOwnTime = process.platform !== 'win32';

/** Milliseconds since it was started; on a CPU at most those for which the processor was this process's. */
function stopwatch(engine: string, device: string): () => number {
  const started = performance.now();
  const used = process.cpuUsage();
  return () => {
    const wall = performance.now() - started;
    const { user, system } = process.cpuUsage(used);
    const own = (user + system) / 1000;
    // Engine torch computes in another process.
    const here = countsOwnTime && engine !== 'torch';
    return here && (device === 'cpu' || device === 'js') && own > 0 ? Math.min(wall, own) : wall;
  };
}

async function visit(architecture: Architecture, setting: LatencySetting): Promise<number> {
  const { engine, device, threads, input } = setting;
  const graph = encoderGraph(architecture, input);
  const weights = initialWeights(graph.parameters, rngOf('latency', 'weights'));
  const rng = rngOf('latency', 'input');
  const feeds = {
    input: tensor(
      input,
      Float32Array.from({ length: sizeOf(input) }, () => rng.normal()),
    ),
  };
  const session = await present(engines[engine], `engine ${engine}`).openInference(graph, weights, {
    device,
    threads,
  });
  await session.run(feeds); // compiles kernels and warms caches
  let fastest = Infinity;
  const end = now() + SECONDS_A_VISIT;
  for (let runs = 0; runs < RUNS_A_VISIT || now() < end; runs++) {
    const elapsed = stopwatch(engine, device);
    await session.run(feeds);
    fastest = Math.min(fastest, elapsed());
  }
  await session.dispose();
  return fastest;
}

async function measureAll({
  architectures,
  seconds,
  ...setting
}: LatencyQuestion): Promise<readonly number[]> {
  const end = now() + seconds;
  const fastest: number[] = [];
  for (let round = 0; round < VISITS; round++) {
    for (const [i, architecture] of architectures.entries()) {
      if (now() >= end) return fastest;
      fastest[i] = Math.min(fastest[i] ?? Infinity, await visit(architecture, setting));
    }
  }
  return fastest;
}

async function answer(question: LatencyQuestion): Promise<void> {
  let reply: LatencyAnswer;
  try {
    reply = { milliseconds: await measureAll(question) };
  } catch (error) {
    reply = { error: messageOf(error) };
  }
  process.send?.(reply, () => process.disconnect());
}

process.once('message', (question: LatencyQuestion) => void answer(question));
