/**
 * Python source of one class: constructor and `forward`.
 */
import { unreachable } from '../../core/errors.js';
import type { Attribute, ClassSpec, Parameter } from './classes.js';
import { call, flat, layOut, prefixed, repeated, type Expression } from './expressions.js';
import type { Forward } from './parts.js';
import type { Hole, Pattern } from './patterns.js';
import { sameTerm, type Argument, type Term } from './terms.js';
import { NAMED_SEQUENTIAL } from './torch-modules.js';

/** Number of equal neighbouring blocks from which on they are written once. */
const REPEAT_FROM = 3;

export function classSource(spec: ClassSpec): string {
  const { parameters, attributes } = spec;
  // An encoder that is a plain sequence has no names for its layers but their positions.
  const positional = attributes.every(({ name }, index) => name === String(index));
  const signature = layOut(
    {
      open: 'def __init__(',
      items: ['self', ...parameters.map(parameterSource)],
      close: ') -> None:',
    },
    4,
  );
  const names = new Map(parameters.map(({ name, hole }) => [hole, name]));
  const values = attributes.map((attribute) => valueSource(attribute, spec, names));
  const constructor = positional
    ? layOut(call('super().__init__', values), 8)
    : [
        `${' '.repeat(8)}super().__init__()`,
        ...attributes.flatMap(({ name }, i) => layOut(prefixed(`self.${name} = `, values[i] ?? ''), 8)),
      ];
  return [
    `class ${spec.name}(${positional ? 'nn.Sequential' : 'nn.Module'}):`,
    `${' '.repeat(4)}${docstring(spec.summary)}`,
    '',
    ...signature,
    ...constructor,
    ...(positional ? [] : ['', ...forwardSource(spec)]),
  ].join('\n');
}

/** One-line docstring, without characters that would end or escape it. */
function docstring(text: string): string {
  return `"""${text.replace(/["\\\s]+/g, ' ')}"""`;
}

function parameterSource({ name, hole, default: fallback }: Parameter): string {
  const optional = fallback?.kind === 'absent' ? ' | None' : '';
  const initial = fallback === undefined ? '' : ` = ${flat(termSource(fallback, ''))}`;
  return `${name}: ${annotationOf(hole)}${optional}${initial}`;
}

function annotationOf({ role, values }: Hole): string {
  if (role === 'module') return 'nn.Module';
  if (values.some((value) => value.kind === 'triple')) return 'tuple[int, int, int]';
  if (values.some((value) => value.kind === 'flag')) return 'bool';
  return values.every((value) => value.kind === 'number' && Number.isInteger(value.value)) ? 'int' : 'float';
}

/** Value of an attribute; `nn.Identity()` replaces an optional module that is absent. */
function valueSource({ pattern }: Attribute, spec: ClassSpec, names: ReadonlyMap<Hole, string>): Expression {
  const value = patternSource(pattern, names);
  const parameter =
    pattern.kind === 'hole' ? spec.parameters.find(({ hole }) => hole === pattern.hole) : undefined;
  const optional = parameter?.default?.kind === 'absent';
  return optional ? `nn.Identity() if ${flat(value)} is None else ${flat(value)}` : value;
}

function forwardSource(spec: ClassSpec): string[] {
  const { form, body, activation, edges = [] } = spec.forward;
  const lines = (...statements: string[]): string[] => [
    `${' '.repeat(4)}def forward(self, x: torch.Tensor) -> torch.Tensor:`,
    ...statements.map((statement) => ' '.repeat(8) + statement),
  ];
  switch (form) {
    case 'sequence':
      return lines(...chain(body));
    case 'residual': {
      const through = body.map((name, index) => `out = self.${name}(${index === 0 ? 'x' : 'out'})`);
      const side = spec.attributes.some(({ name }) => name === 'shortcut') ? 'self.shortcut(x)' : 'x';
      const sum = `${body.length === 0 ? 'x' : 'out'} + ${side}`;
      return lines(...through, `return ${activation ? `self.${activation}(${sum})` : sum}`);
    }
    case 'squeezeExcite':
      return lines(
        'scale = x.mean(dim=(2, 3, 4))',
        'scale = self.act(self.reduce(scale))',
        'scale = self.gate(self.expand(scale))',
        'return x * scale[:, :, None, None, None]',
      );
    case 'scale':
      return lines('return x * self.weight');
    case 'cell':
      return lines(...cellStatements(edges));
    default:
      return unreachable(form);
  }
}

