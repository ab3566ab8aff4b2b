import { describe, expect, it } from 'vitest';
import { fleetChoice } from '../../../src/api/fleet/open-fleet.js';
import type { SharedSetup } from '../../../src/workers/pool.js';
import { MemoryRecord } from '../../fleet/support/fleets.js';

// Compiled, as it starts a process.
const { claimOwnClass } = (await import(
  new URL('../../../dist/src/api/fleet/own-evaluators.js', import.meta.url).href
)) as typeof import('../../../src/api/fleet/own-evaluators.js');

const places = { queue: 'redis://host:6379', blobs: '/blobs' };

describe('where the workers of a search are', () => {
  it('is this machine where nothing else is said', () => {
    expect(fleetChoice({})).toBeUndefined();
    expect(fleetChoice(places)).toEqual({ ...places, mixed: false, auditShare: 0 });
  });

  it.each([
    [{ queue: places.queue }, /^--queue: needs --blobs DIR/],
    [{ blobs: places.blobs }, /^--blobs: needs --queue URL/],
    [{ mixed: true }, /^--mixed: needs --queue URL/],
    [{ auditShare: 0.1 }, /^--audit-share: needs --queue URL/],
    [{ ...places, auditShare: 1.5 }, /^--audit-share: must be from 0 to 1, got 1.5/],
    [{ ...places, auditShare: NaN }, /^--audit-share: must be from 0 to 1, got NaN/],
    [{ ...places, auditShare: 0.1, mixed: true }, /^--audit-share: compares results bit for bit/],
  ])('is refused in one line as %j', (options, message) => {
    expect(() => fleetChoice(options)).toThrow(message);
  });
});

describe('a search that its own machine audits', () => {
  const setup = { experiment: {}, engine: 'onnx', device: 'cpu', threads: 1 } as unknown as SharedSetup;

  it('belongs to the class of that machine, or is refused', async () => {
    const record = new MemoryRecord();
    await claimOwnClass(record, setup);
    expect(record.class).toMatch(/^cpu-[0-9a-f]{12}$/);
    await claimOwnClass(record, setup);
    const other = new MemoryRecord();
    other.setClass('cpu-000000000000');
    await expect(claimOwnClass(other, setup)).rejects.toThrow(/the search of cpu-000000000000/);
  });
});
