/**
 * `node child.js`: trains each network of the `Question` on standard input for part of a second, and prints the seconds that a step
 * of each takes. In a process of its own, since native libraries read their settings once and may take a process down.
 */
import { text } from 'node:stream/consumers';
import { present } from '../core/errors.js';
import type { EngineOptions, TrainingProgram } from '../engines/engine.js';
import { engines } from '../engines/index.js';
import type { Graph } from '../ir/graph.js';
import { readingGraph } from './encoder-workload.js';
import { noise, programsOf, startWeights, type Workload } from './workload.js';

export interface Question extends EngineOptions {
  readonly engine: string;
  /** Absent: the reference network. */
  readonly workload?: Workload;
}

/** For all networks together. */
const SECONDS = 1.5;
/** Steps in one call of the engine. */
const STEPS = 2;

const { engine, workload, ...options } = JSON.parse(await text(process.stdin)) as Question;

/** A network that is run again and again. */
interface Running {
  readonly run: () => Promise<unknown>;
  /** Steps in one run. */
  readonly steps: number;
  readonly dispose: () => Promise<void>;
}

const own = present(engines[engine], `engine ${engine}`);

async function training(program: TrainingProgram): Promise<Running> {
  const session = await own.open(program, options);
  session.load({ weights: startWeights(program.train) });
  const feeds = noise(program.train, STEPS);
  const rates = new Float32Array(STEPS).fill(1e-3);
  return { run: () => session.train(feeds, rates), steps: STEPS, dispose: () => session.dispose() };
}

/** As features are read. */
async function reading(graph: Graph): Promise<Running> {
  const inference = await own.openInference(graph, startWeights(graph), options);
  const feeds = noise(graph);
  return { run: () => inference.run(feeds), steps: 1, dispose: () => inference.dispose() };
}

async function secondsPerStep({ run, steps, dispose }: Running, budget: number): Promise<number> {
  await run(); // compiles kernels and warms caches
  const started = performance.now();
  let fastest = Infinity;
  // The fastest run, not their mean: whatever else this machine does slows some runs of one engine and none of another.
  for (let now = started; now < started + budget * 1000;) {
    await run();
    const ended = performance.now();
    fastest = Math.min(fastest, ended - now);
    now = ended;
  }
  await dispose();
  return fastest / 1000 / steps;
}

/** Each is opened when it is run. */
async function networks(): Promise<readonly (() => Promise<Running>)[]> {
  if (workload !== undefined && 'architecture' in workload && !workload.trained)
    return [() => reading(readingGraph(workload))];
  return (await programsOf(workload)).map((program) => () => training(program));
}

const all = await networks();
const seconds: number[] = [];
for (const open of all) seconds.push(await secondsPerStep(await open(), SECONDS / all.length));
process.stdout.write(`SECONDS PER STEP ${JSON.stringify(seconds)}\n`);
