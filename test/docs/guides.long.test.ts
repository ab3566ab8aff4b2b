/** The guides that take longer, and the README's quickstart, followed word for word. */
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { folder, followed, installPackage, root, typed } from './followed.js';

beforeAll(installPackage, 60_000);

followed({
  guide: 'adding-a-proxy-task.md',
  files: ['mirror3d.ts', 'mirror3d.py', 'mirror.json'],
  says: [/mirror: 4 candidates done/, /the best encoder is in pretrained/],
  leaves: ['mirror.db', 'pretrained'],
  copies: { 'mirror3d.py': 'pretrained/encoder/task.py' },
});

followed({
  guide: 'adding-a-strategy.md',
  files: ['greedy.ts', 'greedy.json'],
  says: [
    /greedy: 6 candidates done/,
    /6 decisions derived anew, all as recorded/,
    /greedy: 8 candidates done/,
  ],
  leaves: ['greedy.db'],
});

describe('the quickstart', { timeout: 300_000 }, () => {
  it('runs as the README says, here with one candidate only, and shorter trainings', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(readme).toMatch(/^npm ci && npm run quickstart /m);
    const place = join(folder, 'quickstart');
    mkdirSync(place);
    for (const name of ['package.json', 'dist', 'docs', 'node_modules'])
      symlinkSync(join(root, name), join(place, name));
    const shipped = JSON.parse(readFileSync(join(root, 'experiments', 'quickstart.json'), 'utf8')) as object;
    const shorter = { training: { steps: 2, batch: 2 }, winners: { candidates: 1, seeds: 2 } };
    mkdirSync(join(place, 'experiments'));
    writeFileSync(join(place, 'experiments', 'quickstart.json'), JSON.stringify({ ...shipped, ...shorter }));
    const { code, output } = await typed('npm run quickstart -- --candidates 1', place);
    expect(code, output).toBe(0);
    expect(output).toMatch(/quickstart: 1 candidate done/);
    expect(output).toMatch(/winner: candidate \d/);
    expect(readdirSync(join(place, 'runs'))).toContain('quickstart.db');
  });
});
