/**
 * Whether tests can run on TensorFlow's own library.
 */
import { locate } from '../../src/engines/tfjs/packages.js';

/** Set VOXOLVE_TFJS_NODE to the folder where @tensorflow/tfjs-node is installed (docs/engines.md says how). */
export const nativeInstalled = locate('cpu') !== undefined;

if (!nativeInstalled) {
  console.info('skipped: tests on TensorFlow need VOXOLVE_TFJS_NODE, a folder with @tensorflow/tfjs-node');
}
