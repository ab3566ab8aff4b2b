/**
 * The options of `search` and `resume` on workers.
 */
export const workerOptions = {
  workers: {
    type: 'number',
    describe: 'candidates trained at once (default: as many as the cores carry, up to half the lookahead)',
  },
  memory: {
    type: 'number',
    describe: 'MiB that candidates may take together (default: four fifths of what is free)',
  },
} as const;

/** The option by which `search` and `resume` show themselves in TensorBoard. */
export const tensorboardOption = {
  tensorboard: { type: 'string', describe: 'folder to keep event files for TensorBoard in meanwhile' },
} as const;

/** The options by which `search` and `resume` leave the training to workers on other machines. */
export const fleetOptions = {
  queue: {
    type: 'string',
    describe:
      'let workers on other machines train: redis://host:6379, rediss:// for TLS (docs/many-machines.md)',
  },
  blobs: { type: 'string', describe: 'with --queue: folder or s3://bucket/prefix that all machines reach' },
  mixed: {
    type: 'boolean',
    describe: 'with --queue: take workers of any class of processors; a rerun is no longer bit for bit',
  },
  'audit-share': {
    type: 'number',
    describe:
      'with --queue: share of the evaluations that this machine repeats, to find forged results (default: 0)',
  },
} as const;

/** The option of the commands that read an experiment of a database. */
export const experimentOption = {
  experiment: { type: 'string', describe: 'name, where the database holds several' },
} as const;

/** The option of the commands that read an experiment's file. */
export const outcomesOption = {
  outcomes: {
    type: 'string',
    describe:
      "table of the outcomes that candidates are scored by, in place of the one of the experiment's objective",
  },
} as const;
