/**
 * Mutations that grow a network without changing its outputs if the child inherits the weights, and the measured change
 * of outputs, for `npm run bench:inherit` and the tests.
 */
import { evanet } from '../../search-spaces/evanet.js';
import { factorized3d } from '../../search-spaces/factorized3d.js';
import { rngOf, type Rng } from '../../src/core/random.js';
import { sizeOf, tensor, type Shape, type Tensor, type TensorMap } from '../../src/core/tensor.js';
import { runGraph } from '../../src/engines/onnx/index.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { inheritWeights } from '../../src/nn/inherit.js';
import { encoderParameters } from '../../src/nn/parameters.js';
import { infeasibility } from '../../src/nn/shapes.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { encoderGraph } from '../../src/pretrain/program.js';

type Genome = ReturnType<typeof factorized3d.gene.sample>;
type Stage = Genome['stages'][number];
type Mixed = ReturnType<typeof evanet.gene.sample>;

/** A parent and its child, as architectures. */
export type Pair = readonly [parent: Architecture, child: Architecture];

/** Next entry in a list of values; undefined at its end or if `value` is not listed. */
function next<T>(values: readonly T[], value: T | undefined): T | undefined {
  const at = values.findIndex((one) => one === value);
  return at === -1 ? undefined : values[at + 1];
}

/** Returns the changed fields of a stage, or undefined if this mutation does not apply. */
type Growth = (stage: Stage, genome: Genome) => Partial<Stage> | undefined;

const change = <K extends keyof Stage>(key: K, value: Stage[K] | undefined): Partial<Stage> | undefined =>
  value === undefined ? undefined : { [key]: value };

const LINEAR: readonly Stage['block'][] = ['depthwise-separable', 'depthwise-factorized', 'pooling'];
const WIDTHS: readonly Stage['width'][] = [8, 12, 16, 24, 32, 48, 64, 96];

/** Growths by name; larger windows of a pool are left out, since no weights could neutralise them. */
const GROWTHS: Readonly<Record<string, Growth>> = {
  deeper: ({ block, depth }, { activation }) =>
    (activation === 'relu' || LINEAR.includes(block)) && depth < 4 ? { depth: depth + 1 } : undefined,
  wider: ({ width }) => change('width', next(WIDTHS, width)),
  // A depthwise block without expansion lacks the first convolution, and the activation after it.
  'wider inside': ({ expansion, reduction, block }) =>
    block === 'bottleneck'
      ? change('reduction', next([4, 2], reduction))
      : expansion === 1 && block.startsWith('depthwise')
        ? undefined
        : change('expansion', next([1, 2, 3, 4], expansion)),
  'larger temporal kernel': ({ block, temporalKernel }) =>
    block === 'pooling' ? undefined : change('temporalKernel', next([1, 3, 5], temporalKernel)),
  'larger spatial kernel': ({ block, spatialKernel }) =>
    block === 'pooling' ? undefined : change('spatialKernel', next([3, 5], spatialKernel)),
  'squeeze and excitation': ({ squeeze }) => (squeeze === 0 ? { squeeze: 0.25 } : undefined),
};

/** All kinds of growth; the last is evanet's, the others are of factorized3d. */
export const growths = [...Object.keys(GROWTHS), 'another branch'] as const;

/** Draws a random network and its grown child; undefined if the mutation applies nowhere in it. */
export function grown(kind: string, seed: number): Pair | undefined {
  return kind === 'another branch' ? branched(seed) : staged(kind, seed);
}

function staged(kind: string, seed: number): Pair | undefined {
  const genome = factorized3d.gene.sample(rngOf('factorized3d', seed));
  const places = rngOf('growth', kind, seed).shuffle([...genome.stages.keys()]);
  for (const place of places) {
    const stage = genome.stages[place];
    const changes = stage === undefined ? undefined : GROWTHS[kind]?.(stage, genome);
    if (stage === undefined || changes === undefined) continue;
    const child = { ...genome, stages: genome.stages.with(place, { ...stage, ...changes }) };
    const [before, after] = [genome, child].map((one) => factorized3d.build(one, { channels: 1 })) as [
      Architecture,
      Architecture,
    ];
    if (keepsAll(before, after)) return [before, after];
  }
  return undefined;
}

function branched(seed: number): Pair | undefined {
  const rng = rngOf('growth', 'branch', seed);
  const genome: Mixed = evanet.gene.sample(rngOf('evanet', seed));
  const place = rng.int(genome.stages.length);
  const stage = genome.stages[place];
  const [block, ...others] = stage?.blocks ?? [];
  if (stage === undefined || block === undefined || block.temporalKernels.length > 3) return undefined;
  const at = rng.int(block.temporalKernels.length + 1);
  const temporalKernels = block.temporalKernels.toSpliced(at, 0, rng.pick([1, 3, 5, 7] as const));
  const blocks = [{ ...block, temporalKernels }, ...others];
  const child: Mixed = { ...genome, stages: genome.stages.with(place, { ...stage, blocks }) };
  return [evanet.build(genome, { channels: 1 }), evanet.build(child, { channels: 1 })];
}

/** True if the child keeps all tensors of the parent: a projection that is removed would change the outputs. */
function keepsAll(parent: Architecture, child: Architecture): boolean {
  const held = new Set(encoderParameters(child).map(({ name }) => name));
  return encoderParameters(parent).every(({ name }) => held.has(name));
}

/**
 * Largest difference between the child's outputs, with inherited weights, and the parent's, relative to the parent's
 * largest output; null if the input is too small for one of them. The parent's weights are drawn as if trained.
 */
export async function difference([parent, child]: Pair, input: Shape, seed: number): Promise<number | null> {
  if (infeasibility(parent, input) !== null || infeasibility(child, input) !== null) return null;
  const rng = rngOf('difference', seed);
  const weights = asIfTrained(parent, rng.split('weights'));
  const fresh = initialWeights(encoderParameters(child), rng.split('fresh'));
  const x = filled(input, () => rng.normal());
  const before = await features(parent, weights, x);
  const after = await features(child, inheritWeights(child, weights, fresh).weights, x);
  const places = before.length / parent.features;
  let [worst, largest] = [0, 0];
  for (let i = 0; i < after.length; i++) {
    const channel = Math.floor(i / places) % parent.features;
    const own = before[channel * places + (i % places)] ?? NaN;
    worst = Math.max(worst, Math.abs((after[i] ?? NaN) - own));
    largest = Math.max(largest, Math.abs(own));
  }
  return worst / largest;
}

async function features(
  architecture: Architecture,
  weights: TensorMap,
  input: Tensor,
): Promise<Float32Array> {
  const shape = input.shape as unknown as Parameters<typeof encoderGraph>[1];
  const outputs = await runGraph(encoderGraph(architecture, shape), weights, { input });
  return outputs['features']?.data ?? new Float32Array();
}

/** Draws weights in which no tensor has its initial value, running statistics included. */
function asIfTrained(architecture: Architecture, rng: Rng): TensorMap {
  return Object.fromEntries(
    encoderParameters(architecture).map(({ name, shape, initialiser }): [string, Tensor] => {
      if (name.endsWith('running_var')) return [name, filled(shape, () => rng.uniform(0.5, 2))];
      if (initialiser.kind === 'normal')
        return [name, filled(shape, () => initialiser.deviation * rng.normal())];
      const centre = initialiser.kind === 'constant' ? initialiser.value : 0;
      return [name, filled(shape, () => centre + 0.2 * rng.normal())];
    }),
  );
}

function filled(shape: Shape, value: () => number): Tensor {
  return tensor(shape, Float32Array.from({ length: sizeOf(shape) }, value));
}
