/**
 * Small cohorts, for tests of what is learned from labels.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rngOf } from '../../src/core/random.js';

/** Writes a manifest: two classes that a covariate tells apart, roughly; `split` as it is given for each row. */
export function writeCohort(
  folder: string,
  name: string,
  rows: number,
  split: (row: number) => string = () => '',
): string {
  const rng = rngOf('cohort of a test', name);
  const lines = Array.from({ length: rows }, (_, row) => {
    const ill = row % 2 === 0;
    const [age, sex] = [60 + (ill ? 8 : 0) + 8 * rng.normal(), rng.bool(0.5) ? 'f' : 'm'];
    return [`p${row}`, ill ? 'ill' : 'well', age.toFixed(1), rng.normal().toFixed(3), sex, split(row)].join(
      ',',
    );
  });
  const path = join(folder, name);
  writeFileSync(path, `patient,label,x_age,x_noise,s_sex,split\n${lines.join('\n')}\n`);
  return path;
}
