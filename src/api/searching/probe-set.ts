/**
 * The labelled crops of an experiment's `probe`: read and prepared once, by the main thread, for all workers.
 */
import { UserError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { plural } from '../../core/plural.js';
import { rngOf } from '../../core/random.js';
import type { Experiment } from '../../experiment/schema.js';
import {
  drawLabelled,
  loadLabelled,
  readLabelledManifest,
  type LabelledCrop,
} from '../../probes/labelled.js';
import type { LabelledSet } from '../../probes/labelled-set.js';
import type { TaskPlan } from '../../tasks/task.js';
import { cutPatch, plain } from '../../../proxy-tasks/shared/patch.js';
import type { Listener, SourceEvent } from '../events.js';

/** Crops of each class and scan, before they are thinned out to `probe.crops`. */
const PER_CLASS = 8;

/** Undefined where the experiment names no labelled scans. */
export async function loadProbe(
  { probe, scans, seed }: Experiment,
  { encoderInput }: TaskPlan,
  channels: number,
  report: Listener<SourceEvent>,
): Promise<LabelledSet | undefined> {
  if (probe === undefined) return undefined;
  const [, , ...size] = encoderInput;
  const files = readLabelledManifest(probe.manifest);
  const volumes = await loadLabelled(files, scans);
  const rng = rngOf(seed, 'labelled');
  const drawn = drawLabelled(volumes, size, PER_CLASS, rng);
  const crops = rng.split('thin').sample(drawn, probe.crops);
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject: probe.manifest, problem, fix });
  };
  const count = (of: (crop: LabelledCrop) => number): number => new Set(crops.map(of)).size;
  if (volumes.some(({ volume }) => volume.shape[0] !== channels)) {
    refuse(
      `its scans have other numbers of channels than ${channels}`,
      'label scans like the unlabeled ones',
    );
  }
  const [classes, patients] = [count(({ label }) => label), count(({ patient }) => patient)];
  if (classes < 2 || patients < 4) {
    refuse(
      `gives ${plural(crops.length, 'crop')} of ${size.join(' × ')} voxels of ${plural(classes, 'class', 'classes')} ` +
        `and ${plural(patients, 'patient')}; 2 classes and 4 patients are the least`,
      'add labelled scans, or choose smaller patches or a finer spacing',
    );
  }
  report({ kind: 'labelled crops read', crops: crops.length, classes, patients });
  return labelledSetOf(crops, [channels, ...size]);
}

/** Normalised as proxy tasks normalise; `crop`: `[C, D, H, W]`. */
export function labelledSetOf(
  crops: readonly LabelledCrop[],
  crop: readonly [number, number, number, number],
): LabelledSet {
  const [, ...extent] = crop;
  const size = crop.reduce((product, length) => product * length, 1);
  const voxels = new Float32Array(new SharedArrayBuffer(4 * size * crops.length));
  const unused = rngOf('unused');
  crops.forEach(({ crop: own }, i) =>
    cutPatch(
      own,
      { corner: [0, 0, 0], size: extent },
      plain,
      unused,
      voxels.subarray(i * size, (i + 1) * size),
    ),
  );
  const labels = crops.map(({ label }) => label);
  const patients = crops.map(({ patient }) => patient);
  const bytes = new Uint8Array(voxels.buffer);
  const fingerprint = sha256(`${sha256(bytes.slice())} ${JSON.stringify([crop, labels, patients])}`);
  return { shape: [crops.length, ...crop], voxels, labels, patients, fingerprint };
}
