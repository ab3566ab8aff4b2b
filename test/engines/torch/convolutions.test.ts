/** Convolutions of engine torch: every value and gradient is written, whatever the kernels of this PyTorch leave unset. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../../src/core/package-files.js';
import { pythonOutput } from '../../support/python.js';
import { torchInstalled } from '../../support/torch.js';

const check = fileURLToPath(new URL('./convolutions_check.py', import.meta.url));
const folder = dirname(fileURLToPath(packageFile('python/engine_convolutions.py')));

describe.runIf(torchInstalled)('convolutions of engine torch (needs a Python with torch)', () => {
  it('agree with double precision, also where windows are longer than volumes', () => {
    expect(pythonOutput(check, folder, '1', '300')).toBe('305 compared\n');
  });
});
