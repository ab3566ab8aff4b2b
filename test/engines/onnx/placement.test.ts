import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leftToCpu, profileFile, requireAllOn } from '../../../src/engines/onnx/placement.js';

/** A record of a node, as ONNX Runtime 1.30 writes it. */
const node = (provider: string, op_name: string, ...types: string[]) => ({
  cat: 'Node',
  name: `${op_name}_1_kernel_time`,
  args: { provider, op_name, input_type_shape: types.map((type) => ({ [type]: [2, 3] })) },
});
const CPU = 'CPUExecutionProvider';
const GPU = 'WebGpuExecutionProvider';
const session = { cat: 'Session', name: 'model_run', args: {} };

describe('the profile of a run on a device', () => {
  it('is fine where the CPU had control flow, conditions and labels', () => {
    const profile = [
      session,
      node(CPU, 'Loop', 'int64', 'float'),
      node(CPU, 'Identity', 'bool'),
      node(CPU, 'Cast', 'int64'),
      node(GPU, 'Conv', 'float', 'float'),
    ];
    expect(leftToCpu(profile)).toEqual([]);
    expect(() => requireAllOn('webgpu', profile)).not.toThrow();
  });

  it('names the ops on floats that the CPU ran instead, most frequent first', () => {
    const profile = [
      node(GPU, 'Conv', 'float', 'float'),
      node(CPU, 'LogSoftmax', 'float'),
      node(CPU, 'FusedMatMul', 'float', 'float'),
      node(CPU, 'FusedMatMul', 'float', 'float'),
    ];
    expect(leftToCpu(profile)).toEqual([
      ['FusedMatMul', 2],
      ['LogSoftmax', 1],
    ]);
    expect(() => requireAllOn('webgpu', profile)).toThrow(
      /device webgpu: must run every op.*leaves to the CPU: FusedMatMul \(2\), LogSoftmax \(1\).*--device cpu/,
    );
  });

  it('is refused where it is not one', () => {
    expect(() => leftToCpu({ providers: [] })).toThrow();
    const file = profileFile();
    expect(() => file.take()).toThrow(/no profile/);
    expect(existsSync(dirname(file.prefix))).toBe(false);
  });
});
