/**
 * All engines.
 */
import type { Engine } from './engine.js';
import { onnxEngine } from './onnx/index.js';
import { tfjsEngine } from './tfjs/index.js';

export const engines: Readonly<Record<string, Engine>> = { onnx: onnxEngine, tfjs: tfjsEngine };
