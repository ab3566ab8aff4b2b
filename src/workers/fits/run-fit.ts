/**
 * Runs one fit from its start, or from its last checkpoint, to its folder. The same code runs in the main thread and in others.
 */
import { join } from 'node:path';
import { present } from '../../core/errors.js';
import { hashJson } from '../../core/hash.js';
import { plainJson } from '../../core/json.js';
import { fitModel } from '../../downstream/training/fit-model.js';
import { predictWith } from '../../downstream/training/predict.js';
import { engines } from '../../engines/index.js';
import { loadHead } from '../../experiment/plugins/index.js';
import { openShared } from '../../scans/sampling/scan-set-transfer.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import { FitFolder } from './fit-folder.js';
import { covariatePlan, modelRows } from './model-rows.js';
import type { FitSetup } from './setup.js';
import type { FitUnit } from './unit.js';

/** The folder of a fit, named for all that decides its result. */
export function fitFolder(setup: Pick<FitSetup, 'folder' | 'identity'>, unit: FitUnit): FitFolder {
  const identity = plainJson({ run: setup.identity, ...unit });
  return new FitFolder(join(setup.folder, ...unit.name.split('/')), hashJson(identity));
}

/** Does nothing where the fit is finished. Throws `Interrupted` where `interrupted` said so; the next call goes on. */
export async function runFit(setup: FitSetup, unit: FitUnit, interrupted: () => boolean): Promise<void> {
  const folder = fitFolder(setup, unit);
  if (folder.isDone) return folder.tidy();
  const head = await loadHead(unit.head ?? setup.head);
  const { engine, device, threads } = setup;
  const place = { engine: present(engines[engine], `engine ${engine}`), device, threads };
  const covariates = covariatePlan(setup, unit, head);
  const set = unit.inputs.encoder === undefined ? undefined : openedScans(setup);
  const rows = (of: readonly number[]) => modelRows({ setup, unit, plan: covariates, set }, of);
  const { task, train, heldOut, answer, key, inputs } = unit;
  const encoder =
    inputs.encoder === undefined ? undefined : present(setup.encoders[inputs.encoder], 'encoder');
  const from = folder.snapshot();
  const model = await fitModel({
    task,
    head,
    train: rows(train),
    ...(heldOut.length === 0 ? {} : { heldOut: rows(heldOut) }),
    ...(encoder && { encoder }),
    ...(unit.times && { times: unit.times }),
    key,
    place,
    interrupted,
    ...(from && { from }),
    checkpoint: {
      every: setup.checkpointEvery,
      save: (snapshot) => Promise.resolve(folder.save(snapshot)),
    },
  });
  const answering = { task, head, place, ...(encoder && { encoder }) };
  const answers = await predictWith(model, answering, rows(answer));
  folder.write({ model, answers, covariates });
}

const opened = new WeakMap<FitSetup, ScanSet>();

/** The scans of a setup, opened once a thread. */
function openedScans(setup: FitSetup): ScanSet {
  const set = opened.get(setup) ?? openShared(present(setup.scans, 'scans').shared);
  opened.set(setup, set);
  return set;
}
