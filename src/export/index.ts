/** Exports: an architecture and its weights as code and files that others run. */
export {
  exportPytorch,
  type ExportedScans,
  type ExportedTask,
  type ExportedTraining,
  type PytorchExport,
} from './pytorch.js';
export { encoderWeights } from './weights.js';
export { writeFolder, type ExportFiles } from './write-folder.js';
