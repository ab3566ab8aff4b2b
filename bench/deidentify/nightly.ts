/**
 * `npm run nightly:deidentify -- [DATA] [--option NAME…] [--python PYTHON]`: de-identifies every DICOM file below DATA (by default
 * ../shared/data) and compares before and after. Pixels must be the same bytes, unless a comment was taken out of compressed
 * ones; `voxolve scans` must find the same volumes in each folder; no file may take more than 10 seconds. Where they are
 * installed, pydicom must open each file, and dciodvfy must miss nothing that it did not miss before. Prints a table and
 * what was held back, and exits with 1 where something differs.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isOptionName, type OptionName } from '../../src/deidentify/attributes/options.js';
import type { Settings } from '../../src/deidentify/file/context.js';
import { keyOf } from '../../src/deidentify/identity/key.js';
import { parsePrivateList } from '../../src/deidentify/identity/private-list.js';
import { checkFolder, type FolderCheck } from './check-folder.js';
import { dicomFolders } from './folders.js';
import { hasPydicom, refusedByPydicom } from './pydicom.js';
import { hasValidator } from './validity.js';

const SLOWEST_SECONDS = 10;
/** Without the number of slices, mosaics are held back. */
const PRIVATE =
  'SIEMENS MR HEADER (0019,xx0A)\nSIEMENS CSA HEADER (0029,xx10)\nImage Private Header (0065,xx50)';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    option: { type: 'string', multiple: true, default: ['clean-structured', 'clean-descriptors'] },
    python: { type: 'string', default: process.env['VOXOLVE_PYTHON'] ?? 'python3' },
  },
});

const root = resolve(positionals[0] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)));
if (!existsSync(root)) throw new Error(`${root} does not exist: name a folder of DICOM files`);
const unknown = values.option.filter((name) => !isOptionName(name));
if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: no option`);

const settings: Settings = {
  profile: { options: new Set([...(values.option as OptionName[]), 'retain-safe-private']), keep: null },
  privateList: parsePrivateList(PRIVATE, 'list'),
  key: keyOf(Buffer.from('a key of more than thirty-two bytes, for this check only')),
  again: true,
};

const place = mkdtempSync(join(tmpdir(), 'voxolve-nightly-'));
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  rmSync(place, { recursive: true, force: true });
}

async function run(): Promise<boolean> {
  const python = hasPydicom(values.python);
  if (!python) console.log(`${values.python} has no pydicom: files are not opened with it`);
  const validator = hasValidator();
  if (!validator) console.log('no dciodvfy (dicom3tools): what types of attributes require is not checked');
  const checks: FolderCheck[] = [];
  for (const [index, found] of dicomFolders(root).entries()) {
    const own = join(place, String(index));
    const check = await checkFolder(found, own, { settings, validator });
    if (python) check.differences.push(...refusedByPydicom(check.written, values.python));
    if (check.slowest > SLOWEST_SECONDS) check.differences.push(`a file took ${check.slowest.toFixed(1)} s`);
    console.log(rowOf(check));
    for (const difference of check.differences) console.log(`  DIFFERS ${difference}`);
    checks.push(check);
    rmSync(own, { recursive: true, force: true });
  }
  return show(checks);
}

function rowOf({ folder, files, written, repeated, commented, held, slowest }: FolderCheck): string {
  const parts = [
    `${written.length} of ${files} written`,
    `${repeated} the same as another`,
    `${commented} with comments taken out`,
    `${held.length} held back`,
    `slowest ${slowest.toFixed(2)} s`,
  ];
  return `${relative(root, folder) || '.'}: ${parts.join(', ')}`;
}

function show(checks: readonly FolderCheck[]): boolean {
  console.log('\nheld back:');
  const byCode = new Map<string, string[]>();
  for (const { folder, held } of checks)
    for (const { name, code } of held)
      byCode.set(code, [...(byCode.get(code) ?? []), join(relative(root, folder), name)]);
  for (const [code, names] of [...byCode].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${code} (${names.length})\n  ${names.join('\n  ')}`);
  const sum = (of: (check: FolderCheck) => number): number =>
    checks.reduce((total, check) => total + of(check), 0);
  const slowest = Math.max(0, ...checks.map((check) => check.slowest));
  const differences = sum((check) => check.differences.length);
  console.log(
    `\n${sum(({ files }) => files)} files: ${sum(({ written }) => written.length)} written, ` +
      `${sum(({ repeated }) => repeated)} the same as another, ${sum(({ held }) => held.length)} held back; ` +
      `slowest ${slowest.toFixed(2)} s; ${differences} differences`,
  );
  return differences === 0;
}
