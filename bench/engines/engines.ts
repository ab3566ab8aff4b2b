/**
 * `npm run bench -- [--quick] [--json FILE] [--batch N] [--threads N] [--rounds N] [--networks A,B] [--devices
 * onnx/cpu,…|auto]`: training steps per second of each engine and device against eager PyTorch (`VOXOLVE_PYTHON`), paired,
 * in one run. `auto`: on the CPU, of the engine that measures fastest on each network beforehand, as `--engine auto` does.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { chooseEngine } from '../../src/calibration/engine-choice.js';
import { messageOf, present, UserError } from '../../src/core/errors.js';
import { geometricMean } from '../../src/core/statistics/descriptive.js';
import { engines } from '../../src/engines/index.js';
import { complaint, count } from '../arguments.js';
import { ALLOWED, COMPARED, measureNetwork, type Measurement, type Setting } from './measure.js';
import { CLIP, networks, type Network } from './networks.js';
import { peakMeter } from './peak.js';
import { HEADER, rowOf } from './report.js';

const QUICK = ['dense-16', 'factorized-24', 'depthwise-24', 'r3d-18'];

const OPTIONS = {
  json: { type: 'string' },
  quick: { type: 'boolean', default: false },
  batch: { type: 'string', default: '4' },
  threads: { type: 'string' },
  rounds: { type: 'string' },
  networks: { type: 'string' },
  devices: { type: 'string' },
} as const;

async function main(words: string[]): Promise<void> {
  const { values } = parseArgs({ args: words, options: OPTIONS });
  const python = process.env['VOXOLVE_PYTHON'];
  const setting: Setting = {
    batch: count('batch', values.batch),
    threads: count('threads', values.threads ?? String(availableParallelism())),
    rounds: count('rounds', values.rounds ?? (values.quick ? '2' : '5')),
    ...(python ? { python } : {}),
  };
  if (!python)
    process.stdout.write('PyTorch is left out: VOXOLVE_PYTHON does not name a Python with torch.\n');
  const names = values.networks?.split(',') ?? (values.quick ? QUICK : undefined);
  const chosen = networks.filter(({ name }) => names?.includes(name) ?? true);
  if (chosen.length === 0)
    throw complaint('networks', values.networks ?? '', networks.map((n) => n.name).join(', '));
  const meter = await peakMeter(setting.threads);
  let best = 0;
  const peak = async (): Promise<number> =>
    (best = Math.max(best, await meter.measure(), await meter.measure()));
  await peak();
  process.stdout.write(`${HEADER}\n`);
  const results: Measurement[] = [];
  const own = values.devices === 'auto';
  const everywhere = own ? [undefined] : await usableDevices(values.devices?.split(','));
  for (const place of everywhere) {
    for (const network of chosen) {
      const [engine, device] = place ?? (await choiceFor(network, setting));
      const result = await measureNetwork(network, engine, device, setting, peak);
      results.push(result);
      process.stdout.write(`${rowOf(result)}\n`);
    }
  }
  await meter.dispose();
  const ratios = own ? results : results.filter((r) => r.engine === 'onnx' && r.device === 'cpu');
  const mean = (value: (r: Measurement) => number | null): number | null =>
    geometricMean(ratios.flatMap((r) => value(r) ?? []));
  const summary = {
    peak_gflops: best,
    ...{ batch: setting.batch, threads: setting.threads, rounds: setting.rounds },
    networks: results,
    geomean_vs_pytorch: mean((r) => r.speedup),
    geomean_vs_pytorch_by_cpu_time: mean((r) => r.cpu_speedup),
  };
  process.stdout.write(
    `1024³ matrix product: ${best.toFixed(0)} GFLOP/s. Geometric mean over PyTorch, ${own ? 'auto' : 'onnx'} on the CPU: ` +
      `${summary.geomean_vs_pytorch?.toFixed(2) ?? '–'} (${summary.geomean_vs_pytorch_by_cpu_time?.toFixed(2) ?? '–'} ` +
      'by processor time)\n',
  );
  process.stdout.write(`${verdictOf(results)}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(summary, null, 2)}\n`);
}

/** Verdict on whether losses agree with PyTorch's; networks with other losses fail the command. */
function verdictOf(results: readonly Measurement[]): string {
  const compared = results.filter((r) => r.loss_difference !== null);
  if (compared.length === 0) return 'Losses were not compared: PyTorch was left out.';
  const apart = compared.filter((r) => !((r.loss_difference ?? 0) <= ALLOWED));
  if (apart.length > 0) process.exitCode = 1;
  const names = apart.map((r) => `${r.name} on ${r.engine}/${r.device}`).join(', ');
  return (
    `Losses of the first ${COMPARED} steps within ${ALLOWED} of PyTorch's: ` +
    `${compared.length - apart.length} of ${compared.length}${names && `, not ${names}`}.`
  );
}

/** The engine that `--engine auto` would choose on the CPU for this network alone. */
async function choiceFor(network: Network, { threads, batch }: Setting) {
  const { architecture } = network;
  const { engine, device } = await chooseEngine(
    { engine: 'auto', device: 'cpu', threads },
    { architecture, size: CLIP, batch, trained: true },
  );
  return [present(engines[engine], `engine ${engine}`), device] as const;
}

/** Lists every usable device of every engine, or those named as `engine/device`; prints why others are left out. */
async function usableDevices(wanted: readonly string[] | undefined) {
  const found: (readonly [(typeof engines)[string], string])[] = [];
  for (const engine of Object.values(engines)) {
    for (const { device, usable, reason, reference = false } of await engine.probe()) {
      const name = `${engine.name}/${device}`;
      if (wanted ? !wanted.includes(name) : reference) continue;
      if (usable) found.push([engine, device]);
      else process.stdout.write(`${name} is left out: ${reason}\n`);
    }
  }
  return found;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  if (!(error instanceof UserError)) console.error(error);
  process.exitCode = 1;
});
