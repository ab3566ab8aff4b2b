/**
 * `npm run bench:strategies -- --table FILE --score COLUMN --strategy NAME,NAME --evaluations N --seeds K`:
 * search strategies on published results. See docs/strategies.md.
 */
import { writeFileSync } from 'node:fs';
import { messageOf, UserError } from '../../src/core/errors.js';
import { parseArguments } from './arguments.js';
import { compareStrategies, type Comparison } from './compare.js';

function main(words: readonly string[]): void {
  const args = parseArguments(words);
  const results = compareStrategies(args);
  for (const result of results) process.stdout.write(`${lineOf(result, args.seeds)}\n`);
  if (args.json !== undefined) {
    const { table, score, evaluations, seeds } = args;
    const content = { table, score, evaluations: Number.isFinite(evaluations) ? evaluations : null, seeds };
    writeFileSync(args.json, `${JSON.stringify({ ...content, strategies: results }, null, 2)}\n`);
  }
}

function lineOf(
  { strategy, metric, mean, std, report, evaluations, cost }: Comparison,
  seeds: number,
): string {
  const digits = metric === 'hypervolume' ? 4 : 3;
  const reported =
    report === undefined ? '' : `  ${report.column} ${report.mean.toFixed(3)} ± ${report.std.toFixed(3)}`;
  return (
    `${strategy.padEnd(28)}  ${metric} ${mean.toFixed(digits)} ± ${std.toFixed(digits)}${reported}  ` +
    `(${seeds} seeds, ${evaluations.toFixed(1)} evaluations, cost ${cost.toFixed(0)})`
  );
}

try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench:strategies: ${messageOf(error)}\n`);
  if (!(error instanceof UserError)) throw error;
  process.exitCode = 1;
}
