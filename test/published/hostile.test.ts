/** Hostile and damaged files of weights: each ends in one line, quickly, and nothing of it is run. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { writeSafetensors } from '../../src/core/safetensors.js';
import { tensor } from '../../src/core/tensor.js';
import { readWeights } from '../../src/published/read-weights.js';
import { naming } from '../../src/published/unreadable.js';
import { temporaryFolder } from '../support/tiny.js';
import {
  floats,
  joined,
  legacyOf,
  pickled,
  pickledTensor,
  pickleOf,
  zipOf,
  type TensorParts,
} from './torch-files.js';

const folder = temporaryFolder();
const path = join(folder, 'weights.pth');
const SIX = floats([1, 2, 3, 4, 5, 6]);
const { call, dictionary, int, named, text, tuple } = pickled;

/** Message of the refusal, `read` where the file is read; anything but a UserError of one line fails. */
function outcomeOf(bytes: Uint8Array): string {
  writeFileSync(path, bytes);
  try {
    for (const stored of readWeights(path).tensors.values()) naming(path, () => stored.read());
    return 'read';
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).toMatch(/^[^\n]*weights\.pth: [^\n]*; [^\n]*$/);
    expect(error.message.length).toBeLessThan(500);
    return error.message;
  }
}

const plain: TensorParts = { key: '0', count: 6, sizes: [2, 3], strides: [3, 1] };
const zipWith = (changes: Partial<TensorParts>): Buffer =>
  zipOf(pickleOf(dictionary({ w: pickledTensor({ ...plain, ...changes }) })), { 0: SIX });
const legacyWith = (changes: Partial<TensorParts>, said = 6): Buffer =>
  legacyOf(
    pickleOf(dictionary({ w: pickledTensor({ ...plain, legacy: true, ...changes }) })),
    { 0: SIX },
    { 0: said },
  );
const zipWithValue = (value: string | Uint8Array): Buffer => zipOf(pickleOf(value), { 0: SIX });

describe('a pickle that would run code', () => {
  const mark = join(folder, 'ran');
  const calls: readonly (readonly [string, Buffer])[] = [
    ['os.system', call(named('os', 'system'), text(`touch ${mark}`))],
    ['posix.system', call(named('posix', 'system'), text(`touch ${mark}`))],
    ['builtins.eval', call(named('builtins', 'eval'), text(`open(${JSON.stringify(mark)}, "w")`))],
    ['builtins.getattr', call(named('builtins', 'getattr'), named('builtins', 'list'), text('append'))],
    ['subprocess.Popen', joined(named('subprocess', 'Popen'), tuple(text(`touch ${mark}`)), '\x81')],
    ['torch.load', call(named('torch', 'load'), text(mark))],
    ['torch.storage._load_from_bytes', call(named('torch.storage', '_load_from_bytes'), joined('C\x02ab'))],
    ['constructor.prototype', joined(text('constructor'), text('prototype'), '\x93')],
    ['torch._utils._rebuild_tensor_v2.__globals__', named('torch._utils', '_rebuild_tensor_v2.__globals__')],
  ];

  it.each(calls)('by %s is refused by that name, in both formats, and nothing runs', (name, value) => {
    const state = dictionary({ w: pickledTensor(plain), x: value });
    expect(outcomeOf(zipWithValue(state))).toMatch(/asks for .*could run code; nothing was run/);
    expect(outcomeOf(zipWithValue(state))).toContain(`asks for ${name},`);
    expect(outcomeOf(legacyOf(pickleOf(value), {}, {}))).toContain(`asks for ${name},`);
    // Before the magic number is known to be right.
    expect(outcomeOf(pickleOf(value))).toContain(`asks for ${name},`);
    expect(existsSync(mark)).toBe(false);
  });

  it('by what it may name is refused where that cannot be called', () => {
    for (const value of [
      call(named('torch', 'FloatStorage'), int(3)),
      call(text('os.system'), text('ls')),
      joined(call(named('torch', 'device'), text('cpu')), tuple(), 'R'),
    ]) {
      expect(outcomeOf(zipWithValue(value))).toMatch(/calls what cannot be called/);
    }
    expect(outcomeOf(zipWithValue(joined('(', text('ls'), 'ios\nsystem\n')))).toMatch(/uses operation 105/);
  });

  it('that holds a whole model is told how to save weights', () => {
    const model = joined(named('torchvision.models.video.resnet', 'VideoResNet'), ')\x81');
    expect(outcomeOf(zipWithValue(model))).toMatch(
      /holds a whole model .*VideoResNet.*model\.state_dict\(\)/,
    );
  });
});

