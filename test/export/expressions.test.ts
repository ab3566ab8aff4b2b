import { describe, expect, it } from 'vitest';
import { call, layOut, prefixed, repeated } from '../../src/export/python/expressions.js';

const wide = 'x'.repeat(30);

describe('the layout of Python expressions', () => {
  it('keeps on one line what fits into 88 columns, indentation included', () => {
    const fits = call('f', ['x'.repeat(77)]);
    expect(layOut(fits, 8)).toEqual([`${' '.repeat(8)}f(${'x'.repeat(77)})`]);
    expect(layOut(fits, 8)[0]).toHaveLength(88);
    expect(layOut(fits, 9)).toHaveLength(3);
  });

  it('puts the contents on a line of their own where that is enough', () => {
    expect(layOut(prefixed('self.y = ', call('f', [wide, wide, 'abcdef'])), 8)).toEqual([
      '        self.y = f(',
      `            ${wide}, ${wide}, abcdef`,
      '        )',
    ]);
  });

  it('else puts each item on a line, with a comma after the last', () => {
    expect(layOut(call('f', [wide, call('g', [wide, wide, wide]), 'a']), 0)).toEqual([
      'f(',
      `    ${wide},`,
      '    g(',
      `        ${wide},`,
      `        ${wide},`,
      `        ${wide},`,
      '    ),',
      '    a,',
      ')',
    ]);
  });

  it('splits a comprehension before its for, without commas', () => {
    expect(layOut(repeated(call('f', [wide, wide]), 3), 8)).toEqual([
      '        *[',
      `            f(${wide}, ${wide})`,
      '            for _ in range(3)',
      '        ]',
    ]);
  });
});
