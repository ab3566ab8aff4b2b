/**
 * Which engine and device a search uses: chosen once, recorded, kept on resume.
 */
import { present, UserError } from '../core/errors.js';
import { engines } from '../engines/index.js';
import type { Experiment } from '../experiment/schema.js';

export interface EngineChoice {
  readonly engine: string;
  readonly device: string;
  readonly reason: string;
}

/** Throws `UserError` where the named engine or device cannot be used here. */
export async function chooseEngine({
  engine,
  device,
}: Pick<Experiment, 'engine' | 'device'>): Promise<EngineChoice> {
  const name = engine === 'auto' ? 'onnx' : engine;
  const chosen = Object.hasOwn(engines, name) ? engines[name] : undefined;
  if (chosen === undefined) {
    throw new UserError({
      subject: `engine "${name}"`,
      problem: `is none of ${Object.keys(engines).join(', ')}`,
      fix: 'use one of these, or "auto"',
    });
  }
  if (device === 'auto' || device === 'cpu') {
    const asked = engine === 'auto' && device === 'auto' ? 'the default' : 'as asked';
    return { engine: name, device: 'cpu', reason: asked };
  }
  const report = (await chosen.probe()).find((entry) => entry.device === device);
  if (report?.usable === true) return { engine: name, device, reason: 'as asked' };
  throw new UserError({
    subject: `device "${device}" of engine ${name}`,
    problem: report?.reason ?? 'is not one of its devices',
    fix: 'see voxolve doctor, or use --device cpu',
  });
}

/** One line per engine and device, for `doctor`. */
export async function probeEngines() {
  return Promise.all(
    Object.keys(engines).map(async (name) => ({
      name,
      devices: await present(engines[name], name).probe(),
    })),
  );
}
