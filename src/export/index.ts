/** Exports: an architecture and its weights as code and files that others run. */
export type { ExportedScans, ExportedTask, ExportedTraining, PytorchExport } from './contents.js';
export { exportFlower } from './flower.js';
export { exportPytorch } from './pytorch.js';
export { encoderWeights } from './weights.js';
export { writeFolder, type ExportFiles } from './write-folder.js';
