/**
 * All engines.
 */
import type { Engine } from './engine.js';
import { onnxEngine } from './onnx/index.js';
import { tfjsEngine } from './tfjs/index.js';
import { torchEngine } from './torch/index.js';

export const engines: Readonly<Record<string, Engine>> = {
  onnx: onnxEngine,
  tfjs: tfjsEngine,
  torch: torchEngine,
};
