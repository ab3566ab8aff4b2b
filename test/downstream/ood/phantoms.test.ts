/**
 * Uncertainty on scans that have nothing of what was learned from: an evidential head on phantoms.
 */
import { describe, expect, it } from 'vitest';
import { areaOf, faintPhantoms, place, rowsOf } from '../../../bench/foreign/faint-phantoms.js';
import { present } from '../../../src/core/errors.js';
import { rngOf } from '../../../src/core/random.js';
import { heads } from '../../../src/downstream/heads/index.js';
import { knownFeatures, squaredDistance } from '../../../src/downstream/ood/distance.js';
import { scoresOf, type ForeignScores } from '../../../src/downstream/ood/ood-report.js';
import { featuresAt } from '../../../src/downstream/rows.js';
import { pickRows } from '../../../src/downstream/targets.js';
import { parseTask } from '../../../src/downstream/task-file.js';
import type { StartingEncoder } from '../../../src/downstream/training/fit.js';
import { fitModel } from '../../../src/downstream/training/fit-model.js';
import { predictWith } from '../../../src/downstream/training/predict.js';
import type { ModelRows } from '../../../src/downstream/training/rows.js';
import type { Architecture } from '../../../src/nn/architecture.js';
import { convNormAct, sequence } from '../../../src/nn/layers.js';
import { encoderParameters } from '../../../src/nn/parameters.js';
import { initialWeights } from '../../../src/pretrain/initialise.js';
import { alteredScans, type AlteredKind } from '../../../src/scans/altered/foreign-scans.js';
import { nullKinds } from '../../../src/scans/altered/null-scans.js';
import type { Volume } from '../../../src/scans/sampling/scan-set.js';

const architecture: Architecture = {
  name: 'stem and stage',
  inChannels: 1,
  features: 12,
  encoder: sequence({
    stem: convNormAct(1, 16, 'relu', { kernel: [3, 3, 3], stride: [1, 2, 2] }),
    stage: convNormAct(16, 12, 'relu', { kernel: [3, 3, 3], stride: [2, 2, 2] }),
  }),
};
const seeds = [...Array(10).keys()];

/** An encoder of random weights, which nobody taught what anatomy is; `early`: its first stage is read, too. */
const encoderOf = (seed: number, early: boolean): StartingEncoder => ({
  architecture,
  weights: initialWeights(encoderParameters(architecture), rngOf('encoder', seed)),
  early,
});

const someOf = (rows: ModelRows, from: number, to: number): ModelRows => {
  const picked = rows.patients.map((_, row) => row).slice(from, to);
  return {
    ...rows,
    features: featuresAt(present(rows.features, 'features'), picked),
    targets: pickRows(rows.targets, picked),
    patients: rows.patients.slice(from, to),
  };
};

const vectorsOf = ({ features }: ModelRows): Float64Array[] => {
  const { shape, data } = present(features, 'features');
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, i) =>
    Float64Array.from(data.subarray(i * columns, (i + 1) * columns)),
  );
};

const [TRAIN, TEST] = [faintPhantoms(0, 60), faintPhantoms(100, 30)];
const set = { volumes: TEST, channels: 1, balance: 'patients', fingerprint: '' } as const;
const altered: Readonly<Partial<Record<AlteredKind, readonly Volume[]>>> = Object.fromEntries(
  [...nullKinds, 'inverted' as const].map((kind) => [
    kind,
    alteredScans(set, kind, rngOf('altered')).volumes,
  ]),
);

type Auroc = (kind: string, score: string) => number;

interface Outcome {
  readonly aurocOf: Auroc;
  readonly uncertainty: readonly number[];
  /** Mean negative log likelihood of the true classes of new phantoms, and the share of rows told right. */
  readonly loss: number;
  readonly accuracy: number;
}

