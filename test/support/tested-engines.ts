/**
 * The engines and devices that contract tests run on: those that are installed.
 */
import type { Engine } from '../../src/engines/engine.js';
import { onnxEngine } from '../../src/engines/onnx/index.js';
import { tfjsEngine } from '../../src/engines/tfjs/index.js';
import { torchEngine } from '../../src/engines/torch/index.js';
import { nativeInstalled } from './tfjs.js';
import { torchInstalled } from './torch.js';

export interface TestedEngine {
  readonly title: string;
  readonly engine: Engine;
  readonly device: string;
}

export const testedEngines: readonly TestedEngine[] = [
  { title: 'onnx on the CPU', engine: onnxEngine, device: 'cpu' },
  { title: 'tfjs in plain JavaScript', engine: tfjsEngine, device: 'js' },
  ...(nativeInstalled ? [{ title: 'tfjs on TensorFlow', engine: tfjsEngine, device: 'cpu' }] : []),
  ...(torchInstalled ? [{ title: 'torch on the CPU', engine: torchEngine, device: 'cpu' }] : []),
];
