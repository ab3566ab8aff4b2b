/**
 * All engines.
 */
import type { Engine } from './engine.js';
import { onnxEngine } from './onnx/index.js';

export const engines: Readonly<Record<string, Engine>> = { onnx: onnxEngine };
