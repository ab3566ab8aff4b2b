import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/json.js';
import { assignment, literal } from '../../src/export/python/literals.js';
import { needsPython, python, runPython } from '../support/python.js';

const wide = 'x'.repeat(40);

describe('Python literals', () => {
  it.each([
    [null, 'None'],
    [true, 'True'],
    [1e-7, '1e-7'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    [[], '()'],
    [[1], '(1,)'],
    [[1, [2, 'x']], '(1, (2, "x"))'],
    [{ a: [1, 2], b: {} }, '{"a": (1, 2), "b": {}}'],
  ] as const)('write %j as %s', (value, text) => {
    expect(literal(value)).toBe(text);
  });

  it('refuse numbers that Python would read as something else', () => {
    expect(() => literal(NaN)).toThrow('finite numbers only, got NaN');
    expect(() => literal([Infinity])).toThrow('finite numbers only, got Infinity');
  });

  it('stand on one line where they fit into 88 columns, else with one member a line', () => {
    expect(assignment('A', [wide, wide])).toEqual([`A = ("${wide}", "${wide}")`]);
    expect(assignment('A', [[wide], [wide, 1]])).toEqual([
      'A = (',
      `    ("${wide}",),`,
      `    ("${wide}", 1),`,
      ')',
    ]);
  });

  it('give each setting of an object a line of its own, and rows of numbers one line whatever their length', () => {
    const row = Array.from({ length: 40 }, (_, i) => i);
    expect(assignment('A', { one: 1, rows: [row] })).toEqual([
      'A = {',
      '    "one": 1,',
      '    "rows": (',
      `        (${row.join(', ')}),`,
      '    ),',
      '}',
    ]);
  });

  it.skipIf(python === undefined)(`mean to Python what they mean here ${needsPython}`, () => {
    const value: Json = {
      none: null,
      numbers: [0, -1.5, 1e-9, 1e21],
      text: 'ü "quoted" \\ \u2028 \u0000',
      rows: [
        [true, false],
        [['deep'], { [wide]: [wide, wide] }],
      ],
      empty: [[], {}],
    };
    const printed = runPython('import sys, json\nexec(sys.argv[1])\nprint(json.dumps(A))', [
      assignment('A', value).join('\n'),
    ]);
    expect(JSON.parse(printed)).toEqual(value);
  });
});