/** What a model that learned from phantoms tells of new ones, and how it tells these from altered ones. */
async function outcomeOf(seed: number, options: object, kinds: readonly AlteredKind[]): Promise<Outcome> {
  const task = parseTask({ head: 'evidential', training: { steps: 100 }, ...options }, 'a task');
  const head = present(heads['evidential'], 'head');
  const encoder = encoderOf(seed, head.readsEarly?.(head.options.parse(task.head.options)) === true);
  const volumes = [TRAIN, TEST, ...kinds.map((kind) => present(altered[kind], kind))];
  const all = await rowsOf(encoder, volumes.flat());
  let first = 0;
  const [train, test, ...others] = volumes.map(({ length }) =>
    someOf(all, (first += length) - length, first),
  );
  const model = await fitModel({ task, head, train: present(train, 'rows'), key: [seed, 'ood'], place });
  const known = knownFeatures(vectorsOf(present(train, 'rows')));
  const told = async (rows: ModelRows) => {
    const predictions = await predictWith(model, { task, head, place }, rows);
    const distance = vectorsOf(rows).map((row) => squaredDistance(row, known));
    const scores: ForeignScores = { ...scoresOf(predictions), distance };
    return { predictions, scores };
  };
  const inside = await told(present(test, 'rows'));
  const found: Record<string, ForeignScores> = {};
  for (const [i, kind] of kinds.entries()) found[kind] = (await told(present(others[i], kind))).scores;
  const own = TEST.map((_, i) => inside.predictions['probabilities']?.data[2 * i + (i % 2)] ?? NaN);
  return {
    aurocOf: (kind, score) => areaOf(found[kind]?.[score] ?? [], inside.scores[score] ?? []),
    uncertainty: inside.scores['uncertainty'] ?? [],
    loss: own.reduce((sum, p) => sum - Math.log(p), 0) / own.length,
    accuracy: own.filter((p) => p > 0.5).length / own.length,
  };
}

describe('an evidential head on phantoms', { timeout: 60_000 }, () => {
  it('is less certain of each kind of scan without anatomy than of new phantoms, and dead for no row, over ten seeds', async () => {
    const least: Record<string, number> = {};
    for (const seed of seeds) {
      const { aurocOf, uncertainty } = await outcomeOf(seed, {}, nullKinds);
      for (const kind of nullKinds) least[kind] = Math.min(least[kind] ?? 1, aurocOf(kind, 'uncertainty'));
      // A dead row would be as uncertain as can be of what it learned to tell.
      expect(
        uncertainty.filter((one) => one > 0.999),
        `seed ${seed}`,
      ).toEqual([]);
    }
    for (const kind of nullKinds) expect(least[kind], JSON.stringify(least)).toBeGreaterThanOrEqual(0.9);
  });

  it.each(['log', 'digamma'])('is so by the loss %s as well', async (loss) => {
    const { aurocOf } = await outcomeOf(0, { loss }, nullKinds);
    for (const kind of nullKinds) expect(aurocOf(kind, 'uncertainty'), kind).toBeGreaterThanOrEqual(0.9);
  });

  it('is more certain of noise where evidence does not fade with distance, whose features it tells nevertheless', async () => {
    const { aurocOf } = await outcomeOf(0, { distance: false }, ['noise', 'inverted']);
    expect(aurocOf('noise', 'uncertainty')).toBeLessThan(0.2);
    expect(aurocOf('noise', 'distance')).toBeGreaterThan(0.9);
    expect(aurocOf('inverted', 'distance')).toBeGreaterThan(0.9);
  });

  it('answers for new phantoms as well as without distances: the same classes, and probabilities no worse', async () => {
    const sums = { faded: 0, published: 0 };
    for (const seed of seeds.slice(0, 3)) {
      const [faded, published] = [
        await outcomeOf(seed, {}, []),
        await outcomeOf(seed, { distance: false }, []),
      ];
      expect(faded.accuracy).toBe(published.accuracy);
      sums.faded += faded.loss / 3;
      sums.published += published.loss / 3;
    }
    expect(sums.faded).toBeLessThan(sums.published + 0.05);
  });
});
