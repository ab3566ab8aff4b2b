/** The guides to files of one's own, followed word for word, and the types of what they show. `guides.long.test.ts` follows more. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, followed, installPackage, readGuide, root, typed } from './followed.js';

beforeAll(installPackage, 60_000);

const guides = [
  'adding-a-search-space.md',
  'adding-a-proxy-task.md',
  'adding-a-strategy.md',
  'adding-a-head.md',
];

followed({
  guide: 'adding-a-search-space.md',
  files: ['plain3d.ts', 'plain.json'],
  says: [/plain: 4 candidates done/, /candidate \d+ .* written to best: .*model\.py/],
  leaves: ['plain.db', 'best'],
});

followed({
  guide: 'adding-a-head.md',
  files: ['huber.ts', 'exponential.ts', 'try.mjs'],
  says: [
    /^within: 0\.90$/m,
    /^weights: (2\.9|3\.0|3\.1) -(1\.9|2\.0|2\.1) -?0\.[01] -?0\.[01]$/m,
    /^log hazard ratios: (1\.[6-9]|2\.[0-4]) -(0\.[6-9]|1\.[0-4]) -?0\.[0-3] -?0\.[0-3]$/m,
  ],
  leaves: [],
});

describe('the TypeScript of the guides', { timeout: 60_000 }, () => {
  it('is sound by the types in the package', async () => {
    const place = emptyFolder('types');
    const sources = guides.flatMap((guide) =>
      readGuide(guide).files.filter(({ name }) => name.endsWith('.ts')),
    );
    for (const { name, content } of sources) writeFileSync(join(place, name), content);
    const tsc = join(root, 'node_modules', 'typescript-7', 'bin', 'tsc');
    const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2022 --types node';
    const names = sources.map(({ name }) => name).join(' ');
    expect(names).toBe('plain3d.ts mirror3d.ts greedy.ts huber.ts exponential.ts');
    const { code, output } = await typed(`node '${tsc}' ${options} ${names}`, place);
    expect(code, output).toBe(0);
  });
});
