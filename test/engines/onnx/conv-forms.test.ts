import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/autodiff/differentiate.js';
import { blockSize } from '../../../src/engines/onnx/block-size.js';
import { runGraph } from '../../../src/engines/onnx/index.js';
import {
  cheapest,
  compete,
  convForms,
  filterGradForms,
  inputGradForms,
} from '../../../src/engines/onnx/lowerings/forms/forms.js';
import { milliseconds, type Priced } from '../../../src/engines/onnx/lowerings/forms/cost.js';
import { convolutionBy } from '../../../src/engines/onnx/lowerings/convolution.js';
import { lowerings } from '../../../src/engines/onnx/lowerings/index.js';
import { prepare } from '../../../bench/ops/op-case.js';
import { convolutionCases } from '../../../bench/ops/op-cases-convolution.js';
import { interpret } from '../../../bench/ops/reference.js';

const block = await blockSize();

/** Convolutions for which more than one form is worth trying. */
const cases = convolutionCases.filter((opCase) => {
  const { nodes } = prepare(opCase).graph;
  return nodes.some((node) => {
    const filter = nodes[node.inputs[1] ?? -1]?.shape ?? [];
    return node.op === 'conv' && compete(filter, node.attributes as Parameters<typeof compete>[1]);
  });
});

/** As many forms as a pass over three axes has. */
const FORMS = 9;

describe('every form of those that compete', () => {
  it.each(cases)('agrees with the reference on values and gradients: $title', async (opCase) => {
    const { graph, weights, feeds, leaves } = prepare(opCase);
    const whole = differentiate(graph, 'loss');
    const expected = Object.entries(interpret(whole, leaves));
    for (let which = 0; which < FORMS; which++) {
      const written: number[] = [];
      const choose = (forms: readonly Priced[]): Priced => {
        const form = forms[Math.min(which, forms.length - 1)] as Priced;
        written.push(forms.indexOf(form));
        return form;
      };
      const table = { ...lowerings.cpu(block), ...convolutionBy(block, choose) };
      const actual = await runGraph(whole, weights, feeds, undefined, table);
      expect(written.length).toBeGreaterThan(0);
      for (const [name, { shape, data }] of expected) {
        expect(actual[name]?.shape, name).toEqual(shape);
        const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
        const worst = data.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - (actual[name]?.data[i] ?? NaN))),
          0,
        );
        expect(worst / scale, `${name}, form ${which}`).toBeLessThan(opCase.tolerance);
      }
      if (Math.max(...written) < which) break;
    }
  });
});

const unit = {
  stride: [1, 1, 1],
  padding: [
    [1, 1],
    [1, 1],
    [1, 1],
  ],
  dilation: [1, 1, 1],
  groups: 1,
} as const;

/** All three passes of a convolution of 3³ without strides. */
function passes(x: readonly number[], w: readonly number[]): (readonly Priced[])[] {
  const y = [x[0] ?? 1, w[0] ?? 1, ...x.slice(2)];
  return [
    convForms(x, w, unit, 16),
    inputGradForms(y, w, { ...unit, inputShape: x }, 16),
    filterGradForms(x, { ...unit, filterShape: w }, 16),
  ];
}

describe('the choice among forms', () => {
  it('lets the filter hold planes of 3×3, whatever the pass', () => {
    for (const forms of passes([64, 24, 10, 3, 3], [24, 24, 3, 3, 3]))
      expect(cheapest(forms).blocks).toEqual([1, 0, 0]);
  });

  it('lets no filter hold places of a large volume', () => {
    for (const forms of passes([4, 16, 16, 28, 28], [16, 16, 3, 3, 3]))
      expect(cheapest(forms).blocks).toBeUndefined();
  });

  it('takes the form of the least predicted time', () => {
    for (const forms of passes([64, 16, 10, 5, 5], [8, 16, 3, 3, 3])) {
      const times = forms.map(({ form, terms }) => milliseconds(form, terms));
      const { form, terms } = cheapest(forms);
      expect(milliseconds(form, terms)).toBe(Math.min(...times));
    }
  });

  it('shifts the narrower operand in rows, and only x where the filter has strides', () => {
    const padding = [
      [1, 1],
      [0, 0],
      [0, 0],
    ] as const;
    const forms = (outputs: number, step = 1): readonly Priced[] => {
      const attributes = { ...unit, padding, stride: [step, 1, 1], filterShape: [outputs, 32, 3, 1, 1] };
      return filterGradForms([4, 32, 16, 28, 28], attributes, 16);
    };
    expect(cheapest(forms(16)).rows).toBe('gradient');
    expect(cheapest(forms(64)).rows).toBe('input');
    expect(forms(16, 2).flatMap(({ rows }) => rows ?? [])).toEqual(['input']);
  });

  it('copies for all samples of a filter gradient at once where they are many', () => {
    const forms = (n: number): readonly Priced[] =>
      filterGradForms([n, 16, 10, 6, 6], { ...unit, filterShape: [16, 16, 3, 3, 3] }, 16);
    expect(cheapest(forms(64)).form).toBe('samples last');
    expect(cheapest(forms(2)).form).not.toBe('samples last');
  });

  it('counts no copies of what the forward pass has laid side by side already', () => {
    const x = [64, 1, 10, 10, 10];
    const attributes = { ...unit, filterShape: [16, 1, 3, 3, 3] };
    const forward = cheapest(convForms(x, attributes.filterShape, unit, 16));
    const alone = filterGradForms(x, attributes, 16);
    const after = filterGradForms(x, attributes, 16, forward);
    const cheaper = after.filter(
      ({ form, terms }, i) => milliseconds(form, terms) < milliseconds(form, alone[i]?.terms ?? terms),
    );
    expect(forward.blocks).toBeDefined();
    expect(cheaper.map(({ blocks }) => blocks)).toEqual([forward.blocks]);
  });
});
