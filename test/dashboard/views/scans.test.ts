/** The scans of a search as pictures, and what is said where they are gone. */
import { renameSync } from 'node:fs';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseCandidate, weightsOf } from '../../../src/api/candidate-weights.js';
import { bestOfAll } from '../../../src/api/reading/winner.js';
import { present } from '../../../src/core/errors.js';
import { answerSheet, predictionSheet, predictionsView } from '../../../src/dashboard/views/predictions.js';
import { openScans } from '../../../src/dashboard/views/scans/open-scans.js';
import { samplesOf } from '../../../src/dashboard/views/scans/samples.js';
import { batchPicture, scanPicture, scansView } from '../../../src/dashboard/views/scans.js';
import type { ScansView } from '../../../src/dashboard/views/types.js';
import { onnxEngine } from '../../../src/engines/onnx/index.js';
import { chooseExperiment } from '../../../src/store/index.js';
import { quickSearch, reading } from './quick-search.js';

type View<T> = (...args: Parameters<typeof scansView>) => Promise<T>;

describe('the scans of a search', () => {
  let database = '';
  const seen = <T>(view: View<T>): Promise<T> =>
    reading(database, (store) => view(store, chooseExperiment(store)));
  let view: ScansView;
  const folder = (): string => database.replace(/\.db$/, '.phantoms');

  beforeAll(async () => {
    database = await quickSearch({ candidates: 2, winners: { candidates: 0 }, trust: { share: 0 } });
    view = await seen(scansView);
  }, 120_000);

  it('are listed with their side of the split, by no other name than voxolve scans gives', () => {
    expect(view.problem).toBeNull();
    expect(view.scans).toHaveLength(4);
    expect(new Set(view.scans.map(({ split }) => split))).toEqual(new Set(['training', 'held out']));
    expect(view.scans.map(({ patient }) => patient).sort()).toEqual([1, 2, 3, 4].map((n) => `patient ${n}`));
    for (const [index, scan] of view.scans.entries()) {
      expect(scan.index).toBe(index);
      expect(scan.shape[0]).toBe(1);
      expect(scan.name).not.toContain('/tmp');
    }
  });

  it('are drawn as PNG of three slices, each scan another', async () => {
    const pictures = await Promise.all(
      view.scans.map(({ index }) => seen((s, r) => scanPicture(s, r, index))),
    );
    for (const picture of pictures) {
      const { width, height, data, channels } = decode(picture);
      expect([width, height, channels]).toEqual([484, 160, 1]);
      expect(new Set(data).size).toBeGreaterThan(20);
    }
    expect(new Set(pictures.map((one) => Buffer.from(one).toString('base64'))).size).toBe(4);
  });

  it('give samples of the task, drawn alike at every call, with their answers in words', async () => {
    expect(view.batches).toHaveLength(2);
    expect(view.batches[0]?.caption).toMatch(/^jigsaw3d: 8 inputs of 6×6×6 voxels/);
    for (const { answer, index } of view.batches) {
      expect(answer).toMatch(/^class \d of 8: the pieces come from places (\d, ){7}\d$/);
      const once = await seen((s, r) => batchPicture(s, r, index));
      expect(Buffer.from(await seen((s, r) => batchPicture(s, r, index))).equals(once)).toBe(true);
      // Two layers of 2 × 2 pieces.
      expect(decode(once).width).toBe(2 * 160 + 10);
    }
  });

  it('are answered by the best candidate, as often rightly as its accuracy on the same batch says', async () => {
    const { candidate, problem, predictions } = await seen(predictionsView);
    expect([problem, predictions.map(({ index, asked }) => [index, asked])]).toEqual([
      null,
      [
        [0, 1],
        [1, 1],
      ],
    ]);
    const accuracy = await seen(async (store, row) => {
      expect(candidate).toBe(bestOfAll(store, row));
      const scans = await openScans(store, row);
      const chosen = chooseCandidate(store, row, String(candidate), 'candidate');
      const session = await onnxEngine.open(
        scans.resolved.program(scans.resolved.architecture(chosen.genome)),
        { device: 'cpu', threads: 1 },
      );
      session.load({ weights: weightsOf(store, row, chosen) });
      const { accuracy } = await session.evaluate(present(samplesOf(scans), 'samples').batch);
      await session.dispose();
      return accuracy?.data[0];
    });
    const right = predictions.reduce((sum, one) => sum + (one.right ?? 0), 0);
    expect(right / predictions.length).toBeCloseTo(accuracy ?? NaN, 6);
    for (const [index, prediction] of predictions.entries()) {
      expect(prediction.text).toMatch(/^class \d of 8: .*\(probability \d+\.\d\u00a0%\)$/);
      const [answer, predicted] = await Promise.all([
        seen((s, r) => answerSheet(s, r, index)),
        seen((s, r) => predictionSheet(s, r, index)),
      ]);
      expect(Buffer.from(answer).equals(predicted), `sample ${index}`).toBe(prediction.right === 1);
    }
  });

  it('have no answers where the weights are gone, and it is said how to get them back', async () => {
    const weights = `${database}.artifacts`;
    renameSync(weights, `${weights}.moved`);
    // Another experiment's name stands for a database that was opened afresh: what was answered is kept.
    const view = await seen((store, row) => predictionsView(store, { ...row, createdAt: 'another day' }));
    renameSync(`${weights}.moved`, weights);
    expect(view.predictions).toEqual([]);
    expect(view.problem).toMatch(/^[^\n]*the weights file is missing[^\n]*restore the folder[^\n]*$/);
  });

  it('refuse pictures of what is not there in one line', async () => {
    for (const index of [-1, 4, 0.5, Infinity, NaN]) {
      await expect(seen((s, r) => scanPicture(s, r, index))).rejects.toThrow(/there is none/);
      await expect(seen((s, r) => batchPicture(s, r, index))).rejects.toThrow(/there is none/);
    }
  });

  it('are said to be gone where they were moved, and found again', async () => {
    renameSync(folder(), `${folder()}.moved`);
    const gone = await seen(scansView);
    expect(gone.problem).toMatch(/^[^\n]*the scans of the search are not there[^\n]*$/);
    expect(gone.scans).toEqual([]);
    await expect(seen((s, r) => scanPicture(s, r, 0))).rejects.toThrow(/are not there/);
    renameSync(`${folder()}.moved`, folder());
    expect((await seen(scansView)).problem).toBeNull();
  });
});
