/**
 * `npm run check:gpu -- [--device cuda|cpu] [--budget SECONDS] [--only PART,…] [--json FILE]`: everything that is claimed of a
 * GPU, in one command for a machine with an NVIDIA GPU and PyTorch. See docs/gpu-check.md.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, UserError } from '../../src/core/errors.js';
import { secondsFor } from './budget.js';
import { optionsOf, type Options } from './options.js';
import { needOf, parts } from './parts.js';
import { failed, jsonText, reportText, verdict } from './report.js';
import { runPart, type PartResult } from './run-part.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(words: readonly string[]): Promise<void> {
  const options = optionsOf(words);
  const { budget } = options;
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-check-'));
  // Nothing that this machine remembers is used, and nothing is left on it.
  process.env['VOXOLVE_CACHE'] = join(folder, 'cache');
  const begun = performance.now();
  try {
    const results = await runAll(options, folder, begun);
    const seconds = (performance.now() - begun) / 1000;
    say(`\n${reportText(results)}\n\n${verdict(results)}; ${seconds.toFixed(0)} of ${budget} s`);
    if (failed(results)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The chosen parts, one after another; doctor comes first in any case, since it says which others can run. */
async function runAll(
  { device, budget, only, json }: Options,
  folder: string,
  begun: number,
): Promise<readonly PartResult[]> {
  const chosen = parts.filter(({ name }) => name === 'doctor' || (only?.includes(name) ?? true));
  const weights = chosen.map(({ weight }) => weight);
  const results: PartResult[] = [];
  for (const [i, part] of chosen.entries()) {
    const { name } = part;
    const because = missing(results[0], needOf(part, device));
    const own = join(folder, name);
    mkdirSync(own);
    const seconds = secondsFor(i, weights, budget - (performance.now() - begun) / 1000);
    const result: PartResult =
      because === undefined
        ? await runPart(name, { device, seconds, folder: own }, (text) => void process.stderr.write(text))
        : { name, status: 'skipped', seconds: 0, says: because };
    results.push(result);
    // After each part: whatever ends the check, what was measured stays.
    if (json !== undefined) writeFileSync(json, jsonText({ device, budget }, results));
    say(`${name}: ${result.status} in ${result.seconds.toFixed(0)} s; ${result.says}`);
  }
  return results;
}

/** Reason why the engine and device that a part needs are not there; undefined where they are, or none is needed. */
function missing(doctor: PartResult | undefined, need: string | undefined): string | undefined {
  if (need === undefined) return undefined;
  const devices = (doctor?.figures?.['devices'] ?? []) as unknown as readonly {
    readonly engine: string;
    readonly device: string;
    readonly usable: boolean;
    readonly reason: string;
  }[];
  const report = devices.find(({ engine, device }) => `${engine}/${device}` === need);
  if (report?.usable === true) return undefined;
  return `${need}: ${report?.reason ?? 'doctor says nothing of it'}`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`check:gpu: ${messageOf(error)}\n`);
  if (!(error instanceof UserError)) console.error(error);
  process.exitCode = 1;
});
