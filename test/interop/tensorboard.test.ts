import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeFolder } from '../../src/export/write-folder.js';
import { curvesOf, evaluationsAfter, evaluationsOfBest } from '../../src/interop/evaluations.js';
import { evaluationPath, SCORES_PATH } from '../../src/interop/tensorboard/files.js';
import { LiveEventFiles, requireFolderOf, tensorboardFiles } from '../../src/interop/tensorboard/folder.js';
import { crc32c, record } from '../../src/interop/tensorboard/records.js';
import { bestCandidates, listCandidates } from '../../src/store/index.js';
import { pythonWith } from '../support/python.js';
import { readEvents } from './event-reader.js';
import { ownFolder, searchedIn, type Searched } from './searched.js';

const folder = ownFolder();
let searched: Searched;
beforeAll(async () => {
  searched = await searchedIn(folder);
});

/** Paths of the files below a folder, sorted, with their contents. */
function contents(root: string): Record<string, Buffer> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const paths = files.map((one) => join(one.parentPath, one.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(root.length + 1), readFileSync(path)]));
}

const events = (files: Record<string, string | Uint8Array>, path: string) =>
  readEvents(Buffer.from(files[path] as Uint8Array));

describe('a record', () => {
  it('has the checksum of the published test vectors', () => {
    // RFC 3720, appendix B.4.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });

  it('is refused by the reader of these tests where a bit is wrong', () => {
    const bytes = Buffer.from(record(new Uint8Array(9)));
    bytes.writeUInt8(1, 14);
    expect(() => readEvents(bytes)).toThrow('checksum');
  });
});

describe('event files of a search', () => {
  it('hold the curves of the best candidates as in the database, to 32-bit floats', () => {
    const { store, row } = searched;
    const files = tensorboardFiles(store, row, 3);
    const evaluations = evaluationsOfBest(store, row, 3);
    expect(new Set(evaluations.map(({ number }) => number))).toEqual(
      new Set(bestCandidates(store, row.id, 3).map(({ number }) => number)),
    );
    expect(evaluations).toHaveLength(4);
    for (const evaluation of evaluations) {
      const read = events(files, evaluationPath(evaluation));
      expect(read[0]?.version).toBe('brain.Event:2');
      const curves = curvesOf(store, evaluation.id);
      expect(curves.length).toBeGreaterThan(0);
      for (const { name, steps, values } of curves) {
        const points = read.filter(({ tag }) => tag === `curves/${name}`);
        expect(points.map(({ step }) => step)).toEqual(steps);
        expect(points.map(({ scalar }) => scalar)).toEqual(values.map(Math.fround));
      }
      const score = read.find(({ tag }) => tag === 'final/score');
      expect(score?.scalar).toBe(Math.fround(evaluation.score ?? NaN));
      expect(score?.step).toBe(evaluation.steps);
      const genome = read.find(({ tag }) => tag === 'genome')?.text ?? '';
      expect(JSON.parse(genome)).toEqual(JSON.parse(evaluation.genome));
    }
    const probed = evaluations.flatMap((one) => events(files, evaluationPath(one)));
    expect(probed.filter(({ tag }) => tag === 'probes/ridge').map(({ scalar }) => scalar)).toEqual([
      Math.fround(0.7),
    ]);
  });

  it('hold the score of every candidate that has one, in the order of numbers, and the highest so far', () => {
    const { store, row } = searched;
    const read = events(tensorboardFiles(store, row, 1), SCORES_PATH);
    const scored = listCandidates(store, row.id).filter(({ score }) => score !== null);
    const scores = read.filter(({ tag }) => tag === 'search/score');
    expect(scores.map(({ step }) => step)).toEqual(scored.map(({ number }) => number));
    expect(scores.map(({ scalar }) => scalar)).toEqual(scored.map(({ score }) => Math.fround(score ?? NaN)));
    const highest = Math.max(...scored.map(({ score }) => score ?? -Infinity));
    expect(read.filter(({ tag }) => tag === 'search/highest score').at(-1)?.scalar).toBe(
      Math.fround(highest),
    );
  });
});

describe('event files that follow a search', () => {
  /** What the search did until evaluation `last` and candidate `end`. */
  const until = ({ store, row }: Searched, last: number, end: number): Searched['store'] => ({
    ...store,
    statement: (sql) => {
      const statement = store.statement(sql);
      const all = (...args: unknown[]): unknown[] => {
        const rows = statement.all(...args);
        if (sql.includes('evaluations.id > ?'))
          return rows.filter((one) => (one as { id: number }).id <= last);
        if (sql.includes('number >= ?'))
          return rows.filter((one) => (one as { number: number }).number < end);
        return rows;
      };
      return Object.assign(Object.create(statement) as typeof statement, {
        all: all,
      });
    },
    close: () => void row,
  });

  it('are the same, killed and resumed at any moment, as those of a search that was not', () => {
    const { store, row } = searched;
    const whole = join(folder, 'whole');
    new LiveEventFiles(store, row, whole).update();
    const expected = contents(whole);
    expect(Object.keys(expected).length).toBe(evaluationsAfter(store, row.id, 0).length + 2);

    const killed = join(folder, 'killed');
    const first = new LiveEventFiles(until(searched, 10, 8), row, killed);
    first.update();
    // It dies after it has written a part of a record, and a part of another file under another name.
    appendFileSync(join(killed, SCORES_PATH), Buffer.from([1, 2, 3]));
    const second = new LiveEventFiles(until(searched, 30, 25), row, killed);
    second.update();
    const before = contents(killed)[SCORES_PATH] ?? Buffer.alloc(0);
    expect((expected[SCORES_PATH] ?? before).subarray(0, before.length)).toEqual(before);
    new LiveEventFiles(store, row, killed).update();
    expect(contents(killed)).toEqual(expected);
    // A run that goes on in the same process gives them, too.
    const steady = join(folder, 'steady');
    let reach = 0;
    const live = new LiveEventFiles(
      { ...store, statement: (sql) => until(searched, reach, reach).statement(sql) },
      row,
      steady,
    );
    for (; reach < 200; reach += 7) live.update();
    expect(contents(steady)).toEqual(expected);
  });

  it('make up for what could not be written', () => {
    const { store, row } = searched;
    const blocked = join(folder, 'blocked');
    const live = new LiveEventFiles(until(searched, 5, 5), row, blocked);
    live.update();
    const next = new LiveEventFiles(store, row, blocked);
    mkdirSync(blocked, { recursive: true });
    rmSync(join(blocked, 'scores'), { recursive: true });
    writeFileSync(join(blocked, 'scores'), '');
    expect(() => next.update()).toThrow();
    rmSync(join(blocked, 'scores'));
    next.update();
    expect(contents(blocked)).toEqual(contents(join(folder, 'whole')));
  });

  it('are not mixed with those of another search, nor with anything else', () => {
    const { store, row } = searched;
    const mine = join(folder, 'mine');
    new LiveEventFiles(store, row, mine).update();
    expect(() => requireFolderOf(row, mine)).not.toThrow();
    expect(() => requireFolderOf({ ...row, seed: 8 }, mine)).toThrow('another search');
    expect(() => requireFolderOf(undefined, mine)).toThrow('another search');
    truncateSync(join(mine, 'voxolve-search.json'), 3);
    expect(() => requireFolderOf(row, mine)).toThrow('another search');
    rmSync(join(mine, 'voxolve-search.json'));
    expect(() => requireFolderOf(row, mine)).toThrow('not empty');
  });
});

const READER = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
read = {}
for path in sys.argv[1:]:
    events = EventAccumulator(path, size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    tags = events.Tags()
    read[path] = {
        "scalars": {tag: [[one.step, one.value] for one in events.Scalars(tag)] for tag in tags["scalars"]},
        "texts": {tag: events.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in tags["tensors"]},
    }
print(json.dumps(read))
`;

const reader = pythonWith('tensorboard');

describe.skipIf(reader === undefined)("TensorBoard's own reader (needs TensorBoard)", () => {
  it('reads the values of the database', { timeout: 60_000 }, async () => {
    const { store, row } = searched;
    const output = join(folder, 'exported');
    await writeFolder(output, tensorboardFiles(store, row, 2));
    const runs = evaluationsOfBest(store, row, 2).map((one) => join(output, evaluationPath(one), '..'));
    const scores = join(output, 'scores');
    const printed = execFileSync(reader as string, ['-c', READER, ...runs, scores], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    const read = JSON.parse(printed) as Record<
      string,
      { scalars: Record<string, [number, number][]>; texts: Record<string, string> }
    >;
    for (const [i, evaluation] of evaluationsOfBest(store, row, 2).entries()) {
      const run = read[runs[i] ?? ''];
      const curves = Object.fromEntries(
        curvesOf(store, evaluation.id).map(({ name, steps, values }) => [
          `curves/${name}`,
          steps.map((step, k) => [step, Math.fround(values[k] ?? NaN)]),
        ]),
      );
      expect(run?.scalars).toMatchObject(curves);
      expect(run?.scalars['final/score']).toEqual([[evaluation.steps, Math.fround(evaluation.score ?? NaN)]]);
      expect(JSON.parse(run?.texts['genome'] ?? '')).toEqual(JSON.parse(evaluation.genome));
    }
    const scored = listCandidates(store, row.id).filter(({ score }) => score !== null);
    expect(read[scores]?.scalars['search/score']).toEqual(
      scored.map(({ number, score }) => [number, Math.fround(score ?? NaN)]),
    );
  });
});
