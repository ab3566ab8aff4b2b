/**
 * The tables, as numbered migrations.
 *
 * A database says what it is in its header: `application_id` that it is voxolve's, `user_version` how many of
 * the migrations it has had. A migration that was released never changes; a new one is appended.
 * Users may query these tables; names and meanings stay.
 */

/** "voxo" in ASCII. */
export const APPLICATION_ID = 0x766f786f;

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE experiments (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    spec TEXT NOT NULL,                 -- JSON: the experiment as validated, defaults included
    seed INTEGER NOT NULL,
    strategy TEXT NOT NULL,
    space TEXT NOT NULL,
    task TEXT NOT NULL,
    lookahead INTEGER NOT NULL CHECK (lookahead >= 1),
    candidates INTEGER NOT NULL CHECK (candidates >= 0),  -- how many are wanted so far
    engine TEXT NOT NULL,
    device TEXT NOT NULL,
    scans TEXT NOT NULL,                -- folder, as given
    scans_fingerprint TEXT NOT NULL,
    metric TEXT NOT NULL,
    chance REAL NOT NULL,               -- the metric of a model that knows nothing
    created_at TEXT NOT NULL,           -- ISO 8601, UTC
    voxolve_version TEXT NOT NULL
  ) STRICT;

  CREATE TABLE candidates (
    id INTEGER PRIMARY KEY,
    experiment INTEGER NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number >= 0),
    genome TEXT NOT NULL,               -- canonical JSON
    genome_hash TEXT NOT NULL,          -- SHA-256 of genome
    status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'done', 'failed', 'infeasible')),
    score REAL,                         -- the objective that the strategy saw, maximised
    params INTEGER,
    macs INTEGER,
    UNIQUE (experiment, number)
  ) STRICT;
  CREATE INDEX candidates_by_score ON candidates(experiment, status, score DESC, number);
  CREATE INDEX candidates_by_genome ON candidates(experiment, genome_hash);

  CREATE TABLE candidate_parents (
    candidate INTEGER NOT NULL REFERENCES candidates(id) ON DELETE CASCADE,
    parent INTEGER NOT NULL REFERENCES candidates(id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    PRIMARY KEY (candidate, parent, role)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX candidate_parents_by_parent ON candidate_parents(parent);

  CREATE TABLE mutations (              -- in the order of id: the parent's genome with before replaced by after
    id INTEGER PRIMARY KEY,
    candidate INTEGER NOT NULL REFERENCES candidates(id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,                 -- JSON pointer into the genome
    before TEXT NOT NULL,               -- JSON
    after TEXT NOT NULL                 -- JSON
  ) STRICT;
  CREATE INDEX mutations_by_candidate ON mutations(candidate);

  CREATE TABLE evaluations (
    id INTEGER PRIMARY KEY,
    candidate INTEGER NOT NULL REFERENCES candidates(id) ON DELETE CASCADE,
    rung INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('done', 'diverged', 'failed', 'infeasible')),
    score REAL,
    engine TEXT NOT NULL,
    device TEXT NOT NULL,
    seconds REAL NOT NULL,
    error TEXT,
    attempts INTEGER NOT NULL,
    artifact TEXT,                      -- SHA-256 of the weights file; null where none is kept
    UNIQUE (candidate, rung, seed)
  ) STRICT;
  CREATE INDEX evaluations_by_artifact ON evaluations(artifact) WHERE artifact IS NOT NULL;
  CREATE INDEX evaluations_diverged ON evaluations(candidate) WHERE status = 'diverged';

  CREATE TABLE curves (
    evaluation INTEGER NOT NULL REFERENCES evaluations(id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    name TEXT NOT NULL,
    value REAL,                         -- null where it was not a number
    PRIMARY KEY (evaluation, name, step)
  ) STRICT, WITHOUT ROWID;
  `,
  // Fidelities: a candidate is one evaluation at one rung; those of a higher rung come before all of a lower.
  `
  ALTER TABLE candidates ADD COLUMN rung INTEGER NOT NULL DEFAULT 0 CHECK (rung >= 0);
  DROP INDEX candidates_by_score;
  CREATE INDEX candidates_by_score ON candidates(experiment, status, rung DESC, score DESC, number);
  `,
  // What an evaluation started from: JSON of the candidate's number and, by tensor, where its values came from.
  `
  ALTER TABLE evaluations ADD COLUMN inherited TEXT;
  `,
  // Evaluations that the strategy is not told of, and probes of frozen features (docs/trust.md).
  `
  ALTER TABLE evaluations ADD COLUMN purpose TEXT NOT NULL DEFAULT 'search'
    CHECK (purpose IN ('search', 'trust', 'winner'));
  ALTER TABLE evaluations ADD COLUMN ended TEXT;  -- what ended training early: 'saturated', 'curve'; else null
  CREATE INDEX evaluations_beside ON evaluations(purpose, candidate) WHERE purpose <> 'search';
  CREATE INDEX evaluations_ended ON evaluations(ended, candidate) WHERE ended IS NOT NULL;

  CREATE TABLE winners (                -- those to be trained again before one is called best
    experiment INTEGER NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
    chosen_from INTEGER NOT NULL,       -- the choice rests on the candidates numbered below this
    place INTEGER NOT NULL,             -- 0 is the one with the highest score
    candidate INTEGER NOT NULL REFERENCES candidates(id) ON DELETE CASCADE,
    PRIMARY KEY (experiment, chosen_from, place)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE probes (                 -- what simple classifiers read out of an evaluation's frozen features
    evaluation INTEGER NOT NULL REFERENCES evaluations(id) ON DELETE CASCADE,
    name TEXT NOT NULL,                 -- 'ridge', 'knn': accuracy on unseen patients; 'chance', 'rank', 'variance', …
    value REAL,
    low REAL,                           -- 95 % interval, where there is one
    high REAL,
    PRIMARY KEY (evaluation, name)
  ) STRICT, WITHOUT ROWID;
  `,
  // Why this engine and device, with the speeds that were measured; and what evaluations needed at most.
  `
  ALTER TABLE experiments ADD COLUMN engine_choice TEXT;     -- JSON: reason, measured[] of engine, device, stepsPerSecond
  ALTER TABLE evaluations ADD COLUMN peak_bytes INTEGER;     -- by which training grew its process; null: not measured
  `,
  // The limit on latency: what it is predicted by, and each candidate's prediction; null where there is no limit.
  `
  ALTER TABLE experiments ADD COLUMN latency_model TEXT;     -- JSON: coefficients, their error, what they were fitted to
  ALTER TABLE candidates ADD COLUMN latency REAL;            -- predicted milliseconds of one inference of the encoder
  `,
  // Where the search began: on another kind of processor sums differ in their last bits.
  `
  ALTER TABLE experiments ADD COLUMN processor TEXT;         -- by its name; null: not kept
  `,
  // What is written now: a dead search is told from a running one, a copy without its log from an early state.
  `
  CREATE TABLE writer (                 -- one row
    open INTEGER NOT NULL CHECK (open IN (0, 1)),  -- 1 from when a process opens the database to write until it closes it
    experiment INTEGER                  -- the one that it searches; meant only while the writer's lock is held
  ) STRICT;
  INSERT INTO writer VALUES (0, NULL);
  `,
  // Searches over many machines: what ties one to its queue, and the workers that were seen.
  `
  CREATE TABLE fleets (                 -- at most one row an experiment: it was searched over a queue
    experiment INTEGER PRIMARY KEY REFERENCES experiments(id) ON DELETE CASCADE,
    search TEXT NOT NULL UNIQUE,        -- its id among the searches of all databases
    class TEXT                          -- class of processors that it belongs to; null before its first result or worker
  ) STRICT;

  CREATE TABLE fleet_workers (          -- workers as they were last seen
    experiment INTEGER NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    class TEXT,
    slots INTEGER NOT NULL,
    candidates TEXT NOT NULL,           -- JSON: numbers of the candidates that it works on
    PRIMARY KEY (experiment, name)
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE evaluations ADD COLUMN processor_class TEXT;  -- of the worker; null: the machine of the search itself
  `,
  // When and by whom an evaluation was done, for timelines; equal searches differ in both.
  `
  ALTER TABLE evaluations ADD COLUMN finished_at TEXT;  -- ISO 8601, UTC: its outcome was committed; null: not kept
  ALTER TABLE evaluations ADD COLUMN worker TEXT;       -- by its name in the fleet; null: the search's machine, or not kept
  `,
];
