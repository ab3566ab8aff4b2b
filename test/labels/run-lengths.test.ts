/** Run lengths of COCO against its own program: texts that pycocotools 2.0.11 wrote, and those that it writes here, if it is there. */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { markRuns, runsOfText } from '../../src/labels/sources/run-lengths.js';
import { needsPython, python, runPython } from '../support/python.js';

interface Case {
  readonly name: string;
  readonly size: readonly [rows: number, columns: number];
  readonly marked: (x: number, y: number) => boolean;
  /** `pycocotools.mask.encode(mask)["counts"]`. */
  readonly text: string;
}

const SMALL = [40, 60] as const;
const CASES: readonly Case[] = [
  {
    name: 'a disc with a hole',
    size: SMALL,
    marked: (x, y) => (x - 30) ** 2 + (y - 20) ** 2 < 300 && (x - 33) ** 2 + (y - 18) ** 2 >= 50,
    text: 'i`07n06K4L4M2N2N2N2O0O2O0O2O00]OJ45J14NK44LK64JK84HL84HL84HK:4GL74JL64JL64KL34NM041LM44OF4;;2N2N2N3L4L5Jb>',
  },
  {
    name: 'the first pixel and the last column',
    size: SMALL,
    marked: (x, y) => (x === 0 && y === 0) || x === 59,
    text: '01gY2W1',
  },
  { name: 'nothing', size: SMALL, marked: () => false, text: 'P[2' },
  { name: 'everything', size: SMALL, marked: () => true, text: '0P[2' },
  {
    name: 'runs of millions',
    size: [2000, 3000],
    marked: (x, y) => (x >= 700 && x < 703 && y >= 1) || (x === 2900 && y < 2),
    text: 'QVgZ1_n11000_PSV4cQN^YPPL',
  },
];

function decoded(text: string, size: readonly [number, number]): Uint8Array {
  const mask = new Uint8Array(size[0] * size[1]);
  const runs = runsOfText(text, mask.length + 1);
  expect(runs !== null && markRuns(mask, size, runs)).toBe(true);
  return mask;
}

const masked = ({ size: [rows, columns], marked }: Pick<Case, 'size' | 'marked'>): Uint8Array =>
  Uint8Array.from({ length: rows * columns }, (_, i) =>
    marked(i % columns, Math.floor(i / columns)) ? 1 : 0,
  );

describe('run lengths of COCO', () => {
  it.each(CASES)('mark $name as pycocotools means it', ({ size, marked, text }) => {
    expect(Buffer.compare(decoded(text, size), masked({ size, marked }))).toBe(0);
  });

  it.skipIf(python === undefined)(
    `agree with pycocotools on masks of noise, sparse and dense ${needsPython}`,
    (context) => {
      const rng = rngOf('run lengths');
      const sizes = [
        [1, 1],
        [1, 50],
        [70, 1],
        [33, 47],
        [64, 300],
      ] as const;
      const masks = sizes.map(([rows, columns], at) => {
        const share = [0.5, 0.02, 0.98, 0.3, 0.001][at] ?? 0.5;
        return Array.from({ length: rows }, () =>
          Array.from({ length: columns }, () => (rng.float() < share ? 1 : 0)),
        );
      });
      const script = `
import json, sys
try:
    import numpy as np
    from pycocotools import mask
except ImportError:
    print("absent"); sys.exit()
encode = lambda rows: mask.encode(np.asfortranarray(np.array(rows, np.uint8)))["counts"].decode()
print(json.dumps([encode(rows) for rows in json.loads(sys.argv[1])]))
`;
      const printed = runPython(script, [JSON.stringify(masks)]).trim();
      if (printed === 'absent') return context.skip('needs pycocotools');
      (JSON.parse(printed) as string[]).forEach((text, at) => {
        expect([...decoded(text, sizes[at] ?? [0, 0])]).toEqual(masks[at]?.flat());
      });
    },
  );
});
