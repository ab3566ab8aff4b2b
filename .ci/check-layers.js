/**
 * Checks the layering table of layers.json. Fails too when hardly anything was read, since a checker that reads no
 * module passes everything.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importProblems, tableProblems } from './layer-rules.js';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const table = JSON.parse(readFileSync(new URL('layers.json', import.meta.url), 'utf8'));
const { problems, modules } = await importProblems(root, table);
const all = [...tableProblems(root, table), ...problems];
if (modules < 300) all.push(`only ${modules} modules were read: the check does not work`);

for (const problem of all) console.error(`layers: ${problem}`);
if (all.length > 0) process.exit(1);
console.log(`layers: ${modules} modules, no circle, nothing against the table`);
