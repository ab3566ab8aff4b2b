/**
 * Settings of memory for processes that train one candidate after another: of V8, and of the C library's allocator (glibc).
 *
 * By default glibc raises the size from which it asks the system for a block of its own whenever such a block is
 * freed, up to 32 MiB, and keeps freed smaller ones: what a large candidate used is then kept for the small ones after
 * it, and neither measured peaks nor the memory that is free mean much. A fixed limit gives blocks back at once
 * (mallopt(3): M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_ARENA_MAX). Smaller blocks share a heap that shrinks only from its
 * end; freed ones that threads put aside for themselves (tcache) would keep it from shrinking. Other C libraries ignore
 * these variables.
 */
export const memorySettings: Readonly<Record<string, string>> = {
  GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0',
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(2 ** 16),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 16),
};

/**
 * Options of Node. V8 doubles the space for young objects up to three times 16 MiB as more survive, and keeps it; what a
 * training process makes in JavaScript, graphs and batches, needs no such room.
 */
export const heapOptions: readonly string[] = ['--max-semi-space-size=4'];
