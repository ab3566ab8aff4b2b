/**
 * Fine-tuning killed with its process group, several times in each kind of work, and gone on with by the same command: the
 * folder ends as that of an undisturbed run with one worker, to the last byte of its last file.
 *
 * Moments are drawn by seeds and tied to what was seen: features under way, steps in checkpoints, finished fits, or a write
 * that ends in the middle. `npm run sweep:kills` draws many more.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { succeed } from '../support/cli.js';
import { killAtWrite, killOnceSeen, listWrites, type WriteOperation } from '../support/kill-at-write.js';
import { writeEncoder, writeScans } from '../support/outcomes.js';
import { fitsDone, hashesOf, stepsSaved } from '../support/run-files.js';
import { temporaryFolder } from '../support/tiny.js';

const KILLS = 2;
/** Kills at writes that are drawn from a whole run, in a sweep. */
const SWEPT = Number(process.env['VOXOLVE_KILL_MOMENTS'] ?? 0);

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const at = (...names: string[]): string => join(folder, ...names);
const encoder = writeEncoder(at('encoder'));
const scans = at('scans');
const manifest = writeScans(scans, 24, (row) => (row < 20 ? '' : 'test'));

const command = (name: string, task: object, output: string, ...more: string[]): string[] => {
  writeFileSync(at(`${name}.json`), JSON.stringify({ head: 'classes', ...task }));
  const read = ['--encoder', encoder, '--scans', scans, '--manifest', manifest, '-o', output];
  const place = ['--engine', 'onnx', '--device', 'cpu'];
  return ['finetune', at(`${name}.json`), ...read, ...place, '--folds', '2', ...more];
};

const one = ['--workers', '1'];
const two = ['--workers', '2'];

/** Expects a run to end like the reference, whatever was done to it. */
async function expectSameEnd(args: readonly string[], output: string, reference: string): Promise<void> {
  await succeed(args, env);
  expect(hashesOf(output)).toEqual(hashesOf(reference));
}

describe('on frozen features, with label-efficiency curves', { timeout: 300_000 }, () => {
  const labels = ['--labels', '8,all', '--repeats', '1'];
  const task = { input: { size: [8, 8, 8], reading: 'tile', tiles: 8 }, training: { steps: 20, batch: 4 } };
  const frozen = (output: string): string[] => command('frozen', task, output, ...labels);
  const [reference, output] = [at('frozen-reference'), at('frozen')];
  const args = [...frozen(output), ...two];
  let operations: readonly WriteOperation[] = [];
  beforeAll(async () => {
    operations = await listWrites([...frozen(reference), ...one], env, at('writes'));
  }, 120_000);

  it('a run that was killed amid features, fits of curves, and the writing of its model and report ends the same', async () => {
    const rng = rngOf('kills', 'frozen');
    for (const path of ['run.json', 'pretrained.safetensors'])
      await killAtWrite(args, env, { operation: 'write', path, nth: 1, share: rng.float() });
    const encoding = (stderr: string): boolean => stderr.includes('features of pretrained: 0/24');
    await killOnceSeen(args, env, { seen: encoding, delay: rng.int(10) });
    expect(fitsDone(output)).toBe(0);
    // The run's own fits are three; those of curves follow.
    const all = operations.filter(
      ({ operation, path }) => operation === 'rename' && path.endsWith('fit.json'),
    );
    const most = Math.floor((all.length - 4) / KILLS);
    for (let kill = 0; kill < KILLS; kill++) {
      const wanted = 4 + kill * most + rng.int(most);
      const seen = (): boolean => fitsDone(output) >= wanted;
      await killOnceSeen(args, env, { seen, delay: rng.int(10) });
      expect(existsSync(join(output, 'curves.json'))).toBe(false);
    }
    // The model is written in another folder, which then takes its name; the report comes last.
    const written = operations.filter(({ path }) => path.includes('.model.unfinished'));
    const drawn = written[rng.int(written.length)]?.path.split('.model.unfinished')[1] ?? '';
    await killAtWrite(args, env, { operation: 'write', path: drawn, nth: 1, share: rng.float() });
    await killAtWrite(args, env, { operation: 'rename', path: join(output, 'model'), nth: 1, share: 0 });
    expect(existsSync(join(output, 'model'))).toBe(false);
    await killAtWrite(args, env, { operation: 'write', path: 'report.json', nth: 1, share: rng.float() });
    expect(existsSync(join(output, 'report.json'))).toBe(false);
    await expectSameEnd(args, output, reference);
  });

  it.runIf(SWEPT > 0)('a run that was killed at writes drawn from all of them ends the same', async () => {
    const rng = rngOf('kills', 'swept');
    for (let kill = 0; kill < SWEPT; kill++) {
      const swept = at(`swept-${kill % 10}`);
      const drawn = operations[rng.int(operations.length)];
      const path = drawn?.path.split('/').slice(-2).join('/').replace('frozen-reference', '') ?? '';
      const where = { operation: drawn?.operation ?? 'write', path, nth: 1, share: rng.float() };
      // What is done already is not written again.
      const ended = await killAtWrite([...frozen(swept), ...two], env, where).catch(String);
      if (typeof ended === 'string') expect(ended).toContain('ended with 0');
    }
    for (let kill = 0; kill < Math.min(10, SWEPT); kill++)
      await expectSameEnd([...frozen(at(`swept-${kill}`)), ...two], at(`swept-${kill}`), reference);
  });
});

// Layer by layer, training differs in the rates alone.
describe.each(SWEPT > 0 ? (['full', 'layerwise'] as const) : (['full'] as const))(
  'while the encoder is trained: %s',
  { timeout: 300_000 },
  (train) => {
    const task = { encoder: { train }, training: { steps: 60, batch: 4, evaluateEvery: 10 } };
    const more = ['--checkpoint-every', '3'];

    it('a run that was killed between checkpoints of its fits ends the same', async () => {
      const [reference, output] = [at(`${train}-reference`), at(train)];
      await succeed([...command(train, task, reference, ...more), ...one], env);
      const args = [...command(train, task, output, ...more), ...two];
      const rng = rngOf('kills', train);
      for (let kill = 0; kill < KILLS; kill++) {
        const wanted = stepsSaved(output) + 3 + rng.int(24);
        const seen = (): boolean => stepsSaved(output) >= wanted;
        await killOnceSeen(args, env, { seen, delay: rng.int(10) });
        expect(fitsDone(output)).toBeLessThan(3);
      }
      await expectSameEnd(args, output, reference);
      const { splits } = JSON.parse(readFileSync(join(output, 'report.json'), 'utf8')) as { splits: object };
      expect(Object.keys(splits)).toEqual(['train', 'test']);
    });
  },
);