describe('sizes that lie', () => {
  it.each<[string, Partial<TensorParts>, RegExp]>([
    ['a view beyond its storage', { sizes: [7], strides: [1] }, /reaches beyond its storage of 6 numbers/],
    ['an offset beyond it', { offset: 1 }, /reaches beyond/],
    ['a stride beyond it', { strides: [6, 1] }, /reaches beyond/],
    ['a negative stride', { strides: [3, -1] }, /negative or impossible/],
    ['a negative size', { sizes: [-2, 3] }, /negative or impossible/],
    ['a negative offset', { offset: -1 }, /negative or impossible/],
    ['more axes than strides', { sizes: [2, 3, 1] }, /3 axes and 2 strides/],
    ['twenty axes', { sizes: Array(20).fill(1), strides: Array(20).fill(0) }, /20 axes/],
    [
      'a storage larger than its file',
      { count: 1_000_000 },
      /archive\/data\/0 has 24 bytes|1000000 were announced/,
    ],
    ['a negative storage', { count: -6 }, /is damaged/],
    ['numbers of another width', { type: 'DoubleStorage' }, /24 bytes|beyond its end/],
    ['another storage', { key: '1' }, /archive\/data\/1 is missing|nothing refers to/],
    [
      'complex numbers',
      { type: 'ComplexFloatStorage', count: 3, sizes: [3], strides: [1] },
      /complex64|were announced/,
    ],
  ])('are refused: %s', (_, changes, rule) => {
    expect(outcomeOf(zipWith(changes))).toMatch(rule);
    expect(outcomeOf(legacyWith(changes))).toMatch(rule);
  });

  it('of sizes that are no numbers are refused', () => {
    const rebuilt = (sizes: Buffer): Buffer =>
      call(
        named('torch._utils', '_rebuild_tensor_v2'),
        joined(tuple(text('storage'), named('torch', 'FloatStorage'), text('0'), text('cpu'), int(6)), 'Q'),
        int(0),
        sizes,
        tuple(int(1)),
      );
    expect(outcomeOf(zipWithValue(dictionary({ w: rebuilt(tuple(text('6'))) })))).toMatch(/no whole number/);
    expect(
      outcomeOf(zipWithValue(dictionary({ w: rebuilt(tuple('\x8a\x09' + '\xff'.repeat(8) + '\x7f')) }))),
    ).toMatch(/no whole number/);
    expect(outcomeOf(zipWithValue(dictionary({ w: rebuilt(joined('N')) })))).toMatch(/without sizes/);
  });

  it('of the older format are refused: a count that is not the announced one, beyond the file, or 2^63', () => {
    expect(outcomeOf(legacyWith({}, 5))).toMatch(/has 5 numbers, 6 were announced/);
    const bytes = legacyWith({});
    bytes.writeBigUInt64LE(2n ** 63n, bytes.length - 32);
    expect(outcomeOf(bytes)).toMatch(/were announced/);
    expect(outcomeOf(legacyWith({ count: 100 }, 100))).toMatch(/beyond its end/);
  });

  it('that read a whole storage again and again cost no memory until they are asked for', () => {
    const many = Object.fromEntries(
      Array.from({ length: 2000 }, (_, i) => [
        `w${i}`,
        pickledTensor({ ...plain, sizes: [100_000, 100_000], strides: [0, 0] }),
      ]),
    );
    writeFileSync(path, zipWithValue(dictionary(many)));
    expect(readWeights(path).tensors.size).toBe(2000);
  });
});

