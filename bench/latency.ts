/**
 * `npm run bench:latency -- [--experiment FILE] [--space NAME] [--input D,H,W] [--engine onnx] [--device cpu]
 * [--held-out 20] [--json FILE]`: error of the predicted time of encoders that took no part in the fit. Measures and
 * fits as a search with `constraints.latency` does, measures other genomes of the same space in between, and compares.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fittedModel, latencyGenomes, measure, spreadGenomes } from '../src/calibration/latency.js';
import { milliseconds, table } from '../src/cli/views/format.js';
import { messageOf } from '../src/core/errors.js';
import { parseOrThrow } from '../src/core/validate.js';
import { latencyInputOf, resolveExperiment } from '../src/experiment/resolve.js';
import { readExperiment } from '../src/experiment/read.js';
import { Experiment } from '../src/experiment/schema.js';
import { workKinds } from '../src/ir/work.js';
import { predictedLatency, spreadOf, type Sample } from '../src/pretrain/latency.js';

/** First number of draws that no calibration reaches. */
const OTHERS = 1_000_000;
/** Seconds of measuring, enough for several visits of each encoder, so that varying load averages out. */
const SECONDS = 120;

const { values } = parseArgs({
  options: {
    experiment: { type: 'string', default: 'experiments/quickstart.json' },
    space: { type: 'string' },
    input: { type: 'string', default: '16,40,40' },
    engine: { type: 'string', default: 'onnx' },
    device: { type: 'string', default: 'cpu' },
    'held-out': { type: 'string', default: '20' },
    json: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const file = await readExperiment(values.experiment);
  const latencyInput = values.input.split(',').map(Number);
  const changed = {
    ...file,
    ...(values.space === undefined ? {} : { space: values.space }),
    constraints: { ...file.constraints, latencyInput },
  };
  const experiment = parseOrThrow(Experiment, changed, 'the options');
  const resolved = (await resolveExperiment(experiment)).planFor(1);
  const { engine, device, 'held-out': heldOut, json } = values;
  const input = latencyInputOf(resolved);
  const setting = { engine, device, threads: experiment.threads, input };
  const fitted = spreadGenomes(resolved, input);
  const others = latencyGenomes(resolved, input, { from: OTHERS, count: Number(heldOut) });
  // In turn, so that other load on the machine affects both alike.
  const started = performance.now();
  const all = await measure(resolved, inTurn(fitted, others), setting, SECONDS);
  const seconds = (performance.now() - started) / 1000;
  const model = fittedModel(
    setting,
    all.filter(({ genome }) => fitted.includes(genome)),
  );
  const { measured, coefficients, leftOut, machine } = model;
  const compared = all
    .filter(({ genome }) => !fitted.includes(genome))
    .map((one) => {
      const predicted = predictedLatency(resolved.architecture(one.genome), model);
      return { ...one, predicted, ratio: one.milliseconds / predicted };
    });
  const spread = spreadOf(compared.map(({ ratio }) => ratio));
  const rows = compared.map((one) => [
    ...workKinds.map((kind) => one.work[kind].toPrecision(3)),
    milliseconds(one.milliseconds),
    milliseconds(one.predicted),
    one.ratio.toFixed(2),
  ]);
  process.stdout.write(`${table([...workKinds, 'measured', 'predicted', 'ratio'], rows)}\n`);
  const shares = workKinds.map((kind) => `${kind} ${coefficients[kind].toPrecision(2)}`).join(', ');
  const text = ({ median, low, high }: typeof spread): string =>
    `median ${median.toFixed(2)}, eight in ten ${low.toFixed(2)} to ${high.toFixed(2)}`;
  process.stdout.write(
    `${resolved.space.name}, [${input.join(', ')}], ${engine} ${device}, ${machine}: ${measured.length} encoders fitted, ` +
      `${compared.length} others measured between them, ${seconds.toFixed(0)} s\nmilliseconds per million, or per group and op: ${shares}\n` +
      `measured over predicted, each left out of the fit: ${text(leftOut)}\n` +
      `measured over predicted, ${compared.length} others: ${text(spread)}\n` +
      `the same by multiply-accumulates alone: ${text(byProducts(measured, compared))}\n`,
  );
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ model, compared }, null, 2)}\n`);
}

/** Error of a prediction with a single coefficient for all multiply-accumulates, for comparison. */
function byProducts(fitted: readonly Sample[], others: readonly Sample[]): ReturnType<typeof spreadOf> {
  const cost = ({ work, milliseconds: time }: Sample): number =>
    Math.log(time / (work.dense + work.pointwise + work.grouped));
  const usual = fitted.reduce((sum, one) => sum + cost(one), 0) / fitted.length;
  return spreadOf(others.map((one) => Math.exp(cost(one) - usual)));
}

/** Mixes the members of both lists as evenly as their lengths allow. */
function inTurn<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  const placed = [a, b].flatMap((list) => list.map((item, i) => ({ item, at: (i + 0.5) / list.length })));
  return placed.sort((x, y) => x.at - y.at).map(({ item }) => item);
}

main().catch((error: unknown) => {
  process.stderr.write(`bench:latency: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
