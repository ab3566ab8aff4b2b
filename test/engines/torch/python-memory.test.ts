/** Memory of engine torch's Python process: what it is started with, and what closing a session gives back. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../../src/core/package-files.js';
import { pythonMemory } from '../../../src/engines/torch/python-memory.js';
import { needsPython, python } from '../../support/python.js';

const large = 'glibc.malloc.hugetlb';

describe('settings of the C library', () => {
  it('ask for large pages', () => {
    expect(pythonMemory({})['GLIBC_TUNABLES']).toBe(`${large}=1`);
    expect(pythonMemory({ GLIBC_TUNABLES: '' })['GLIBC_TUNABLES']).toBe(`${large}=1`);
  });

  it('leave what the user says of large pages, and other tunables', () => {
    const other = 'glibc.malloc.tcache_count=0';
    expect(pythonMemory({ GLIBC_TUNABLES: other })['GLIBC_TUNABLES']).toBe(`${other}:${large}=1`);
    const own = `${large}=0:${other}`;
    expect(pythonMemory({ GLIBC_TUNABLES: own })['GLIBC_TUNABLES']).toBe(own);
  });
});

/** MiB that a process holds with 64 blocks of 4 MiB, once they are freed, and once that was given back. */
const SCRIPT = `
import ctypes, os, platform, sys
sys.path.insert(0, sys.argv[1])
from engine_memory import give_back
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
if platform.libc_ver()[0] == "glibc":
    blocks = [bytearray(b"x") * (4 << 20) for _ in range(64)]
    held = resident()
    del blocks
    freed = resident()
    give_back()
    print(held, freed, resident())
`;

describe('memory of a Python process', () => {
  it.skipIf(python === undefined)(
    `is kept when freed, and given back when asked ${needsPython}`,
    (context) => {
      const folder = fileURLToPath(packageFile('python'));
      const env = { ...process.env, ...pythonMemory(process.env) };
      const answer = execFileSync(python ?? '', ['-c', SCRIPT, folder], { env })
        .toString()
        .trim();
      if (answer === '') context.skip('the C library is not glibc');
      const [held, freed, after] = answer.split(' ').map(Number) as [number, number, number];
      expect(held).toBeGreaterThan(256);
      expect(freed).toBeGreaterThan(256);
      expect(after).toBeLessThan(128);
    },
  );
});
