/**
 * What the models of a run chose from their rows, as its report tells it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finetune } from '../../src/api/finetune.js';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { writeCohort } from '../support/outcomes.js';
import { csvRows } from '../support/predicted.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);
const splitOf = (row: number): string => (row < 30 ? '' : 'test');

async function choicesOf(name: string, task: object, manifest: string) {
  const output = at(name);
  const { report } = await finetune({
    task: task as { head: string },
    encoder: 'none',
    manifest,
    output,
    folds: 2,
    workers: 1,
  });
  return { output, report: present(report, 'report'), choices: report?.choices };
}

const testRows = (output: string): string[] =>
  csvRows(join(output, 'predictions.csv')).flatMap(({ split, prediction = '' }) =>
    split === 'test' ? [prediction] : [],
  );

describe('the choices in a report', { timeout: 60_000 }, () => {
  it('are penalties of a linear head for a number, by fold and finally, with which a task gives the same model', async () => {
    const rng = rngOf('choices');
    const rows = Array.from({ length: 40 }, (_, row) => {
      const [a, b] = [rng.normal(), rng.normal()];
      return [`p${row}`, (2 * a + rng.normal()).toFixed(3), a.toFixed(3), b.toFixed(3), splitOf(row)].join(
        ',',
      );
    });
    const manifest = at('value.csv');
    writeFileSync(manifest, `patient,value,x_a,x_b,split\n${rows.join('\n')}\n`);
    const { output, choices } = await choicesOf('value', { head: 'value' }, manifest);
    expect(Object.keys(choices ?? {})).toEqual(['fold-1', 'fold-2', 'final']);
    for (const one of Object.values(choices ?? {})) expect(Object.keys(one)).toEqual(['penalty']);
    const penalty = present(choices?.['final']?.penalty, 'penalty');
    const given = await choicesOf('given', { head: 'value', training: { penalty } }, manifest);
    expect(given.choices).toBeUndefined();
    expect(testRows(given.output)).toEqual(testRows(output));
    const stronger = { head: 'value', training: { penalty: 2 * penalty } };
    expect(testRows((await choicesOf('stronger', stronger, manifest)).output)).not.toEqual(testRows(output));
    expect(readFileSync(join(output, 'report.md'), 'utf8')).toContain(
      `| final | ${penalty.toPrecision(3)} |`,
    );
  });

  it('are the step with the least loss of held-out rows, and the temperature', async () => {
    const manifest = writeCohort(folder, 'classes.csv', 40, splitOf);
    const training = { steps: 60, evaluateEvery: 10, learningRate: 0.3 };
    const { output, report, choices } = await choicesOf('classes', { head: 'classes', training }, manifest);
    expect(choices?.['final']?.temperature).toBe(report.temperature);
    for (const [name, { steps, best_step: best }] of Object.entries(choices ?? {})) {
      expect(steps).toBe(60);
      const { curves } = JSON.parse(readFileSync(join(output, 'fits', name, 'fit.json'), 'utf8')) as {
        curves: { name: string; steps: number[]; values: number[] }[];
      };
      const loss = present(
        curves.find((curve) => curve.name === 'heldOut/loss'),
        'a curve',
      );
      expect(best).toBe(loss.steps[loss.values.indexOf(Math.min(...loss.values))]);
    }
    const { best_step: best = 0 } = choices?.['final'] ?? {};
    expect(readFileSync(join(output, 'report.md'), 'utf8')).toContain(`| final | ${best} of 60 | `);
  });
});
