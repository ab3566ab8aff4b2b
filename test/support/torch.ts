/**
 * Whether tests can run on engine torch, in the Python that VOXOLVE_PYTHON names. Debian's PyTorch 1.13 passes all of them, so
 * tests take it, although users are promised that 2.1 is the least.
 */
import { startPython } from '../../src/engines/torch/python.js';

process.env['VOXOLVE_TORCH_LEAST'] ??= '1.13';

export const torchInstalled = await startPython().then(
  (child) => {
    child.kill();
    return true;
  },
  (thrown: unknown) => {
    console.info(`skipped: tests on PyTorch; ${String(thrown)}`);
    return false;
  },
);
