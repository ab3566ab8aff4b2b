/**
 * Probes for the devices that TensorFlow.js can use here.
 *
 * A native package is tried in a process of its own, on a small convolution and a matrix product: a library that is
 * missing or a GPU that is too new may take the process down, and that must cost nothing else. TensorFlow says on
 * standard error whether it took a GPU; it never refuses to go on without one.
 */
import { execFile } from 'node:child_process';
import type { DeviceReport } from '../engine.js';
import { gpuIn, whyNoGpu, whyNotLoaded } from './complaints.js';
import { installs, locate, nativeEnvironment, type TfjsDevice } from './packages.js';

/** A GPU's first kernels are loaded, or compiled, within it. */
const TIMEOUT_MS = 60_000;

export async function probeDevices(): Promise<readonly DeviceReport[]> {
  return [await probeNative('gpu'), await probeNative('cpu'), probeJavaScript()];
}

function probeJavaScript(): DeviceReport {
  const device = 'js';
  if (locate(device) === undefined) return notInstalled(device, 'plain JavaScript is slow, a reference');
  return {
    device,
    usable: true,
    reason: 'plain JavaScript, slow: a reference, not for work',
    reference: true,
  };
}

async function probeNative(device: 'gpu' | 'cpu'): Promise<DeviceReport> {
  const file = locate(device)?.[0];
  if (file === undefined) {
    const needs = device === 'gpu' ? 'needs an NVIDIA GPU, CUDA and cuDNN' : 'TensorFlow on the CPU';
    return notInstalled(device, needs);
  }
  const trial = await tryPackage(file, device);
  if (trial.problem !== undefined) {
    const reason = whyNotLoaded(trial.text) ?? trial.problem;
    return { device, usable: false, reason, detail: trial.text };
  }
  if (device === 'cpu') return { device, usable: true, reason: `TensorFlow ${trial.version} ran a test` };
  const gpu = gpuIn(trial.text);
  if (gpu === undefined) return { device, usable: false, reason: whyNoGpu(trial.text), detail: trial.text };
  return {
    device,
    usable: true,
    reason: `TensorFlow ${trial.version} ran a test on ${gpu.name} (compute capability ${gpu.capability})`,
  };
}

function notInstalled(device: TfjsDevice, about: string): DeviceReport {
  return { device, usable: false, reason: `not installed (${about}): run \`${installs[device]}\`` };
}

interface Trial {
  /** Undefined where the test gave the right values. */
  readonly problem?: string;
  readonly version: string;
  /** All that the process printed. */
  readonly text: string;
}

function tryPackage(file: string, device: TfjsDevice): Promise<Trial> {
  // The child loads nothing but the package, so that it works from sources and from the build alike.
  const script = `
    try {
      const tf = require(process.argv[1]);
      const y = tf.conv3d(tf.ones([1, 4, 4, 4, 2]), tf.ones([2, 2, 2, 2, 3]), 1, 'valid');
      const z = tf.matMul(tf.reshape(y, [27, 3]), tf.ones([3, 3]));
      const right = Math.abs(tf.sum(z).dataSync()[0] - 27 * 9 * 16) < 1e-3;
      console.log(right ? 'PROBE OK ' + tf.backend().binding.TF_Version : 'PROBE a test gave a wrong result');
    } catch (error) {
      console.log('PROBE ' + String(error && error.message));
    }
    process.exit(0);`;
  const env = { ...process.env, ...nativeEnvironment(device, 1), TF_CPP_MIN_LOG_LEVEL: '0' };
  return new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS, env };
    execFile(process.execPath, ['-e', script, file], options, (error, stdout, stderr) => {
      const verdict = /PROBE (.*)/.exec(stdout)?.[1];
      const signal = error?.signal ?? '';
      const text = `${stdout}${stderr}${signal}`.trim();
      if (verdict?.startsWith('OK ') === true) resolve({ version: verdict.slice(3), text });
      else resolve({ problem: problemOf(verdict, error), version: '', text });
    });
  });
}

function problemOf(
  verdict: string | undefined,
  error: { killed?: boolean; signal?: string | null; code?: string | number | null } | null,
): string {
  if (verdict !== undefined) return `its test failed: ${verdict}`;
  if (error?.killed === true) {
    return `its test did not end within ${TIMEOUT_MS / 1000} s, as on a GPU that is newer than its TensorFlow: build it against a current one (docs/engines.md)`;
  }
  return `its test process ended (${error?.signal ?? `exit code ${String(error?.code)}`})`;
}
