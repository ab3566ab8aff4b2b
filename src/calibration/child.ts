/**
 * `node child.js`: trains each network of the `Question` on standard input for part of a second, prints steps per second of
 * as many steps of each. In a process of its own, since native libraries read their settings once and may take a process down.
 */
import { text } from 'node:stream/consumers';
import { present } from '../core/errors.js';
import type { EngineOptions, TrainingProgram } from '../engines/engine.js';
import { engines } from '../engines/index.js';
import { noise, programsOf, startWeights, type Workload } from './workload.js';

export interface Question extends EngineOptions {
  readonly engine: string;
  /** Absent: the reference network. */
  readonly workload?: Workload;
}

/** For all networks together. */
const SECONDS = 1;
/** Steps in one call of the engine. */
const STEPS = 2;

const { engine, workload, ...options } = JSON.parse(await text(process.stdin)) as Question;

async function secondsPerStep(program: TrainingProgram, budget: number): Promise<number> {
  const session = await present(engines[engine], `engine ${engine}`).open(program, options);
  session.load({ weights: startWeights(program) });
  const feeds = noise(program, STEPS);
  const rates = new Float32Array(STEPS).fill(1e-3);
  await session.train(feeds, rates); // compiles kernels and warms caches
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let steps = 0;
  while (elapsed() < budget) {
    await session.train(feeds, rates);
    steps += STEPS;
  }
  const seconds = elapsed() / steps;
  await session.dispose();
  return seconds;
}

const programs = await programsOf(workload);
let seconds = 0;
for (const program of programs) seconds += await secondsPerStep(program, SECONDS / programs.length);
process.stdout.write(`STEPS PER SECOND ${programs.length / seconds}\n`);
