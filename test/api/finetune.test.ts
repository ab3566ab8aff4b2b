/**
 * Fine-tuning on a table alone, as a program calls it: what it writes, and what it refuses.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { finetune, type FinetuneOptions } from '../../src/api/finetune.js';
import { UserError } from '../../src/core/errors.js';
import { readPredictions } from '../../src/downstream/predictions/read.js';
import { writeCohort } from '../support/outcomes.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);
const outcomes = fileURLToPath(new URL('../../../shared/data/outcomes/', import.meta.url));

function write(name: string, content: string | object): string {
  const path = at(name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function cohort(name: string, rows: number, split?: (row: number) => string): string {
  return writeCohort(folder, name, rows, split);
}

/** What fine-tuning is asked for, on covariates alone. */
type Asked = Partial<FinetuneOptions>;

const run = (task: string, manifest: string, output: string, more: Asked = {}) =>
  finetune({ task, encoder: 'none', manifest, output, workers: 1, ...more });

async function complaint(asked: Promise<unknown>): Promise<string> {
  const thrown: unknown = await asked.then(
    () => null,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(UserError);
  const { message } = thrown as UserError;
  expect(message).not.toContain('\n');
  return message;
}
const report = (output: string): Report =>
  JSON.parse(readFileSync(join(output, 'report.json'), 'utf8')) as Report;

interface Report {
  readonly headline: string;
  readonly metrics: Readonly<
    Record<string, { readonly value: number; readonly ci95: readonly number[]; readonly n: number }>
  >;
  readonly splits: Readonly<Record<string, { readonly n: number }>>;
  readonly coefficients: Readonly<Record<string, number>>;
  readonly log_likelihood: number;
  readonly leak: {
    readonly source: string;
    readonly attributes: Readonly<Record<string, { readonly auroc: { readonly ci95: readonly number[] } }>>;
  };
}

describe('fine-tuning on covariates alone', { timeout: 120_000 }, () => {
  const reference = join(outcomes, 'reference', 'cox.json');
  const absent = !existsSync(reference);
  it.skipIf(absent).each(['efron', 'breslow'] as const)(
    'finds the coefficients that R, lifelines and scikit-survival find for rossi, ties by %s (needs ../shared/data/outcomes)',
    async (ties) => {
      const [header = '', ...rows] = readFileSync(join(outcomes, 'survival', 'rossi.csv'), 'utf8')
        .trim()
        .split('\n');
      const columns = header
        .split(',')
        .map((name) => ({ week: 'time', arrest: 'event' })[name] ?? `x_${name}`);
      const manifest = write('rossi.csv', `${columns.join(',')}\n${rows.join('\n')}\n`);
      const task = write(`${ties}.json`, { head: 'cox', ties });
      const output = at(`rossi-${ties}`);
      await run(task, manifest, output, { folds: 2 });
      const all = JSON.parse(readFileSync(reference, 'utf8')) as {
        rossi: { columns: string[] } & Record<typeof ties, { coef: number[]; loglik: number }>;
      };
      const { coefficients, log_likelihood: likelihood } = report(output);
      expect(Object.keys(coefficients)).toEqual(all.rossi.columns.map((name) => `x_${name}`));
      Object.values(coefficients).forEach((found, i) =>
        expect(Math.abs(found - (all.rossi[ties].coef[i] ?? NaN))).toBeLessThan(1e-4),
      );
      expect(Math.abs(likelihood - all.rossi[ties].loglik)).toBeLessThan(1e-3);
    },
  );

  it('answers for each row once, by a model that has not seen its patient, and names the fold', async () => {
    const manifest = cohort('folds.csv', 60);
    const output = at('folds');
    await run(write('classes.json', { head: 'classes' }), manifest, output, { folds: 3 });
    const { rows, outcome, groups } = readPredictions(join(output, 'predictions.csv'));
    expect(rows.map(({ patient }) => patient)).toEqual(Array.from({ length: 60 }, (_, row) => `p${row}`));
    for (const fold of [1, 2, 3]) expect(rows.filter((row) => row.fold === fold)).toHaveLength(20);
    expect(outcome).toMatchObject({ kind: 'classes', names: ['ill', 'well'] });
    expect(new Set(groups['sex'])).toEqual(new Set(['f', 'm']));
    const { headline, metrics, splits, leak } = report(output);
    expect(headline).toBe('train');
    expect(splits['train']?.n).toBe(60);
    // A difference of one deviation between the classes: 0.76 in the limit.
    expect(metrics['auroc']?.value).toBeGreaterThan(0.6);
    expect(metrics['auroc']?.ci95[0]).toBeLessThan(metrics['auroc']?.value ?? 0);
    // The leak meter finds no sex in an age and noise that do not depend on it.
    expect(leak.source).toBe('covariates');
    const [low = 1, high = 0] = leak.attributes['sex']?.auroc.ci95 ?? [];
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.3);
  });

  it('keeps test rows for the end, and reports on them', async () => {
    const manifest = cohort('test.csv', 60, (row) => (row < 40 ? '' : 'test'));
    const output = at('test');
    await run(write('test.json', { head: 'classes' }), manifest, output, { folds: 2 });
    const { rows } = readPredictions(join(output, 'predictions.csv'));
    expect(rows.filter(({ split, fold }) => split === 'test' && fold === null)).toHaveLength(20);
    const { headline, metrics } = report(output);
    expect(headline).toBe('test');
    expect(metrics['auroc']?.n).toBe(20);
  });

  it('takes the validation rows of a manifest for early stopping, and no folds', async () => {
    const manifest = cohort('validation.csv', 60, (row) => (row < 40 ? 'train' : 'validation'));
    const output = at('validation');
    await run(write('validation.json', { head: 'classes' }), manifest, output);
    expect(readdirSync(join(output, 'fits'))).toEqual(['final']);
    expect(Object.keys(report(output).splits)).toEqual(['train', 'validation']);
  });

  it('refuses in a line a folder that was made from something else', async () => {
    const manifest = cohort('same.csv', 30);
    const [task, other] = [
      write('same.json', { head: 'classes' }),
      write('other.json', { head: 'classes', seed: 1 }),
    ];
    const output = at('same');
    await run(task, manifest, output, { folds: 2 });
    const refusals: readonly (readonly [() => Promise<unknown>, string])[] = [
      [() => run(other, manifest, output, { folds: 2 }), 'was made from another task'],
      [() => run(task, cohort('changed.csv', 32), output, { folds: 2 }), 'was made from another manifest'],
      [() => run(task, manifest, output, { folds: 3 }), 'was made from another number of folds'],
      [() => run(task, manifest, folder), 'holds other things than a fine-tuning'],
    ];
    for (const [asked, expected] of refusals) expect(await complaint(asked())).toContain(expected);
  });

  it('refuses in a line what it cannot begin with', async () => {
    const manifest = cohort('bad.csv', 30);
    const task = write('bad.json', { head: 'classes' });
    const refusals: readonly (readonly [() => Promise<unknown>, string])[] = [
      [() => run(at('absent.json'), manifest, at('x')), 'the task file does not exist'],
      [() => run(write('broken.json', '{'), manifest, at('x')), 'is not JSON'],
      [() => run(write('head.json', { head: 'clases' }), manifest, at('x')), 'did you mean "classes"'],
      [
        () => run(write('option.json', { head: 'classes', hiden: 3 }), manifest, at('x')),
        'unknown key "hiden"',
      ],
      [() => run(task, manifest, at('x'), { folds: 1 }), '"folds" is 1'],
      [() => run(task, manifest, at('x'), { workers: 0 }), '"workers" is 0'],
      [() => run(task, manifest, at('x'), { labels: [10, NaN] }), '"labels.1" is null'],
      [
        () => run(task, write('none.csv', 'patient,label\na,x\nb,y\nc,x\nd,y\n'), at('x')),
        'has no covariates',
      ],
      [() => run(task, manifest, at('x'), { encoder: 'r3d-18' }), '--scans: is missing'],
    ];
    for (const [asked, expected] of refusals) expect(await complaint(asked())).toContain(expected);
    expect(existsSync(at('x'))).toBe(false);
  });
});