describe('a pickle without bounds', () => {
  const million = (value: string): string => value.repeat(1_100_000);

  it.each<[string, string | Buffer, RegExp]>([
    ['a list that holds itself', joined(']q\x00h\x00a'), /holds no weights by name/],
    ['a dictionary that holds itself', joined('}q\x00', text('model'), 'h\x00s'), /holds no weights by name/],
    ['a million lists', million(']'), /far longer than weights need/],
    ['a million marks', million('('), /far longer than weights need/],
    [
      'dictionaries of one list of pairs, again and again',
      joined(
        ']q\x00(',
        joined(...Array.from({ length: 2000 }, () => joined('K\x01K\x02\x86'))),
        'e',
        named('collections', 'OrderedDict'),
        'q\x01',
        joined(...Array.from({ length: 2000 }, () => joined('h\x01h\x00\x85R'))),
      ),
      /far longer than weights need/,
    ],
    ['an integer of 2 GB', '\x8b\xff\xff\xff\x7f', /beyond its end|more text/],
    ['an integer of -1 bytes', '\x8b\xff\xff\xff\xff', /text of -1 bytes/],
    ['an integer of 200 bytes', '\x8a\xc8' + '\x01'.repeat(200), /an integer of 200 bytes/],
    ['text of 4 GB', 'X\xff\xff\xff\xff', /beyond its end|more text/],
    ['text of 2^63 bytes', '\x8d\x00\x00\x00\x00\x00\x00\x00\x80', /beyond its end|more text/],
    ['a number of 1000 digits', `I${'9'.repeat(1000)}\n`, /a number that is none/],
    ['a line without end', 'c' + 'a'.repeat(5000), /line|beyond its end/],
    ['a memo that is empty', 'h\x07', /recalls what it has not put/],
    ['a stack that is empty', '', /takes more than it has put/],
    ['a pop below a mark', 'K\x01(\x85', /takes more than it has put/],
    ['a mark that is missing', 'K\x01t', /no mark/],
    ['an odd dictionary', '(K\x01d', /key without a value/],
    ['an entry of a list', joined(']', text('a'), text('b'), 's'), /no dictionary/],
    ['protocol 77', '\x80\x4d', /protocol 77/],
    ['an extension code', '\x82\x01', /uses operation 130/],
    ['a persistent id of no storage', joined(text('module'), 'Q'), /no storage/],
  ])('is refused: %s', (_, value, rule) => {
    expect(outcomeOf(zipWithValue(value))).toMatch(rule);
  });

  it('is refused although it is nested a hundred thousand deep', () => {
    expect(outcomeOf(zipWithValue(`${']'.repeat(100_000)}${'a'.repeat(99_999)}`))).toMatch(
      /no weights by name/,
    );
    expect(outcomeOf(zipWithValue(`)${'\x85'.repeat(100_000)}`))).toMatch(/no weights by name/);
  });
});

describe('a zip archive', () => {
  const state = pickleOf(
    dictionary({ w: pickledTensor({ ...plain, count: 1 << 28, sizes: [1 << 28], strides: [1] }) }),
  );

  /** Sizes and checksum of the entry of a name, wherever the archive tells them. */
  function patched(bytes: Buffer, name: string, field: number, value: number): Buffer {
    const copy = Buffer.from(bytes);
    for (let at = copy.indexOf('PK\x01\x02'); at >= 0; at = copy.indexOf('PK\x01\x02', at + 4)) {
      if (copy.toString('latin1', at + 46, at + 46 + copy.readUInt16LE(at + 28)) === name)
        copy.writeUInt32LE(value, at + field);
    }
    return copy;
  }

  it('that is a bomb is refused before it is inflated', () => {
    const bomb = deflateRawSync(Buffer.alloc(1 << 26));
    const bytes = patched(zipOf(state, { 0: bomb }), 'archive/data/0', 24, 2 ** 30);
    expect(outcomeOf(deflated(bytes, 'archive/data/0'))).toMatch(/would become 1073741824 bytes/);
    const small = pickleOf(dictionary({ w: pickledTensor({ ...plain, count: 6 }) }));
    const lying = deflated(patched(zipOf(small, { 0: bomb }), 'archive/data/0', 24, 24), 'archive/data/0');
    expect(outcomeOf(lying)).toMatch(/cannot be inflated to 24 bytes/);
    const pickle = deflated(patched(zipOf(bomb, {}), 'archive/data.pkl', 24, 2 ** 30), 'archive/data.pkl');
    expect(outcomeOf(pickle)).toMatch(/pickle of 1073741824 bytes is far longer/);
  });

  /** The archive with an entry said to be deflated. */
  function deflated(bytes: Buffer, name: string): Buffer {
    const method = bytes.readUInt32LE(8) & 0xffff0000;
    return patched(bytes, name, 10, method | 8);
  }

  it('with a wrong checksum, size, place or name is refused', () => {
    const good = zipWith({});
    expect(outcomeOf(good)).toBe('read');
    const entry = 'archive/data/0';
    expect(outcomeOf(patched(good, entry, 16, 1))).toMatch(/data\/0 does not match its checksum/);
    expect(outcomeOf(patched(good, entry, 24, 20))).toMatch(/24|20 bytes/);
    expect(outcomeOf(patched(good, entry, 20, 12))).toMatch(/holds 12 bytes, not 24/);
    expect(outcomeOf(patched(good, entry, 20, 0x7fffffff))).toMatch(/beyond the end of the file/);
    expect(outcomeOf(patched(good, entry, 42, 0x7fffffff))).toMatch(/not where the archive says/);
    expect(outcomeOf(patched(good, entry, 42, 0xffffffff))).toMatch(/lacks a size of 64 bits/);
    expect(outcomeOf(patched(good, entry, 42, 5))).toMatch(/not where the archive says/);
    expect(outcomeOf(patched(good, entry, 8, 1))).toMatch(/encrypted/);
    expect(
      outcomeOf(
        Buffer.from(
          good.toString('latin1').replaceAll('archive/data/0', 'archive/version'.slice(0, 14)),
          'latin1',
        ),
      ),
    ).toMatch(/missing|twice/);
  });

  it('whose names lead out of a folder writes nothing anywhere', () => {
    const before = readdirSync(folder).sort();
    const key = '../../../../../../tmp/out';
    const bytes = zipOf(pickleOf(dictionary({ w: pickledTensor({ ...plain, key }) })), { [key]: SIX });
    expect(outcomeOf(bytes)).toBe('read');
    expect(readdirSync(folder).sort()).toEqual(before.length === 0 ? ['weights.pth'] : before);
  });

  it('that torch.save did not write is refused', () => {
    expect(
      outcomeOf(Buffer.from(zipOf('', {}).toString('latin1').replaceAll('data.pkl', 'data.txt'), 'latin1')),
    ).toMatch(/no data\.pkl/);
    expect(outcomeOf(Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(50)]))).toMatch(
      /directory at the end .* is missing/,
    );
  });
});

