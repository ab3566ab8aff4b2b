/**
 * The forms of a filter gradient whose operands are read by rows, shifted as they lie (`structured/rows.ts`) or with samples last
 * (`structured/samples-last.ts`), and the terms of their cost.
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import { convOutputShape, type ConvFilterGradAttributes } from '../../../../ir/ops/convolution.js';
import { rounded } from '../blocks.js';
import { along, forwardAxes } from '../structured/axes.js';
import { isStill, rowsOf, runOf, type RowSide, type Rows } from '../structured/row-axes.js';
import { COLUMNS, millions, type Priced, type Terms } from './cost.js';

/** The longest line that a matrix shifts: a value takes as many multiplications as it has places. */
const LONG_LINE = 128;
/** Values of the rows, more than which would take too much memory. */
const MOST_VALUES = 2 ** 26;

/** All that may be ahead; none for filters that are dilated, or see less than their extent. */
export function rowForms(x: Shape, attributes: ConvFilterGradAttributes): Priced[] {
  const once = attributes.stride.every((step) => step === 1);
  const sides: readonly RowSide[] = once ? ['input', 'gradient'] : ['input'];
  return sides.flatMap((side): Priced[] => {
    const rows = rowsOf(x, attributes, side);
    const terms = suits(rows) ? rowTerms(x, attributes, side, rows) : undefined;
    return terms ? [{ form: 'rows', terms, rows: side }] : [];
  });
}

function suits({ copied, held }: Rows): boolean {
  const plain = [...copied, ...held].every(({ rows, taps, columns }) => rows === taps && columns === 1);
  return plain && along(held, 'read') <= LONG_LINE;
}

function rowTerms(
  x: Shape,
  attributes: ConvFilterGradAttributes,
  side: RowSide,
  { copied, held }: Rows,
): Terms | undefined {
  const { filterShape: w } = attributes;
  const y = convOutputShape(x, w, attributes);
  const [seen, other] = side === 'input' ? [x, y] : [y, x];
  const [n = 1, channels = 1] = seen;
  const others = other[1] ?? 1;
  const [rows, places] = [channels * sizeOf(w.slice(2)), sizeOf(other.slice(2))];
  if (n * rows * places > MOST_VALUES) return undefined;
  const [shifts, lines] = [n * channels * along(held, 'taps'), along(copied, 'read')];
  const still = held.length === 0;
  const shifting = still ? 0 : shifts * lines * along(held, 'read') * rounded(along(held, 'blocks'), COLUMNS);
  const moves = !copied.every(isStill);
  const copies = moves ? (n * rows * along(copied, 'blocks')) / runOf(copied) : 0;
  const products = n * rows * rounded(others, COLUMNS) * places + shifting;
  const passed = (still ? 0 : shifts * lines * along(held, 'blocks')) + n * rows * places * (moves ? 2 : 1);
  const values = sizeOf(seen) + sizeOf(other) + passed + 2 * n * rows * others;
  return millions(products, copies + (still ? 0 : shifts), values);
}

/** What copies for all samples at once; none for filters that are dilated. */
export function samplesLastForms(x: Shape, attributes: ConvFilterGradAttributes): Priced[] {
  const { filterShape: w } = attributes;
  const y = convOutputShape(x, w, attributes);
  const [n = 1, channels = 1] = x;
  const [, others = 1, ...extents] = y;
  const axes = forwardAxes(
    x,
    w,
    attributes,
    w.slice(2).map(() => 1),
  );
  const [rows, places] = [channels * sizeOf(w.slice(2)), sizeOf(extents)];
  if (axes.some((axis) => axis.rows !== axis.taps) || n * rows * places > MOST_VALUES) return [];
  const products = n * rows * rounded(others, COLUMNS) * places;
  const values = 3 * sizeOf(x) + 2 * sizeOf(y) + 2 * n * rows * places;
  return [{ form: 'samples last', terms: millions(products, rows * places, values) }];
}
