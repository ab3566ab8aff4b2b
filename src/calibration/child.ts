/**
 * `node child.js ENGINE DEVICE THREADS PRECISION`: trains the reference network for about a second, prints steps per second.
 * In a process of its own, since native libraries read their settings once and may take a process down.
 */
import { present } from '../core/errors.js';
import type { Precision } from '../engines/engine.js';
import { engines } from '../engines/index.js';
import { referenceFeeds, referenceProgram, referenceWeights } from './reference-network.js';

const SECONDS = 1;
/** Steps in one call of the engine. */
const STEPS = 2;

const [name = '', device = '', threads = '1', precision] = process.argv.slice(2);
const program = referenceProgram();
const session = await present(engines[name], `engine ${name}`).open(program, {
  device,
  threads: Number(threads),
  precision: (precision ?? 'float32') as Precision,
});
session.load({ weights: referenceWeights(program) });
const feeds = referenceFeeds(STEPS);
const rates = new Float32Array(STEPS).fill(1e-3);
await session.train(feeds, rates); // compiles kernels and warms caches

const started = performance.now();
const elapsed = (): number => (performance.now() - started) / 1000;
let steps = 0;
while (elapsed() < SECONDS) {
  await session.train(feeds, rates);
  steps += STEPS;
}
process.stdout.write(`STEPS PER SECOND ${steps / elapsed()}\n`);
await session.dispose();