const samples: readonly (readonly [string, Buffer])[] = [
  ['zip archive', zipWith({})],
  ['older file', legacyWith({})],
  ['safetensors file', writeSafetensors({ w: tensor([2, 3], Float32Array.from([1, 2, 3, 4, 5, 6])) })],
];

describe.each(samples)('a %s', (kind, whole) => {
  it('is read whole, and refused wherever it is cut off', () => {
    expect(outcomeOf(whole)).toBe('read');
    for (let length = 0; length < whole.length; length++) {
      expect(outcomeOf(whole.subarray(0, length)), `${length} bytes`).not.toBe('read');
    }
  });

  it('is read or refused, never more, whatever bytes are changed', () => {
    const rng = rngOf('mutations', kind);
    let refused = 0;
    for (let round = 0; round < 600; round++) {
      const changed = Buffer.from(whole);
      for (let i = rng.int(4); i >= 0; i--) changed[rng.int(changed.length)] = rng.int(256);
      if (outcomeOf(changed) !== 'read') refused++;
    }
    expect(refused).toBeGreaterThan(200);
  });
});

describe('a pickle in an archive that is whole', () => {
  it('is read or refused, never more, whatever bytes of it are changed', () => {
    const state = dictionary({
      state_dict: dictionary({
        a: pickledTensor(plain),
        b: pickledTensor({ ...plain, offset: 3, sizes: [3], strides: [1] }),
      }),
      epoch: int(3),
      options: joined(call(named('argparse', 'Namespace')), dictionary({ lr: int(1) }), 'b'),
    });
    const whole = pickleOf(state);
    const rng = rngOf('mutations', 'pickle');
    let refused = 0;
    for (let round = 0; round < 600; round++) {
      const changed = Buffer.from(whole);
      for (let i = rng.int(3); i >= 0; i--) {
        // A byte of its own elsewhere is an operation more often than any byte.
        changed[rng.int(changed.length)] = rng.bool(0.5) ? rng.int(256) : (whole[rng.int(whole.length)] ?? 0);
      }
      if (outcomeOf(zipOf(changed, { 0: SIX })) !== 'read') refused++;
    }
    expect(outcomeOf(zipOf(whole, { 0: SIX }))).toBe('read');
    expect(refused).toBeGreaterThan(200);
  });
});

describe('what is no file of weights', () => {
  it('is refused: nothing, text, a picture, a folder, a name that is not there', () => {
    expect(outcomeOf(Buffer.alloc(0))).toMatch(/holds no weights: 0 bytes/);
    expect(outcomeOf(Buffer.from('<html>404 not found</html>'))).toMatch(/neither a file of PyTorch/);
    expect(outcomeOf(Buffer.from('89504e470d0a1a0a0000000d', 'hex'))).toMatch(/neither a file of PyTorch/);
    expect(outcomeOf(pickleOf(dictionary({ w: int(1) })))).toMatch(/none that torch\.save wrote/);
    expect(outcomeOf(zipWithValue(dictionary({ lr: int(1) })))).toMatch(/holds no weights by name/);
    expect(() => readWeights(folder)).toThrow(/is not a file|cannot be read/);
    expect(() => readWeights(join(folder, 'none.pth'))).toThrow(/none\.pth: cannot be read/);
  });
});
