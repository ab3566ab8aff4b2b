/**
 * Metadata documents of a cache entry: a Zarr v3 group with one array of voxels and one mask per volume.
 *
 * Source: https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html
 */
import type { Json } from '../../../core/json.js';
import type { Grid } from './grid.js';

export const METADATA = 'zarr.json';

/** Path of the only chunk (the shard) of an array with `axes` axes. */
export function shardPath(axes: number): string {
  return ['c', ...Array.from({ length: axes }, () => '0')].join('/');
}

export function groupMetadata(attributes: Json): Json {
  return { zarr_format: 3, node_type: 'group', attributes };
}

/**
 * Metadata of an array of one shard. `names` are the names of its axes: all four, or the last three for a mask, whose
 * channel is left out.
 */
export function arrayMetadata(
  { shape, chunk, counts }: Grid,
  type: 'float32' | 'uint8',
  names: readonly string[],
  attributes: Json = {},
): Json {
  const drop = 4 - names.length;
  const inner = [1, ...chunk];
  const bytes = type === 'uint8' ? { name: 'bytes' } : { name: 'bytes', configuration: { endian: 'little' } };
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: shape.slice(drop),
    data_type: type,
    chunk_grid: {
      name: 'regular',
      configuration: { chunk_shape: inner.map((extent, i) => extent * (counts[i] as number)).slice(drop) },
    },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: 0,
    codecs: [
      {
        name: 'sharding_indexed',
        configuration: {
          chunk_shape: inner.slice(drop),
          codecs: [bytes, { name: 'gzip', configuration: { level: 1 } }],
          index_codecs: [{ name: 'bytes', configuration: { endian: 'little' } }, { name: 'crc32c' }],
          index_location: 'end',
        },
      },
    ],
    attributes,
    dimension_names: [...names],
  };
}
