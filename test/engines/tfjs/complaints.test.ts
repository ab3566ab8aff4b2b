import { describe, expect, it } from 'vitest';
import { gpuIn, whyNoGpu, whyNotLoaded } from '../../../src/engines/tfjs/complaints.js';

/** As TensorFlow 2.9 and later, Node and the dynamic linker print them. */
const CREATED =
  'I tensorflow/core/common_runtime/gpu/gpu_device.cc:1532] Created device /job:localhost/replica:0/task:0/device:GPU:0 ' +
  'with 14649 MB memory:  -> device: 0, name: Tesla T4, pci bus id: 0000:00:1e.0, compute capability: 7.5';

describe('what TensorFlow prints becomes plain words', () => {
  it.each([
    [
      "Error: Cannot find module '/a/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node'",
      /neither downloaded nor built: run `npm rebuild/,
    ],
    [
      'libtensorflow.so.2: cannot open shared object file: No such file or directory',
      /library libtensorflow\.so\.2 is missing beside the package/,
    ],
    ["/lib/libm.so.6: version `GLIBC_2.29' not found", /C library is too old \(GLIBC_2\.29 is needed\)/],
    [
      'was compiled against a different Node.js version using NODE_MODULE_VERSION 108',
      /built for another version of Node/,
    ],
    ['SIGILL', /processor lacks instructions/],
  ])('where the package does not load: %s', (text, words) => {
    expect(whyNotLoaded(text)).toMatch(words);
  });

  it.each([
    [
      "Could not load dynamic library 'libcudart.so.11.0'; dlerror: …\nCould not load dynamic library 'libcudnn.so.8'; …",
      /CUDA libraries are missing: libcudart\.so\.11\.0, libcudnn\.so\.8; install/,
    ],
    [
      'failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected',
      /no NVIDIA GPU was found/,
    ],
    [
      'TensorFlow was not built with CUDA kernel binaries compatible with compute capability 9.0. CUDA kernels will be jit-compiled',
      /the GPU \(compute capability 9\.0\) is newer than this TensorFlow: build/,
    ],
    ['CUDNN_STATUS_EXECUTION_FAILED', /libraries failed \(CUDNN_STATUS_EXECUTION_FAILED\)/],
    ['', /built for the CPU alone/],
  ])('where it sees no GPU: %s', (text, words) => {
    expect(whyNoGpu(text)).toMatch(words);
  });

  it('names the GPU that TensorFlow took', () => {
    expect(gpuIn(CREATED)).toEqual({ name: 'Tesla T4', capability: '7.5' });
    expect(gpuIn('no GPU here')).toBeUndefined();
  });
});
