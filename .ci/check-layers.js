/**
 * Checks the layering table of layers.cjs. Fails when a rule is broken, and when nothing was cruised, since a
 * checker that reads no module passes everything.
 */
import { createRequire } from 'node:module';
import { cruise } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const config = createRequire(import.meta.url)('./layers.cjs');
const roots = ['src', 'search-spaces', 'proxy-tasks', 'bench'];

const { output } = await cruise(
  roots,
  { ...config.options, validate: true, ruleSet: config },
  config.options.enhancedResolveOptions,
  { tsConfig: extractTsConfig('tsconfig.json') },
);

const { totalCruised, violations } = output.summary;
const sources = output.modules.filter((module) =>
  /^(src|search-spaces|proxy-tasks|bench)\/.*\.ts$/.test(module.source),
);
for (const { rule, from, to } of violations) console.error(`layers: ${rule.name}: ${from} -> ${to}`);
if (sources.length < 20) {
  console.error(`layers: only ${sources.length} source modules were cruised; the check is not working`);
  process.exit(1);
}
if (violations.length > 0) process.exit(1);
console.log(`layers: ${sources.length} modules (${totalCruised} with dependencies), no violation`);
