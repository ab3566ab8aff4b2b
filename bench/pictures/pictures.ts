/**
 * Makes the pictures of the documentation, in docs/pictures: the terminal of a search while it runs and at its end, the
 * search's lineage, a sheet of prepared scans, and the dashboard's page. All are outputs of commands that run here on phantoms.
 *
 *     npm run pictures        # takes as long as the quickstart; needs `script` of util-linux
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePhantoms } from '../../src/scans/phantoms/phantoms.js';
import { lineageSvg } from './lineage-svg.js';
import { savePagePictures } from './page-png.js';
import { screenSvg } from './screen-svg.js';
import { runInTerminal } from './terminal.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pictures = join(root, 'docs', 'pictures');
const COLUMNS = 104;
/** Number of finished candidates, of 32, at which the running search is shown, once both workers train. */
const DONE = 21;

const folder = mkdtempSync(join(tmpdir(), 'voxolve-pictures-'));
const bin = join(folder, '.bin');
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
  VOXOLVE_CACHE: join(folder, 'cache'),
};

function write(name: string, content: string): void {
  writeFileSync(join(pictures, name), content);
  console.log(`docs/pictures/${name}: ${Math.ceil(Buffer.byteLength(content) / 1024)} KiB`);
}

function voxolve(...args: readonly string[]): string {
  return execFileSync('voxolve', args, { cwd: folder, env, encoding: 'utf8' });
}

/** True if the screen shows that number of candidates and two workers, one of which has trained for a second. */
function isTheMoment(screen: readonly string[]): boolean {
  const done = screen.map((line) => Number(/ (\d+)\/32 candidates/.exec(line)?.[1] ?? 0));
  const workers = screen.slice(-2);
  return (
    Math.max(...done) >= DONE &&
    workers.every((line) => /^ {2}worker \d: candidate/.test(line)) &&
    workers.some((line) => / [1-9]\d* s$/.test(line))
  );
}

async function searchPictures(): Promise<void> {
  const command = 'voxolve search experiments/quickstart.json --db runs/quickstart.db --workers 2';
  const frame = { columns: COLUMNS, title: 'voxolve search' };
  let running: readonly string[] | undefined;
  const end = await runInTerminal(command, {
    cwd: folder,
    env,
    columns: COLUMNS,
    rows: 80,
    onScreen: (screen) => {
      if (running === undefined && isTheMoment(screen)) running = screen;
    },
  });
  if (running === undefined) throw new Error('the search was never seen with two workers that train');
  const description = 'A search in the terminal: candidates done, the highest score, what each worker trains';
  write('search.svg', screenSvg([`$ npx ${command}`, ...running], { ...frame, description }));
  const report = end.slice(end.findIndex((line) => /^quickstart: 32 candidates done/.test(line)));
  const ending = 'The end of a search: its winner, the winner’s ancestry, and commands to go on with';
  write('report.svg', screenSvg(report, { ...frame, description: ending }));
}

/** The dashboard's page on the search: its family. */
async function pagePictures(): Promise<void> {
  const shown = [{ view: 'lineage', path: join(pictures, 'dashboard-lineage.png'), element: 'main canvas' }];
  const saved = await savePagePictures('runs/quickstart.db', shown, { cwd: folder, env });
  console.log(
    saved ? 'docs/pictures/dashboard-lineage.png' : 'the dashboard was left out: no Chromium is here',
  );
}

/** Makes the sheet of six volumes and three films, at 3 mm. */
async function sheet(): Promise<void> {
  const scans = join(folder, 'scans');
  const experiment = join(folder, 'sheet.json');
  const preprocessing = { spacing: 3, cine: { spacing: 3 } };
  writeFileSync(experiment, JSON.stringify({ name: 'sheet', candidates: 1, scans: preprocessing }));
  await writePhantoms(join(scans, 'body'), { patients: 6, size: 64, seed: 3, contrast: 2 });
  await writePhantoms(join(scans, 'heart'), { patients: 3, size: 64, seed: 3, contrast: 2, frames: 24 });
  voxolve('scans', scans, '--experiment', experiment, '--preview', join(pictures, 'scans.png'));
}

try {
  mkdirSync(bin);
  mkdirSync(pictures, { recursive: true });
  symlinkSync(join(root, 'dist', 'src', 'cli', 'main.js'), join(bin, 'voxolve'));
  cpSync(join(root, 'experiments'), join(folder, 'experiments'), { recursive: true });
  await sheet();
  await searchPictures();
  write('lineage.svg', await lineageSvg(voxolve('lineage', 'runs/quickstart.db', '--dot')));
  await pagePictures();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
