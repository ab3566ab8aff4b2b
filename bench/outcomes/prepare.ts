/**
 * `node dist/bench/outcomes/prepare.js [--data ../shared/data] [-o runs/outcomes]`: writes the public cohorts as folders of scans
 * with manifests.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hippocampus, kits23, ultrasound } from './cohorts.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    output: { type: 'string', short: 'o', default: 'runs/outcomes' },
  },
});
const { data, output } = values;
console.log(
  JSON.stringify(
    {
      kits23: kits23(data, join(output, 'kits23')),
      hippocampus: await hippocampus(data, join(output, 'hippocampus')),
      ultrasound: ultrasound(data, join(output, 'ultrasound')),
    },
    null,
    2,
  ),
);
