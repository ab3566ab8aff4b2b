/**
 * `npm run nightly:classes`: the class of this processor, and of others that qemu emulates (no emulator has AVX-512).
 *
 * Exits with 1 unless two kinds of AVX2 are one class and, where this processor has AVX-512, that class is not this one's.
 * Takes some minutes. Skipped, with a word, where qemu-x86_64 (Debian: qemu-user) is absent or the processor is another.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  classDifference,
  describeProcessor,
  type ProcessorClass,
} from '../../src/fleet/classes/processor-class.js';

const QEMU = 'qemu-x86_64';
const KINDS = ['Haswell', 'EPYC'] as const;
const asked = { engine: 'onnx', device: 'cpu' } as const;

function missing(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'emulates x86-64 on Linux on the same only';
  try {
    execFileSync(QEMU, ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `${QEMU} is not there: apt-get install qemu-user`;
  }
}

async function compare(): Promise<boolean> {
  const wide = readFileSync('/proc/cpuinfo', 'utf8').includes('avx512f');
  const own = await describeProcessor(asked);
  console.log(`this processor (${wide ? 'AVX-512' : 'no AVX-512'}): ${own.name}`);
  const emulated: ProcessorClass[] = [];
  for (const kind of KINDS) {
    const found = await describeProcessor({ ...asked, emulator: [QEMU, '-cpu', kind] });
    console.log(
      `${kind}, emulated (AVX2): ${found.name}; a search of this processor would say: ${classDifference(own, found)}`,
    );
    emulated.push(found);
  }
  const alike = new Set(emulated.map(({ name }) => name)).size === 1;
  return alike && (!wide || emulated.every(({ name }) => name !== own.name));
}

const reason = missing();
if (reason !== undefined) console.log(`skipped: ${reason}`);
else if (await compare()) console.log('classes are as they must be');
else {
  console.error('classes are not as they must be');
  process.exitCode = 1;
}
