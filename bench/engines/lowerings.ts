/**
 * Measures every form of a convolution and its gradients on shapes that searches train, and fits the cost model by which
 * the forms are chosen (`forms/cost.ts`). One thread, processor time, the best of alternating rounds.
 *
 *   npm run bench:lowerings            the table, and the coefficients that fit it
 */
import { sizeOf, type Shape } from '../../src/core/tensor.js';
import { blockSize } from '../../src/engines/onnx/block-size.js';
import {
  COEFFICIENTS,
  milliseconds,
  type ConvForm,
  type Priced,
  type Terms,
} from '../../src/engines/onnx/lowerings/forms/cost.js';
import {
  cheapest,
  convForms,
  filterGradForms,
  inputGradForms,
} from '../../src/engines/onnx/lowerings/forms/forms.js';
import { convolutionBy } from '../../src/engines/onnx/lowerings/convolution.js';
import { graphProto, modelBytes, ONNX_TYPES, valueInfo } from '../../src/engines/onnx/model.js';
import { floats, openModel } from '../../src/engines/onnx/runtime.js';
import { OnnxWriter, type OnnxValue } from '../../src/engines/onnx/writer.js';
import { convOutputShape, type ConvAttributes } from '../../src/ir/ops/convolution.js';
import { fitted } from './fit.js';
import { layers, type Layer } from './layers.js';

const ROUNDS = 5;
/** Milliseconds that a round takes at least. */
const ROUND = 8;

interface Pass {
  readonly name: string;
  readonly operands: readonly Shape[];
  readonly forms: readonly Priced[];
  readonly write: (out: OnnxWriter, inputs: readonly OnnxValue[], form: Priced) => OnnxValue;
}

interface Measured {
  readonly pass: string;
  readonly forms: readonly Priced[];
  readonly times: readonly number[];
}

type Table = ReturnType<typeof convolutionBy>;

function passesOf({ x, w, stride, padding }: Layer, block: number): Pass[] {
  const attributes: ConvAttributes = {
    stride,
    padding: padding.map((zeros) => [zeros, zeros] as const),
    dilation: [1, 1, 1],
    groups: w[1] === x[1] ? 1 : (x[1] ?? 1),
  };
  const y = convOutputShape(x, w, attributes);
  const back = { ...attributes, inputShape: x };
  const filter = { ...attributes, filterShape: w };
  const pass =
    <K extends keyof Table>(op: K, shape: Shape, given: object) =>
    (out: OnnxWriter, inputs: readonly OnnxValue[], form: Priced): OnnxValue =>
      convolutionBy(block, () => form)[op]({ out, node: { shape }, attributes: given, inputs } as never);
  return [
    {
      name: 'forward',
      operands: [x, w],
      forms: convForms(x, w, attributes, block),
      write: pass('conv', y, attributes),
    },
    {
      name: 'input gradient',
      operands: [y, w],
      forms: inputGradForms(y, w, back, block),
      write: pass('convInputGrad', x, back),
    },
    {
      name: 'filter gradient',
      operands: [x, y],
      forms: filterGradForms(x, filter, block),
      write: pass('convFilterGrad', w, filter),
    },
  ];
}

/** Opens the one-op model of a form; returns what runs it once. */
async function opened({ operands, write }: Pass, form: Priced): Promise<() => Promise<unknown>> {
  const out = new OnnxWriter();
  const inputs = operands.map((shape, i) => ({ name: `operand ${i}`, shape }));
  const y = out.copy(write(out, inputs, form), 'result');
  const declared = inputs.map(({ name, shape }) => valueInfo(name, ONNX_TYPES.f32, shape));
  const graph = graphProto('form', out, declared, [valueInfo('result', ONNX_TYPES.f32, y.shape)]);
  const model = await openModel(modelBytes(graph), { device: 'cpu', threads: 1 });
  const values = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(i));
  const feeds = Object.fromEntries(
    inputs.map(({ name, shape }) => [name, floats(values(sizeOf(shape)), shape)]),
  );
  return () => model.run(feeds);
}

