/**
 * Report on this machine: the engines, devices and decoders that work here, and why the others do not.
 */
import { availableParallelism, totalmem } from 'node:os';
import { probeEngines } from '../calibration/engine-choice.js';
import { version } from '../core/version.js';
import type { DeviceReport } from '../engines/engine.js';
import { cacheSize } from '../scans/cache/cache-size.js';
import { defaultCacheDirectory } from '../scans/cache/cache.js';
import { formats } from '../scans/formats/index.js';
import { findGpus, type Gpu } from '../workers/gpus.js';

export interface DoctorReport {
  /** Version of voxolve. */
  readonly version: string;
  /** Version of Node. */
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  /** Bytes of the machine's memory. */
  readonly memoryBytes: number;
  readonly gpus: readonly Gpu[];
  readonly engines: readonly { readonly name: string; readonly devices: readonly DeviceReport[] }[];
  readonly decoders: readonly DecoderReport[];
  /** The cache of prepared scans. */
  readonly cache: { readonly directory: string; readonly scans: number; readonly bytes: number };
}

export interface DecoderReport {
  /** Name of a scan format. */
  readonly name: string;
  readonly usable: boolean;
  readonly detail: string;
  readonly extensions: readonly string[];
}

export async function doctor(): Promise<DoctorReport> {
  const directory = defaultCacheDirectory();
  const [engines, gpus, { scans, bytes }] = await Promise.all([
    probeEngines(),
    findGpus(),
    cacheSize(directory),
  ]);
  const decoders = await Promise.all(
    formats.map(async (format) => {
      const { usable, detail } = (await format.probe?.()) ?? { usable: true, detail: 'built in' };
      return { name: format.name, usable, detail, extensions: [...format.extensions] };
    }),
  );
  return {
    version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    gpus,
    engines,
    decoders,
    cache: { directory, scans, bytes },
  };
}
