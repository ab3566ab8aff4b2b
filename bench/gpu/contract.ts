/**
 * The contract of engines on a device: every op and its gradient against the reference in double precision, and twenty steps
 * of a small network against engine onnx on the CPU.
 */
import type { Json } from '../../src/core/json.js';
import { messageOf, present } from '../../src/core/errors.js';
import type { Engine, Precision, TrainingProgram } from '../../src/engines/engine.js';
import { engines } from '../../src/engines/index.js';
import { runGraph as runOnOnnx } from '../../src/engines/onnx/index.js';
import type { OnnxDevice } from '../../src/engines/onnx/lowerings/index.js';
import { precisionsOf } from '../../src/engines/precision.js';
import { lossGradients, runGraph as runOnTorch } from '../../src/engines/torch/run-graph.js';
import { deviationsOf, type OpEngine } from '../ops/deviations.js';
import { opCases } from '../ops/op-cases.js';
import { ADAMW, batches, initialWeights, SGD, smallProgram, stepsOf } from '../ops/small-network.js';
import { deadlineOf, deviceOf, type EngineName, type Part } from './part.js';

function opEngine(engine: EngineName, device: string): OpEngine {
  if (engine === 'onnx')
    return { run: (...given) => runOnOnnx(...given, { device: device as OnnxDevice, threads: 1 }) };
  return {
    run: (...given) => runOnTorch(...given, { device }),
    gradients: (...given) => lossGradients(...given, { device }),
  };
}

/** Every op, values and gradients. */
export const ops =
  (name: EngineName): Part =>
  async (context, tell) => {
    const engine = opEngine(name, deviceOf(name, context.device));
    const until = deadlineOf(context);
    const wrong: string[] = [];
    let done = 0;
    let share = 0;
    const outcome = () => {
      const cut = done < opCases.length;
      const status = wrong.length > 0 ? ('failed' as const) : cut ? ('cut' as const) : ('passed' as const);
      const right = `${done - wrong.length} of ${done} cases of ops agree with the reference`;
      const left = cut ? `; ${opCases.length - done} more did not fit` : '';
      const says = `${right}${left}${wrong.length > 0 ? `; not ${wrong.join('; ')}` : ''}`;
      const figures = { cases: opCases.length, done, wrong: [...wrong], greatest_share_of_tolerance: share };
      return { status, says, figures };
    };
    for (const opCase of opCases) {
      if (performance.now() > until) break;
      const { title, tolerance } = opCase;
      const found = await deviationsOf(opCase, engine).catch((thrown: unknown) => messageOf(thrown));
      done += 1;
      if (typeof found === 'string') wrong.push(`${title} (${found})`);
      else {
        const worst = Math.max(...found.map(({ difference }) => difference));
        if (worst < tolerance) share = Math.max(share, worst / tolerance);
        else wrong.push(`${title} (${worst.toExponential(1)} where ${tolerance} is allowed)`);
      }
      tell(outcome());
    }
    return outcome();
  };

const STEPS = 20;
const RATE = 0.01;
/** Relative difference of losses between engines. */
const ALLOWED = 1e-3;

interface Place {
  readonly engine: Engine;
  readonly device: string;
  readonly precision?: Precision;
}

/** Losses of twenty steps, by calls that end at the given steps. */
async function lossesOf(
  { engine, device, precision = 'float32' }: Place,
  program: TrainingProgram,
  ends: readonly number[] = [STEPS],
): Promise<readonly number[]> {
  const session = await engine.open(program, { device, threads: 1, precision });
  try {
    session.load({ weights: initialWeights(program.train) });
    const losses: number[] = [];
    let from = 0;
    for (const to of ends) {
      const rates = new Float32Array(to - from).fill(RATE);
      const { curves } = await session.train(stepsOf(batches(STEPS), from, to), rates);
      losses.push(...(curves['loss'] ?? []));
      from = to;
    }
    return losses;
  } finally {
    await session.dispose();
  }
}

/** Greatest relative difference; NaN where a loss is missing or not finite. */
function apart(losses: readonly number[], expected: readonly number[]): number {
  return Math.max(...expected.map((loss, k) => Math.abs((losses[k] ?? NaN) / loss - 1)));
}

/** Twenty steps: near engine onnx on the CPU, and the same bits again and in other calls. */
export const steps =
  (name: EngineName): Part =>
  async ({ device: asked }) => {
    const place = { engine: present(engines[name], name), device: deviceOf(name, asked) };
    const reference = { engine: present(engines['onnx'], 'onnx'), device: 'cpu' };
    const wrong: string[] = [];
    const figures: Record<string, Json> = {};
    const programs = { 'AdamW and clipping': smallProgram(ADAMW, 1), SGD: smallProgram(SGD) };
    for (const [title, program] of Object.entries(programs)) {
      const losses = await lossesOf(place, program);
      const difference = apart(losses, await lossesOf(reference, program));
      figures[title] = difference;
      if (!(difference < ALLOWED))
        wrong.push(`losses with ${title} differ by ${difference.toExponential(1)}`);
      const same = (others: readonly number[]): boolean => losses.every((loss, k) => loss === others[k]);
      if (!same(await lossesOf(place, program))) wrong.push(`${title} gives other bits the second time`);
      if (!same(await lossesOf(place, program, [1, 6, STEPS])))
        wrong.push(`${title} gives other bits in calls of 1, 5 and ${STEPS - 6} steps`);
    }
    const float32 = await lossesOf(place, programs.SGD);
    for (const precision of precisionsOf(place.engine, place.device)) {
      if (precision === 'float32') continue;
      const difference = apart(await lossesOf({ ...place, precision }, programs.SGD), float32);
      figures[`${precision} beside float32`] = difference;
      if (!Number.isFinite(difference)) wrong.push(`a loss in ${precision} is not finite`);
    }
    const listed = Object.entries(figures).map(
      ([title, value]) => `${title} ${Number(value).toExponential(0)}`,
    );
    return {
      status: wrong.length > 0 ? 'failed' : 'passed',
      says: `${STEPS} steps, greatest relative differences: ${listed.join(', ')}${wrong.length > 0 ? `; ${wrong.join('; ')}` : ''}`,
      figures: { differences: figures, wrong },
    };
  };
