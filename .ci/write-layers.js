/**
 * Writes the layering table of layers.json into CONTRIBUTING.md, between two comments; with `--check`, only says
 * whether it is there already.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

const page = new URL('../CONTRIBUTING.md', import.meta.url);
const [BEGIN, END] = ['<!-- layers -->', '<!-- /layers -->'];
const { folders, packages, manyFiles } = JSON.parse(
  readFileSync(new URL('layers.json', import.meta.url), 'utf8'),
);

const short = (path) => `\`${path.replace(/^src\//, '')}\``;
const rows = Object.entries(folders).map(
  ([folder, { holds, mayImport }]) =>
    `| \`${folder}\` | ${holds} | ${mayImport.map(short).join(', ') || '–'} |`,
);
const homes = Object.entries(packages).map(([name, home]) => `\`${name}\` only in \`${home}\``);
const large = Object.entries(manyFiles).map(([folder, why]) => `\`${folder}\` has many files: ${why}.`);
const table = `| Folder | Holds | May import (paths in \`src\`) |
| --- | --- | --- |
${rows.join('\n')}

Some packages have one home: ${homes.join(', ')}.

${large.join('\n')}`;

const before = readFileSync(page, 'utf8');
const [begin, end] = [before.indexOf(BEGIN), before.indexOf(END)];
if (begin < 0 || end < begin) throw new Error(`CONTRIBUTING.md lacks ${BEGIN} … ${END}`);
const config = { ...(await resolveConfig(page)), parser: 'markdown' };
const text = `${before.slice(0, begin)}${BEGIN}\n\n${table}\n\n${before.slice(end)}`;
const after = await format(text, config);
if (!process.argv.includes('--check')) writeFileSync(page, after);
else if (after !== before) {
  console.error('layers: CONTRIBUTING.md is not up to date with .ci/layers.json: npm run layers:write');
  process.exit(1);
}
