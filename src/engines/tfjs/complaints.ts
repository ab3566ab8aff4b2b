/**
 * Messages of TensorFlow and Node when TensorFlow.js's native packages do not work, in plain words and with the fix.
 *
 * Ordered: the first pattern that occurs wins. Sources of the messages: TensorFlow's gpu_device.cc, dso_loader.cc and
 * cuda_diagnostics.cc (2.9 to 2.21), Node's loader and the dynamic linker.
 */
interface Complaint {
  readonly pattern: RegExp;
  readonly words: (match: RegExpExecArray, text: string) => string;
}

/** The package itself does not load. */
const loading: readonly Complaint[] = [
  {
    pattern: /Cannot find module '[^']*tfjs_binding|tfjs_binding\.node: cannot open shared object/,
    words: () =>
      'its native part was neither downloaded nor built: run `npm rebuild @tensorflow/tfjs-node` where downloads work, or build it from source (docs/engines.md)',
  },
  {
    pattern: /(libtensorflow[\w.]*): cannot open shared object/,
    words: ([, library = '']) =>
      `TensorFlow's library ${library} is missing beside the package: reinstall it where downloads work, or build it from source (docs/engines.md)`,
  },
  {
    pattern: /(lib[\w-]+\.so[\w.]*): cannot open shared object/,
    words: ([, library = '']) =>
      `the system library ${library} is missing: install the package that holds it`,
  },
  {
    pattern: /(GLIBC(?:XX)?_[\d.]+)' not found/,
    words: ([, version = '']) =>
      `the system's C library is too old (${version} is needed): build it from source (docs/engines.md)`,
  },
  {
    pattern: /different Node\.js version|NODE_MODULE_VERSION/,
    words: () =>
      'it was built for another version of Node.js: run `npm rebuild @tensorflow/tfjs-node --build-addon-from-source`',
  },
  {
    pattern: /SIGILL|Illegal instruction/,
    words: () =>
      'the processor lacks instructions that TensorFlow was built with (AVX): use device js or engine onnx',
  },
];

/** TensorFlow loads and does not get at a GPU. */
const gpu: readonly Complaint[] = [
  {
    pattern: /Could not load dynamic library '/,
    words: (_, text) =>
      `CUDA libraries are missing: ${missingLibraries(text).join(', ')}; install the CUDA and cuDNN versions that this TensorFlow was built for (docs/engines.md)`,
  },
  {
    pattern: /Cannot dlopen some GPU libraries/,
    words: () =>
      'CUDA or cuDNN libraries are missing: install the versions that this TensorFlow was built for (docs/engines.md)',
  },
  {
    pattern:
      /CUDA_ERROR_NO_DEVICE|no CUDA-capable device|Could not find cuda drivers|kernel driver does not appear|failed call to cuInit/,
    words: () =>
      'no NVIDIA GPU was found, or its driver is not installed: install the driver, or use another device',
  },
  {
    pattern:
      /no kernel image is available|CUDA_ERROR_NO_BINARY_FOR_GPU|not built with CUDA kernel binaries compatible with compute capability (\d+\.\d+)|CUDNN_STATUS_ARCH_MISMATCH|CUBLAS_STATUS_ARCH_MISMATCH/,
    words: ([, capability]) =>
      `the GPU${capability === undefined ? '' : ` (compute capability ${capability})`} is newer than this TensorFlow: build the package against a current TensorFlow (docs/engines.md)`,
  },
  {
    pattern: /CUDA_ERROR_OUT_OF_MEMORY|failed to allocate .* from device/,
    words: () => "the GPU's memory is in use: end what else runs on it",
  },
  {
    pattern: /CUDNN_STATUS_\w+|CUBLAS_STATUS_\w+/,
    words: ([status]) =>
      `the GPU's libraries failed (${status}): its CUDA, cuDNN and driver must be those that this TensorFlow was built for (docs/engines.md)`,
  },
];

function missingLibraries(text: string): string[] {
  return [
    ...new Set([...text.matchAll(/Could not load dynamic library '([^']+)'/g)].map(([, name]) => name ?? '')),
  ];
}

/** The first complaint of the list that the text holds, in plain words. */
function firstOf(complaints: readonly Complaint[], text: string): string | undefined {
  for (const { pattern, words } of complaints) {
    const match = pattern.exec(text);
    if (match) return words(match, text);
  }
  return undefined;
}

/** Why a package did not load or run. */
export function whyNotLoaded(text: string): string | undefined {
  return firstOf(loading, text) ?? firstOf(gpu, text);
}

/** Why TensorFlow, having run, did so without a GPU. */
export function whyNoGpu(text: string): string {
  return (
    firstOf(gpu, text) ??
    'its TensorFlow is built for the CPU alone: run `npm install @tensorflow/tfjs-node-gpu`, or build it against a TensorFlow with CUDA (docs/engines.md)'
  );
}

/** The GPU that TensorFlow says it took. */
export function gpuIn(text: string): { readonly name: string; readonly capability: string } | undefined {
  const match =
    /Created device \/job:localhost\S*GPU:\d+ .*?name: ([^,\n]+),.*?compute capability: ([\d.]+)/.exec(text);
  return match ? { name: match[1] ?? '', capability: match[2] ?? '' } : undefined;
}