/** `node1 = self.a(x)`, `node2 = self.b(x) + self.c(node1)`, and so on; the last is returned. */
function cellStatements(edges: NonNullable<Forward['edges']>): string[] {
  const nodes = [...new Set(edges.map(({ to }) => to))].sort((a, b) => a - b);
  return nodes.map((node, i) => {
    const sum = edges
      .filter(({ to }) => to === node)
      .map(({ name, from }) => `self.${name}(${from === 0 ? 'x' : `node${from}`})`)
      .join(' + ');
    return i === nodes.length - 1 ? `return ${sum}` : `node${node} = ${sum}`;
  });
}

/** `return self.c(self.b(self.a(x)))`, or one step a line where there are more. */
function chain(body: readonly string[]): string[] {
  if (body.length <= 3) {
    return [`return ${body.reduce((inner, name) => `self.${name}(${inner})`, 'x')}`];
  }
  return [...body.map((name) => `x = self.${name}(x)`), 'return x'];
}

function patternSource(pattern: Pattern, names: ReadonlyMap<Hole, string>, callee = ''): Expression {
  switch (pattern.kind) {
    case 'constant':
      return termSource(pattern.term, callee);
    case 'hole':
      return names.get(pattern.hole) ?? '';
    case 'triple': {
      return tripleSource(
        pattern.items.map((item) => flat(patternSource(item, names))),
        callee,
      );
    }
    case 'half': {
      const kernel = flat(patternSource(pattern.of, names));
      const whole =
        pattern.of.kind === 'hole' && pattern.of.hole.values.some((value) => value.kind === 'triple');
      return whole ? `tuple(k // 2 for k in ${kernel})` : `${kernel} // 2`;
    }
    case 'module':
      return callSource(
        pattern.callee,
        pattern.args,
        (value, of) => patternSource(value, names, of),
        isDefault,
      );
  }
}

function isDefault({ value, default: fallback }: Argument<Pattern>): boolean {
  return value.kind === 'constant' && fallback !== undefined && sameTerm(value.term, fallback);
}

/** `callee`: the call that the term is an argument of. PyTorch's own modules take one number for three equal ones. */
function termSource(term: Term, callee: string): Expression {
  switch (term.kind) {
    case 'number':
      return String(term.value);
    case 'flag':
      return term.value ? 'True' : 'False';
    case 'triple':
      return tripleSource(term.items.map(String), callee);
    case 'absent':
      return 'None';
    case 'module':
      return callSource(
        term.callee,
        term.args,
        termSource,
        ({ value, default: fallback }) => fallback !== undefined && sameTerm(value, fallback),
      );
  }
}

function tripleSource(items: readonly string[], callee: string): string {
  const [first = ''] = items;
  const oneForAll = callee.startsWith('nn.') && items.every((item) => item === first);
  return oneForAll ? first : `(${items.join(', ')})`;
}

function callSource<T>(
  callee: string,
  args: readonly Argument<T>[],
  source: (value: T, callee: string) => Expression,
  omitted: (arg: Argument<T>) => boolean,
): Expression {
  if (callee === NAMED_SEQUENTIAL) {
    const named = args.map(({ name, value }) => prefixed(`${name}=`, source(value, '')));
    return call('nn.Sequential', [call('OrderedDict', named)]);
  }
  const items = args
    .filter((arg) => !omitted(arg))
    .map(({ name, value, positional }) => {
      const written = source(value, callee);
      return positional ? written : prefixed(`${name}=`, written);
    });
  return call(callee, callee === 'nn.Sequential' ? withRepeats(items) : items);
}

function withRepeats(items: readonly Expression[]): Expression[] {
  const written: Expression[] = [];
  for (let i = 0; i < items.length;) {
    const item = items[i] ?? '';
    let end = i + 1;
    while (end < items.length && flat(items[end] ?? '') === flat(item)) end++;
    if (end - i >= REPEAT_FROM) written.push(repeated(item, end - i));
    else written.push(...items.slice(i, end));
    i = end;
  }
  return written;
}
