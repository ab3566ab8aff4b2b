/**
 * Probes for the devices that ONNX Runtime can use here.
 *
 * A device is tried in a process of its own, on a model of one addition: a driver that is missing or broken may take
 * the process down, and that must cost nothing else.
 */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import type { DeviceReport } from '../engine.js';
import { Builder } from '../../ir/builder.js';
import { inferenceModel } from './inference-model.js';
import { lowerings, type OnnxDevice } from './lowerings/index.js';

const TIMEOUT_MS = 30_000;

export async function probeDevices(): Promise<readonly DeviceReport[]> {
  return [
    { device: 'cpu', usable: true, reason: 'onnxruntime-node runs on any CPU' },
    await probeDevice('webgpu', 'a GPU with a Vulkan, Metal or Direct3D 12 driver is needed'),
    await probeDevice(
      'cuda',
      'an NVIDIA GPU and the CUDA provider are needed: reinstall with `npm install onnxruntime-node --onnxruntime-node-install=cuda12`',
    ),
  ];
}

async function probeDevice(device: OnnxDevice, needs: string): Promise<DeviceReport> {
  const complaint = await tryDevice(device);
  if (complaint === undefined) return { device, usable: true, reason: `ran a test model on ${device}` };
  return { device, usable: false, reason: `${inPlainWords(complaint)}: ${needs}`, detail: complaint };
}

/** Undefined where the device ran the test model; else what the runtime says went wrong, in one line. */
function tryDevice(device: OnnxDevice): Promise<string | undefined> {
  const model = Buffer.from(testModel(device)).toString('base64');
  // The child loads nothing but the runtime, so that it works from sources and from the build alike.
  const runtime = createRequire(import.meta.url).resolve('onnxruntime-node');
  const script = `
    const ort = require(process.argv[1]);
    (async () => {
      const model = Buffer.from(process.argv[2], 'base64');
      const options = { executionProviders: [process.argv[3]], logSeverityLevel: 4 };
      const session = await ort.InferenceSession.create(model, options);
      const { 'output/y': y } = await session.run({ x: new ort.Tensor('float32', [1, 2], [2]) });
      const right = y.data[0] === 2 && y.data[1] === 4;
      console.log(right ? 'PROBE OK' : 'PROBE the test model gave a wrong result');
      process.exit(0);
    })().catch((error) => { console.log('PROBE ' + String(error.message).split('\\n')[0]); process.exit(0); });`;
  return new Promise((resolve) => {
    const args = ['-e', script, runtime, model, device];
    execFile(process.execPath, args, { timeout: TIMEOUT_MS }, (error, stdout) => {
      const verdict = /PROBE (.*)/.exec(stdout)?.[1];
      if (verdict === 'OK') resolve(undefined);
      else if (verdict !== undefined) resolve(verdict);
      else if (error?.killed) resolve(`no answer within ${TIMEOUT_MS / 1000} s`);
      else resolve(`the test process ended (${error?.signal ?? `exit ${String(error?.code)}`})`);
    });
  });
}

/** Messages of ONNX Runtime where a provider cannot work, and their meanings. The first that fits is said. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/WebGPU adapter|No supported adapters/i, 'no graphics adapter was found'],
  [
    /no CUDA-capable device|CUDA driver version is insufficient|CUDA failure/i,
    'CUDA found no GPU that it can use',
  ],
  [
    /load (shared )?library|providers_cuda/i,
    'the provider is not installed, or a library that it needs is not',
  ],
  [/not (yet )?implemented|Could not find an implementation/i, 'the provider lacks an op of the test model'],
  [/no answer within/, 'the driver gave no answer to a test'],
  [/test process ended/, 'the driver took a test process down'],
  [/wrong result/, 'a test gave a wrong result'],
];

function inPlainWords(complaint: string): string {
  return MEANINGS.find(([pattern]) => pattern.test(complaint))?.[1] ?? 'a test model did not run';
}

function testModel(device: OnnxDevice): Uint8Array {
  const b = new Builder();
  const x = b.input('x', [2]);
  b.output('y', b.add(x, x));
  return inferenceModel(b.build(), lowerings[device](1));
}
