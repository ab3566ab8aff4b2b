/**
 * Which precisions an engine offers on a device.
 */
import { UserError } from '../core/errors.js';
import type { Engine, EngineOptions, Precision } from './engine.js';

/** Engines that say nothing compute with 32-bit floats. */
export function precisionsOf(
  { precisions }: Pick<Engine, 'precisions'>,
  device: string,
): readonly Precision[] {
  return precisions?.(device) ?? ['float32'];
}

/** Throws `UserError` where the precision cannot be had. */
export function requirePrecision(
  engine: Pick<Engine, 'name' | 'precisions'>,
  { device, precision = 'float32' }: Pick<EngineOptions, 'device' | 'precision'>,
): void {
  const offered = precisionsOf(engine, device);
  if (offered.includes(precision)) return;
  throw new UserError({
    subject: `precision ${precision}`,
    problem: `must be ${offered.join(' or ')} on device ${device} of engine ${engine.name}`,
    fix: 'use float32, or --engine torch --device cuda',
  });
}
