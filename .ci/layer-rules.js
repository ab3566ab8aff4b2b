/**
 * The layering table of layers.json as a check: who imports what, no circles, no folder outside of the table.
 *
 * Circles count type-only imports too: whoever reads one file of such a circle has to read them all.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { cruise } from 'dependency-cruiser';

const ROOTS = ['src', 'search-spaces', 'proxy-tasks', 'bench'];
const MANY_FILES = 20;

/** A pattern for everything below a folder, or for one file. */
const below = (path) => (path.endsWith('.ts') ? `^${escaped(path)}$` : `^${escaped(path)}/`);
const escaped = (text) => text.replace(/[.]/g, '\\.');

/** dependency-cruiser's rules of a table. */
export function rulesOf({ folders, packages }) {
  const ours = `^(${[...ROOTS, 'test'].join('|')})/`;
  const forbidden = [
    { name: 'no circles', from: {}, to: { circular: true } },
    { name: 'no import of nothing', from: {}, to: { couldNotResolve: true } },
    ...Object.entries(folders).map(([folder, { mayImport }]) => ({
      name: `${folder} may not import this`,
      from: { path: below(folder) },
      to: { path: ours, pathNot: [folder, ...mayImport].map(below) },
    })),
    ...Object.entries(packages).map(([name, home]) => ({
      name: `${name} is only for ${home}`,
      from: { path: `^(${ROOTS.join('|')})/`, pathNot: below(home) },
      to: { path: `node_modules/${name.replace('*', '[^/]+')}/` },
    })),
  ];
  return { forbidden: forbidden.map((rule) => ({ ...rule, severity: 'error' })) };
}

/** The modules of the folder `root` that break a rule, as lines; and how many modules were read. */
export async function importProblems(root, table) {
  const { output } = await cruise(
    ROOTS.filter((folder) => existsSync(join(root, folder))),
    {
      baseDir: root,
      ruleSet: rulesOf(table),
      validate: true,
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
    },
    { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  );
  const problems = output.summary.violations.map(({ rule, from, to, cycle }) =>
    cycle === undefined
      ? `${rule.name}: ${from} -> ${to}`
      : `${rule.name}: ${[from, ...cycle.map(({ name }) => name)].join(' -> ')}`,
  );
  const modules = output.modules.filter(({ source }) =>
    ROOTS.some((folder) => source.startsWith(`${folder}/`)),
  );
  return { problems, modules: modules.length };
}

/** What the table itself lacks: folders of src, explanations of large folders, an order without a way back. */
export function tableProblems(root, table) {
  return [...missingFolders(root, table), ...largeFolders(root, table), ...wayBack(table)];
}

function missingFolders(root, { folders }) {
  const there = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith('.ts'))
    .map(({ name }) => `src/${name}`);
  const gone = Object.keys(folders).filter((folder) => !existsSync(join(root, folder)));
  return [
    ...there.filter((folder) => !(folder in folders)).map((folder) => `${folder} is not in the table`),
    ...gone.map((folder) => `${folder} is in the table, but does not exist`),
  ];
}

function largeFolders(root, { manyFiles }) {
  const counts = new Map();
  for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
    const folder = posix.relative(root, entry.parentPath);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const large = [...counts].filter(([, count]) => count > MANY_FILES);
  const explained = Object.keys(manyFiles);
  return [
    ...large
      .filter(([folder]) => !explained.includes(folder))
      .map(([folder, count]) => `${folder} has ${count} files: divide it, or say in "manyFiles" why not`),
    ...explained
      .filter((folder) => (counts.get(folder) ?? 0) <= MANY_FILES)
      .map((folder) => `"manyFiles" explains ${folder}, which has few`),
  ];
}

/** Layers that may import each other, if over others. */
function wayBack({ folders }) {
  const layerOf = (path) =>
    Object.keys(folders).filter((folder) => path === folder || path.startsWith(`${folder}/`));
  const done = new Set();
  const circle = (folder, path) => {
    if (path.includes(folder)) return [[...path.slice(path.indexOf(folder)), folder].join(' -> ')];
    if (done.has(folder)) return [];
    const found = folders[folder].mayImport
      .filter((target) => target !== 'src')
      .flatMap((target) => layerOf(target).flatMap((next) => circle(next, [...path, folder])));
    done.add(folder);
    return found;
  };
  return Object.keys(folders).flatMap((folder) =>
    circle(folder, []).map((way) => `layers may import each other in a circle: ${way}`),
  );
}
