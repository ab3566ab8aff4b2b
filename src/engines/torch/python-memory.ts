/**
 * How the Python process of engine torch gets its memory, where its C library is glibc; others ignore these settings.
 *
 * PyTorch asks the C library for every value of a step and gives it back. What is freed returns to the system as soon as
 * some lies at the end of the heap, and the system fills each page with zeros when it is touched again: steps pay for
 * their pages anew. So the process keeps blocks of up to 32 MiB, the most that glibc allows (mallopt(3): M_MMAP_THRESHOLD,
 * M_TRIM_THRESHOLD), until a session is closed (`python/engine_memory.py`), and asks for large pages, which Linux in its
 * usual setting gives to those who ask (glibc.malloc.hugetlb).
 */
const LARGE_PAGES = 'glibc.malloc.hugetlb';

/** The variables to add to `environment`. What the user says there of large pages, and all other tunables, hold. */
export function pythonMemory(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const tunables = environment['GLIBC_TUNABLES'] ?? '';
  const asked = tunables.split(':').filter((tunable) => tunable !== '');
  if (!asked.some((tunable) => tunable.startsWith(`${LARGE_PAGES}=`))) asked.push(`${LARGE_PAGES}=1`);
  return {
    GLIBC_TUNABLES: asked.join(':'),
    MALLOC_MMAP_THRESHOLD_: String(2 ** 25),
    MALLOC_TRIM_THRESHOLD_: String(2 ** 40),
  };
}
