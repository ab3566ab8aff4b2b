/**
 * The engine and device of a search: chosen once, recorded, and used again on resume.
 *
 * A named engine is used, or refused with the reason. For `auto` it is the fastest of those that work here, by a short
 * measurement.
 */
import { present, UserError } from '../core/errors.js';
import { plural } from '../core/plural.js';
import type { DeviceReport, Engine, Precision } from '../engines/engine.js';
import { engines } from '../engines/index.js';
import { precisionsOf, requirePrecision } from '../engines/precision.js';
import type { Experiment } from '../experiment/schema.js';
import { calibrate, type Measured } from './calibrate.js';
import type { EncoderWorkload } from './encoder-workload.js';
import { workloadOf, type Workload } from './workload.js';

export interface EngineChoice {
  readonly engine: string;
  readonly device: string;
  readonly reason: string;
  /** The speeds that decided, fastest first; absent where nothing needed to be measured. */
  readonly measured?: Measured;
}

type Asked = Pick<Experiment, 'engine' | 'device'> & Partial<Pick<Experiment, 'threads' | 'precision'>>;

/** A device of an engine, as probed. */
type Found = DeviceReport & { readonly engine: string };

/**
 * Throws `UserError` where the named engine or device cannot be used here. `trained`: the experiment whose networks are measured
 * where several can be used, or an encoder; absent: the reference network.
 */
export async function chooseEngine(
  asked: Asked,
  trained?: Experiment | EncoderWorkload,
): Promise<EngineChoice> {
  const { engine, device, precision = 'float32' } = asked;
  requireOffered(engine, device, precision);
  // Always there: nothing needs to be tried.
  if (engine === 'onnx' && device === 'cpu') return { engine, device, reason: 'as asked' };
  const found = await devicesOf(engine === 'auto' ? Object.keys(engines) : [engine]);
  const wanted = found.filter(
    (report) =>
      (device === 'auto' || report.device === device) &&
      precisionsOf(engineOf(report.engine), report.device).includes(precision),
  );
  const usable = wanted.filter((report) => report.usable);
  const fit = usable.filter(({ reference }) => reference !== true);
  const choices = fit.length > 0 ? fit : usable;
  const [first] = choices;
  if (first === undefined) throw unusable(asked, found, wanted);
  if (choices.length > 1) {
    const own = trained === undefined || 'architecture' in trained;
    const workload = own ? trained : await workloadOf(trained);
    const settings = { threads: asked.threads ?? 1, precision, ...(workload && { workload }) };
    return fastest(await calibrate(choices, settings), choices, workload);
  }
  const named = engine !== 'auto' && device !== 'auto';
  return {
    engine: first.engine,
    device: first.device,
    reason: named ? 'as asked' : 'no other works here; see voxolve doctor',
  };
}

/** Throws `UserError` where a named engine and device offer no such precision. */
function requireOffered(engine: string, device: string, precision: Precision): void {
  if (precision === 'float32' || engine === 'auto') return;
  const own = engineOf(engine);
  if (device !== 'auto' || own.precisions === undefined) requirePrecision(own, { device, precision });
}

function engineOf(name: string): Engine {
  const engine = Object.hasOwn(engines, name) ? engines[name] : undefined;
  if (engine !== undefined) return engine;
  throw new UserError({
    subject: `engine "${name}"`,
    problem: `is none of ${Object.keys(engines).join(', ')}`,
    fix: 'use one of these, or "auto"',
  });
}

async function devicesOf(names: readonly string[]): Promise<readonly Found[]> {
  const reports = names.map(async (name) => {
    return (await engineOf(name).probe()).map((report) => ({ ...report, engine: name }));
  });
  return (await Promise.all(reports)).flat();
}

function fastest(
  measured: Measured,
  choices: readonly Found[],
  workload: Workload | undefined,
): EngineChoice {
  const ranked = [...measured].sort((a, b) => (b.stepsPerSecond ?? 0) - (a.stepsPerSecond ?? 0));
  const { engine, device } = present(ranked[0] ?? choices[0], 'a choice of engines');
  const figures = ranked.map((entry) => {
    const speed = entry.stepsPerSecond === null ? 'failed' : `${entry.stepsPerSecond.toPrecision(2)} steps/s`;
    return `${entry.engine} on ${entry.device} ${speed}`;
  });
  const reason = `fastest on ${networksOf(workload)}: ${figures.join(', ')}`;
  return { engine, device, reason, measured: ranked };
}

function networksOf(workload: Workload | undefined): string {
  if (workload === undefined) return 'a reference network';
  if ('architecture' in workload) return 'this encoder';
  return `${plural(workload.genomes.length, 'network')} of this experiment`;
}

function unusable({ engine, device }: Asked, found: readonly Found[], wanted: readonly Found[]): UserError {
  const named = engine === 'auto' ? 'any engine' : `engine ${engine}`;
  if (wanted.length === 0) {
    const known = [...new Set(found.map((report) => report.device))];
    return new UserError({
      subject: `device "${device}" of ${named}`,
      problem: `is none of its devices, ${known.join(', ')}`,
      fix: 'choose one of these with --device, or "auto"',
    });
  }
  return new UserError({
    subject: device === 'auto' ? named : `device "${device}" of ${named}`,
    problem: `cannot be used here: ${wanted.map((report) => `${report.device}: ${report.reason}`).join('; ')}`,
    fix: 'see voxolve doctor, or use --engine onnx --device cpu',
  });
}

/** Each engine with its devices, for `doctor`. */
export async function probeEngines() {
  return Promise.all(
    Object.keys(engines).map(async (name) => ({
      name,
      devices: await present(engines[name], name).probe(),
    })),
  );
}
