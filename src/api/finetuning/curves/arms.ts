/**
 * What the arms of label-efficiency curves read: the pretrained encoder, random ones, covariates, metadata of the files.
 */
import { present } from '../../../core/errors.js';
import { metadataCovariates, readMetadata } from '../../../downstream/cohort/metadata.js';
import type { Covariate } from '../../../downstream/cohort/cohort.js';
import type { FitSetup } from '../../../workers/fits/setup.js';
import type { ModelInputs } from '../../../workers/fits/unit.js';
import { earlyOf, encoderInputs, startingEncoder, type EncoderJob } from '../prepare-scans.js';
import type { Arm } from './plan.js';

const METADATA = 'metadata';

export interface Arms {
  readonly setup: Pick<FitSetup, 'covariates' | 'features' | 'encoders'>;
  readonly inputsOf: (arm: Arm, repeat: number) => ModelInputs | undefined;
}

/** Each repeat has random weights of its own. */
export async function readArms(
  job: Omit<EncoderJob, 'name' | 'start'>,
  repeats: number,
  { model, table }: { readonly model: ModelInputs; readonly table: ModelInputs | undefined },
): Promise<Arms> {
  const { prepared, material } = job;
  const { covariates } = model;
  const random: ModelInputs[] = [];
  let setup: Arms['setup'] = {
    covariates: { [METADATA]: await metadataOf(job) },
    features: {},
    encoders: {},
  };
  for (let repeat = 1; repeat <= repeats; repeat++) {
    const name = `random-${repeat}`;
    const key = [material.source.task.seed, 'finetune', name];
    const start = {
      ...startingEncoder(prepared.encoder, prepared.fit.crop.size, key, true),
      ...earlyOf(material.source),
    };
    const read = await encoderInputs({ ...job, name, start });
    random.push({ ...read.inputs, ...(covariates !== undefined && { covariates }) });
    setup = {
      ...setup,
      features: { ...setup.features, ...read.setup.features },
      encoders: { ...setup.encoders, ...read.setup.encoders },
    };
  }
  return {
    setup,
    inputsOf: (arm, repeat) => {
      switch (arm) {
        case 'pretrained':
          return model;
        case 'random':
          return present(random[repeat - 1], `random encoder ${repeat}`);
        case 'table':
          return table;
        case 'metadata':
          return { covariates: METADATA, bounded: true };
      }
    },
  };
}

/** Of the file of each row; rows name one. */
async function metadataOf({
  prepared,
  cohort,
  material,
}: Omit<EncoderJob, 'name' | 'start'>): Promise<Covariate[]> {
  const layout = material.source.task.scans['layout'];
  const all = [];
  for (const { path } of cohort.rows) {
    const [file] = prepared.scans.filesOf(path);
    all.push(await readMetadata(present(file, path), typeof layout === 'string' ? layout : undefined));
  }
  return metadataCovariates(all);
}