async function measure(pass: Pass): Promise<Measured> {
  const runs = await Promise.all(pass.forms.map((form) => opened(pass, form)));
  const times = runs.map(() => Infinity);
  const count: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, run] of runs.entries()) {
      const repeats = count[i] ?? 1;
      const before = process.cpuUsage();
      for (let k = 0; k < repeats; k++) await run();
      const { user, system } = process.cpuUsage(before);
      const each = (user + system) / 1000 / repeats;
      if (round === 0) count[i] = Math.max(1, Math.min(20, Math.round(ROUND / each)));
      else times[i] = Math.min(times[i] ?? Infinity, each);
    }
  }
  return { pass: pass.name, forms: pass.forms, times };
}

const termsOf = ({ products, lines, values }: Terms): number[] => [products, lines, values, 1];

function printFit(all: readonly Measured[]): void {
  for (const form of Object.keys(COEFFICIENTS) as ConvForm[]) {
    const rows = all.flatMap(({ forms, times }) =>
      forms.flatMap((priced, i) =>
        priced.form === form ? [{ terms: termsOf(priced.terms), time: times[i] ?? 0, priced }] : [],
      ),
    );
    if (rows.length === 0) continue;
    const coefficients = fitted(rows);
    const predicted = rows.map(({ terms }) =>
      terms.reduce((sum, x, i) => sum + x * (coefficients[i] ?? 0), 0),
    );
    const errors = rows.map(({ time }, i) => Math.abs(Math.log((predicted[i] ?? 0) / time)));
    const mean = Math.exp(errors.reduce((sum, error) => sum + error, 0) / errors.length);
    const listed = coefficients.map((x) => Number(x.toPrecision(2))).join(', ');
    process.stdout.write(
      `${form}: [${listed}]  ${rows.length} times, off by a factor of ${mean.toFixed(2)}\n`,
    );
  }
}

function nameOf({ form, blocks, rows }: Priced): string {
  if (rows) return `rows of ${rows}`;
  return blocks ? `${blocks.map((block, axis) => (block === 0 ? 'DHW'[axis] : '')).join('')}*` : form;
}

const block = await blockSize();
const all: Measured[] = [];
let [lost, gained] = [0, 0];
process.stdout.write(
  '| layer | pass | forms, ms | chosen | large form / chosen |\n| --- | --- | --- | --- | --- |\n',
);
for (const layer of layers) {
  for (const pass of passesOf(layer, block)) {
    const measured = await measure(pass);
    all.push(measured);
    const { forms, times } = measured;
    const chosen = forms.indexOf(cheapest(forms));
    const [time, first] = [times[chosen] ?? 0, times[0] ?? 0];
    lost += Math.log(time / Math.min(...times));
    gained += Math.log(first / time);
    const list = forms
      .map(
        (form, i) =>
          `${nameOf(form)} ${times[i]?.toFixed(2)} (${milliseconds(form.form, form.terms).toFixed(2)})`,
      )
      .join(', ');
    const { x, w, stride } = layer;
    const title = `${x[0]}: ${x[1]} → ${w[0]}${w[1] === x[1] ? '' : ' depthwise'}, ${w.slice(2).join('×')} on ${x.slice(2).join('×')}${sizeOf(stride) > 1 ? ` / ${stride.join('×')}` : ''}`;
    process.stdout.write(
      `| ${title} | ${pass.name} | ${list} | ${nameOf(forms[chosen] as Priced)} | ${(first / time).toFixed(2)} |\n`,
    );
  }
}
process.stdout.write(
  `\nchosen over the fastest: ${Math.exp(lost / all.length).toFixed(3)}; large form over chosen: ${Math.exp(gained / all.length).toFixed(2)}\n\n`,
);
printFit(all);
