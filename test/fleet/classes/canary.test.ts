import { expect, describe, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import type { Engine, Session, TrainingProgram } from '../../../src/engines/engine.js';
import { onnxEngine } from '../../../src/engines/onnx/index.js';
import {
  gradientInLines,
  suitsBlockedGradient,
} from '../../../src/engines/onnx/lowerings/blocked-filter-gradient.js';
import { suitsColumns, suitsSamples } from '../../../src/engines/onnx/lowerings/filter-gradient.js';
import { COEFFICIENTS } from '../../../src/engines/onnx/lowerings/forms/cost.js';
import {
  cheapest,
  compete,
  convForms,
  filterGradForms,
  inputGradForms,
} from '../../../src/engines/onnx/lowerings/forms/forms.js';
import { groupsOf, trainingGraph } from '../../../src/engines/training-graph.js';
import { readExperiment } from '../../../src/experiment/read.js';
import { resolveExperiment } from '../../../src/experiment/resolve.js';
import { rngOf } from '../../../src/core/random.js';
import type { Node } from '../../../src/ir/graph.js';
import { canaryHash, canaryProgram } from '../../../src/fleet/classes/canary.js';

const cpu = { device: 'cpu', threads: 1 };

/** The forms that a program's convolutions take, as `pass form`, for processors that take `block` channels at once. */
function formsOf(program: TrainingProgram, block: number): Set<string> {
  const step = trainingGraph(program, groupsOf(program));
  return new Set(
    step.nodes.flatMap((node) => {
      const shapes = node.inputs.map((id) => present(step.nodes[id], 'a node').shape);
      const form = formOf(node, shapes, block);
      return form === undefined ? [] : [`${node.op} ${form}`];
    }),
  );
}

function formOf(
  node: Node,
  [a = [], b = []]: readonly (readonly number[])[],
  block: number,
): string | undefined {
  if (node.op === 'conv') {
    const { attributes } = node as Node<'conv'>;
    return compete(b, attributes) ? cheapest(convForms(a, b, attributes, block)).form : kindOf(attributes);
  }
  if (node.op === 'convInputGrad') {
    const { attributes } = node as Node<'convInputGrad'>;
    return compete(b, attributes)
      ? cheapest(inputGradForms(a, b, attributes, block)).form
      : kindOf(attributes);
  }
  if (node.op !== 'convFilterGrad') return undefined;
  const { attributes } = node as Node<'convFilterGrad'>;
  if (suitsSamples(a, b, attributes)) return 'samples';
  if (suitsColumns(a, attributes)) return 'columns';
  const { filterShape } = attributes;
  const forward = () => cheapest(convForms(a, filterShape, attributes, block));
  const chosen = compete(filterShape, attributes)
    ? cheapest(filterGradForms(a, attributes, block, forward()))
    : undefined;
  if (chosen?.blocks === undefined && suitsBlockedGradient(a, attributes, block))
    return gradientInLines(a, attributes) ? 'depthwise lines gradient' : 'blocks';
  return chosen?.form ?? kindOf(attributes);
}

const kindOf = ({ groups }: { readonly groups: number }): string => (groups > 1 ? 'groups' : 'one tap');

describe('the canary', () => {
  it.each([8, 16])(
    'takes every form that convolutions have, where kernels take %i channels at once',
    (block) => {
      const forms = formsOf(canaryProgram(), block);
      const names = new Set([...forms].map((form) => form.slice(form.indexOf(' ') + 1)));
      for (const form of [
        ...Object.keys(COEFFICIENTS),
        'samples',
        'columns',
        'blocks',
        'groups',
        'one tap',
      ]) {
        expect(names, form).toContain(form);
      }
    },
  );

  it.each(['experiments/quickstart.json', 'experiments/cine.json', 'experiments/ct-mr-search.json'])(
    'takes every form that drawn candidates of %s take',
    async (file) => {
      const experiment = await readExperiment(file);
      const resolved = await resolveExperiment(experiment);
      const planned = resolved.planFor(1);
      const { space } = resolved;
      for (const block of [8, 16]) {
        const known = formsOf(canaryProgram(), block);
        for (let draw = 0; draw < 4; draw++) {
          const program = planned.program(planned.architecture(space.gene.sample(rngOf('canary', draw))));
          expect([...formsOf(program, block)].filter((form) => !known.has(form))).toEqual([]);
        }
      }
    },
  );

  it('gives the same hash again, on any number of threads', async () => {
    const hash = await canaryHash(onnxEngine, cpu);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await canaryHash(onnxEngine, { ...cpu, threads: 2 })).toBe(hash);
  });

  it('gives another hash if the last bit of one weight differs, in weights or only in moments', async () => {
    const hash = await canaryHash(onnxEngine, cpu);
    for (const part of ['weights', 'optimiser'] as const) {
      const engine: Pick<Engine, 'open'> = {
        open: async (program, options) => altered(await onnxEngine.open(program, options), part),
      };
      expect(await canaryHash(engine, cpu)).not.toBe(hash);
    }
  });
});

/** The same session, which reads one value of `part` one unit in the last place higher. */
function altered(session: Session, part: 'weights' | 'optimiser'): Session {
  return {
    load: (state) => session.load(state),
    train: (feeds, rates) => session.train(feeds, rates),
    evaluate: (feeds) => session.evaluate(feeds),
    dispose: () => session.dispose(),
    read: async () => {
      const state = await session.read();
      const { data } = present(Object.values(state[part])[0], 'a tensor');
      const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
      bits[0] = present(bits[0], 'a value') + 1;
      return state;
    },
  };
}
