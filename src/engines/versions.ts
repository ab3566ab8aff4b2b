/**
 * Versions of the runtimes that compute: with another one, sums can differ on the same processor.
 */
import { entryOf } from '../core/entry-of.js';

const versions: Readonly<Record<string, (device: string) => Promise<string>>> = {
  onnx: async () => (await import('./onnx/runtime.js')).ort.env.versions.node ?? 'unknown',
  torch: async () => {
    const child = await (await import('./torch/python.js')).sharedPython();
    return String((await child.greeting).header['torch']);
  },
  tfjs: async (device) => {
    const { loadTensorFlow, tfjsDevices } = await import('./tfjs/packages.js');
    return loadTensorFlow(tfjsDevices.find((name) => name === device) ?? 'js', 1).tf.version_core;
  },
};

/** Version of the runtime that an engine uses here; throws `UserError` where there is none. */
export function runtimeVersion(engine: string, device: string): Promise<string> {
  return entryOf(versions, engine)?.(device) ?? Promise.resolve('unknown');
}
