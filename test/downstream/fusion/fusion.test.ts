/**
 * Fusions: what heads read of scan and table, and that their Python is the same.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import { packageFile } from '../../../src/core/package-files.js';
import { rngOf } from '../../../src/core/random.js';
import { sizeOf, tensor, type Tensor, type TensorMap } from '../../../src/core/tensor.js';
import { fusionPlan, fusions } from '../../../src/downstream/fusion/index.js';
import type { FusionColumns } from '../../../src/downstream/fusion/fusion.js';
import { FUSIONS, parseTask } from '../../../src/downstream/task-file.js';
import { runGraph } from '../../../src/engines/onnx/index.js';
import { Builder } from '../../../src/ir/builder.js';
import type { Graph } from '../../../src/ir/graph.js';
import { needsPython, python, runPython } from '../../support/python.js';
import { temporaryFolder } from '../../support/tiny.js';

const ROWS = 5;
const random = (shape: readonly number[], ...key: string[]): Tensor => {
  const rng = rngOf('fusion', ...key);
  return tensor(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
  );
};

interface Case {
  readonly name: string;
  readonly options?: object;
  readonly columns: FusionColumns;
}

/** The fusion with random weights on random rows, twice in a graph as training and answering would build it. */
async function run({ name, options = {}, columns }: Case) {
  const { fusion } = parseTask({ head: 'classes', fusion: { name, options } }, 'task');
  const plan = fusionPlan(fusion);
  const builder = new Builder();
  const inputs: Record<string, Tensor> = {};
  for (const part of ['features', 'covariates'] as const)
    if (columns[part] > 0) inputs[part] = random([ROWS, columns[part]], part);
  const parts = Object.fromEntries(
    Object.entries(inputs).map(([part, { shape }]) => [part, builder.input(part, shape)]),
  );
  const { fused, loss } = plan.fuse(builder, parts);
  builder.output('again', plan.fuse(builder, parts).fused);
  builder.output('fused', fused);
  if (loss !== undefined) builder.output('loss', loss);
  const graph: Graph = builder.build();
  const weights: TensorMap = Object.fromEntries(
    graph.parameters.map((parameter) => [parameter.name, random(parameter.shape, parameter.name)]),
  );
  const outputs = await runGraph(graph, weights, inputs);
  return { plan, inputs, weights, outputs, graph };
}

const both = { features: 7, covariates: 3 };
const cases: readonly Case[] = [
  { name: 'none', columns: both },
  { name: 'none', columns: { features: 0, covariates: 3 } },
  { name: 'concat', columns: both },
  { name: 'concat', options: { reduce: 4 }, columns: both },
  { name: 'concat', options: { reduce: 4 }, columns: { features: 0, covariates: 3 } },
  { name: 'joint-autoencoder', options: { latent: 2, hidden: 6, weight: 0.3 }, columns: both },
  { name: 'joint-autoencoder', options: { latent: 2, hidden: 6 }, columns: { features: 7, covariates: 0 } },
];

describe('fusions', () => {
  it('are all that a task can name, and the one that is fitted to two models', () => {
    expect([...fusions.map(({ name }) => name), 'meta'].sort()).toEqual([...FUSIONS].sort());
    expect(() => fusionPlan({ name: 'meta', options: {} })).toThrow(
      'fusion meta: is not trained in one piece',
    );
    expect(() => fusionPlan({ name: 'concat', options: { reduce: -1 } })).toThrow('options of fusion concat');
  });

  it.each(cases)('name their parameters, and share them where they are built twice: %j', async (one) => {
    const { graph, outputs } = await run(one);
    expect(graph.parameters.every(({ name }) => name.startsWith('fusion.'))).toBe(true);
    expect(new Set(graph.parameters.map(({ name }) => name)).size).toBe(graph.parameters.length);
    expect(outputs['again']).toEqual(outputs['fused']);
  });

  it('leave the parts as they are, or side by side', async () => {
    const alone = await run({ name: 'none', columns: both });
    expect(alone.outputs['fused']?.data).toEqual(alone.inputs['features']?.data);
    const { outputs, inputs } = await run({ name: 'concat', columns: both });
    const row = (name: string, columns: number): number[] =>
      [...(inputs[name]?.data ?? [])].slice(columns, 2 * columns);
    expect([...(outputs['fused']?.data ?? [])].slice(10, 20)).toEqual([
      ...row('features', 7),
      ...row('covariates', 3),
    ]);
  });

  it('let both parts reach the head through what they reduce or share', async () => {
    for (const one of cases.filter(({ name, columns }) => columns === both && name !== 'none')) {
      const { graph, inputs, weights, outputs } = await run(one);
      for (const part of ['features', 'covariates']) {
        const moved = {
          ...inputs,
          [part]: tensor(
            inputs[part]?.shape ?? [],
            inputs[part]?.data.map((x) => x + 1) ?? new Float32Array(),
          ),
        };
        const { fused } = await runGraph(graph, weights, moved);
        expect(fused?.data).not.toEqual(outputs['fused']?.data);
      }
    }
  });
});

describe.skipIf(python === undefined)(`the Python of fusions ${needsPython}`, () => {
  let theirs: readonly Record<string, number[] | null>[] = [];
  beforeAll(async () => {
    const listed = (map: TensorMap): object =>
      Object.fromEntries(
        Object.entries(map).map(([name, { shape, data }]) => [
          name.replace(/^fusion\./, ''),
          { shape, data: [...data] },
        ]),
      );
    const given = [];
    for (const one of cases) {
      const { plan, inputs, weights } = await run(one);
      const { files, settings } = plan.pytorch(one.columns);
      const file = fileURLToPath(packageFile(files[0] as string));
      given.push({ file, settings, inputs: listed(inputs), weights: listed(weights) });
    }
    const path = join(temporaryFolder(), 'cases.json');
    writeFileSync(path, JSON.stringify(given));
    theirs = JSON.parse(runPython(SCRIPT, [path])) as typeof theirs;
  }, 60_000);

  it.each(cases.map((one, index) => [one, index] as const))(
    'gives the same with the same weights: %j',
    async (one, index) => {
      const { outputs } = await run(one);
      const told = present(theirs[index], 'an answer');
      expect(told['loss'] === null).toBe(outputs['loss'] === undefined);
      for (const [name, value] of Object.entries(outputs)) {
        if (name === 'again') continue;
        const own = present(told[name], name);
        expect(own).toHaveLength(value.data.length);
        value.data.forEach((x, i) => {
          expect(Math.abs(x - (own[i] ?? NaN))).toBeLessThan(1e-5 * Math.max(1, Math.abs(x)));
        });
      }
    },
  );
});

const SCRIPT = `
import json, runpy, sys
import torch
answers = []
for case in json.load(open(sys.argv[1])):
    module = runpy.run_path(case["file"])["Fusion"](**case["settings"])
    tensors = lambda part: {k: torch.tensor(v["data"]).reshape(v["shape"]) for k, v in part.items()}
    module.load_state_dict(tensors(case["weights"]))
    inputs = tensors(case["inputs"])
    fused, loss = module(inputs.get("features"), inputs.get("covariates"))
    answers.append({"fused": fused.flatten().tolist(), "loss": None if loss is None else [loss.item()]})
print(json.dumps(answers))
`;
