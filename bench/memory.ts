/**
 * `npm run bench:memory -- [--programs N] [--from NUMBER] [--engine onnx] [--device cpu] [--json FILE]`: trains random
 * candidates of several sizes, each in a process of its own, and compares predicted memory with the growth of the
 * process at its peak. The spread of their ratio shows the accuracy of the constants in `src/pretrain/cost.ts`, which
 * were fitted to the data in the JSON: least squares of the relative error, over constant, activations, parameters,
 * filter gradient.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { factorized3d } from '../search-spaces/factorized3d.js';
import { table } from '../src/cli/views/format.js';
import { messageOf, present } from '../src/core/errors.js';
import { rngOf } from '../src/core/random.js';
import { ascending, nearestQuantile } from '../src/core/statistics/quantiles.js';
import { engines } from '../src/engines/index.js';
import { sharedPython } from '../src/engines/torch/python.js';
import type { Architecture } from '../src/nn/architecture.js';
import { infeasibility } from '../src/nn/shapes.js';
import { memoryParts, predictedBytes, type MemoryParts } from '../src/pretrain/cost.js';
import { memorySettings } from '../src/workers/memory-settings.js';
import { watchPeak } from '../src/workers/peak-memory.js';
import { batchesOf, LEARNING_RATE, programOf, weightsOf } from './engines/networks.js';

const STEPS = 2;

type Clip = readonly [frames: number, height: number, width: number];
/** Batch, and frames, height and width: from the smallest useful size to one that a CPU trains in seconds. */
const SIZES: readonly (readonly [batch: number, clip: Clip])[] = [
  [2, [8, 24, 24]],
  [4, [8, 32, 32]],
  [4, [16, 40, 40]],
  [8, [16, 40, 40]],
  [8, [16, 56, 56]],
];

interface Measurement {
  readonly number: number;
  readonly batch: number;
  readonly clip: Clip;
  /** Terms of the prediction, predicted bytes for the engine, and growth at the peak; all in bytes. */
  readonly parts: MemoryParts;
  readonly predicted: number;
  readonly measured: number;
}

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '40' },
    /** Number of the first program; those from 40 on took no part in the fit. */
    from: { type: 'string', default: '0' },
    engine: { type: 'string', default: 'onnx' },
    device: { type: 'string', default: 'cpu' },
    json: { type: 'string' },
    /** Internal: number of the program that this process measures. */
    only: { type: 'string' },
  },
});

async function measure(number: number): Promise<Measurement> {
  const [batch, clip] = present(SIZES[number % SIZES.length], 'a size');
  const architecture = candidate(number, batch, clip);
  const program = programOf(architecture, batch, clip);
  const engine = present(engines[values.engine], `engine ${values.engine}`);
  const feeds = batchesOf({ name: String(number), architecture, steps: STEPS }, batch, clip);
  const weights = weightsOf(program);
  globalThis.gc?.();
  const peak = watchPeak();
  const session = await engine.open(program, { device: values.device, threads: 1 });
  session.load({ weights });
  await session.train(feeds, new Float32Array(STEPS).fill(LEARNING_RATE));
  await session.read();
  const own = present(peak(), 'the peak of memory, which only Linux tells');
  // Engine torch trains in a process of its own, all of which counts.
  const measured = own + (values.engine === 'torch' ? peakOf((await sharedPython()).pid) : 0);
  await session.dispose();
  const parts = memoryParts(program);
  return { number, batch, clip, parts, predicted: predictedBytes(parts, values.engine), measured };
}

/** Bytes that a process held at most, with its libraries. */
function peakOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]);
}

/** Candidate of this number: the first draw for which the clip is large enough. */
function candidate(number: number, batch: number, clip: Clip): Architecture {
  for (let attempt = 0; ; attempt++) {
    const genome = factorized3d.gene.sample(rngOf('memory', number, attempt));
    const architecture = factorized3d.build(genome, { channels: 1 });
    if (infeasibility(architecture, [batch, 1, ...clip]) === null) return architecture;
  }
}

function inProcess(number: number): Measurement {
  const { engine, device } = values;
  const words = ['--only', String(number), '--engine', engine, '--device', device];
  const args = ['--expose-gc', fileURLToPath(import.meta.url), ...words];
  const output = execFileSync(process.execPath, args, { env: { ...process.env, ...memorySettings } });
  return JSON.parse(output.toString()) as Measurement;
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

function compare(): void {
  const all = Array.from({ length: Number(values.programs) }, (_, i) => {
    const measurement = inProcess(Number(values.from) + i);
    process.stderr.write(
      `${i + 1}: ${mebibytes(measurement.predicted)} predicted, ${mebibytes(measurement.measured)} MiB\n`,
    );
    return measurement;
  });
  const rows = all.map(({ number, batch, clip, parts, predicted, measured }) => [
    String(number),
    `${batch} × ${clip.join('×')}`,
    mebibytes(parts.activations),
    mebibytes(parts.parameters),
    mebibytes(parts.filterGradient),
    mebibytes(predicted),
    mebibytes(measured),
    (measured / predicted).toFixed(2),
  ]);
  const header = [
    'program',
    'input',
    'activations',
    'parameters',
    'filter gradient',
    'predicted',
    'measured',
    'ratio',
  ];
  process.stdout.write(`${table(header, rows)}\n`);
  const ratios = ascending(all.map(({ measured, predicted }) => measured / predicted));
  const [low, median, high] = [0.1, 0.5, 0.9].map((share) =>
    (nearestQuantile(ratios, share) ?? NaN).toFixed(2),
  );
  process.stdout.write(
    `measured over predicted: median ${median}, nine in ten below ${high}, one in ten below ${low}, ` +
      `from ${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}\n`,
  );
  if (values.json !== undefined) {
    const content = { programs: all, ratios };
    writeFileSync(values.json, `${JSON.stringify(content, null, 2)}\n`);
  }
}

async function main(): Promise<void> {
  if (values.only === undefined) compare();
  else process.stdout.write(`${JSON.stringify(await measure(Number(values.only)))}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`bench:memory: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
