/**
 * Python expressions, laid out as black lays them out: on one line where they fit into 88 columns, else with
 * their contents on a line of their own, else one item a line with a trailing comma.
 */
export type Expression = string | Bracketed;

/** `open` with its bracket, items, `close` with its bracket: a call, a tuple, a signature. */
export interface Bracketed {
  readonly open: string;
  readonly items: readonly Expression[];
  readonly close: string;
  /** Separator of items, which also follows the last one where each has a line of its own; by default a comma. */
  readonly separator?: ',' | '';
}

const WIDTH = 88;
const INDENT = 4;

export function call(callee: string, items: readonly Expression[]): Expression {
  return { open: `${callee}(`, items, close: ')' };
}

/** `*[item for _ in range(count)]`. */
export function repeated(item: Expression, count: number): Expression {
  return { open: '*[', items: [item, `for _ in range(${count})`], close: ']', separator: '' };
}

export function prefixed(prefix: string, expression: Expression): Expression {
  return typeof expression === 'string'
    ? prefix + expression
    : { ...expression, open: prefix + expression.open };
}

function suffixed(expression: Expression, suffix: string): Expression {
  return typeof expression === 'string'
    ? expression + suffix
    : { ...expression, close: expression.close + suffix };
}

export function flat(expression: Expression): string {
  if (typeof expression === 'string') return expression;
  return `${expression.open}${contentsOf(expression)}${expression.close}`;
}

/** Lines of an expression at an indentation of `indent` columns. */
export function layOut(expression: Expression, indent: number): string[] {
  const margin = ' '.repeat(indent);
  const line = flat(expression);
  if (indent + line.length <= WIDTH || typeof expression === 'string' || expression.items.length === 0) {
    return [margin + line];
  }
  const { open, items, close, separator = ',' } = expression;
  const inner = indent + INDENT;
  const contents = contentsOf(expression);
  const body =
    inner + contents.length <= WIDTH
      ? [' '.repeat(inner) + contents]
      : items.flatMap((item) => layOut(suffixed(item, separator), inner));
  return [margin + open, ...body, margin + close];
}

function contentsOf({ items, separator = ',' }: Bracketed): string {
  return items.map(flat).join(`${separator} `);
}
