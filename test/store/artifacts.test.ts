import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import {
  artifactOf,
  artifactPath,
  bestCandidates,
  collect,
  finishCandidate,
  insertCandidate,
  openStore,
  readArtifact,
  worthKeeping,
  writeArtifact,
  type Store,
} from '../../src/store/index.js';
import { artifactFolder } from '../../src/store/paths.js';
import { toyExperimentIn } from '../study/simulation.js';

let folder: string;
let store: Store;
let experiment: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxolve-artifacts-'));
  store = openStore(join(folder, 'a.db'), 'create');
  experiment = toyExperimentIn(store).id;
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const weightsOf = (value: number) => ({ weight: tensor([1], Float32Array.of(value)) });

function addCandidate(number: number, score: number, weights = number): number {
  const id = insertCandidate(store, experiment, {
    number,
    genome: { number },
    parents: [],
    mutations: [],
    rung: 0,
    params: null,
    macs: null,
  });
  const measured = {
    rung: 0,
    seed: 0,
    steps: 1,
    engine: '',
    device: '',
    seconds: 0,
    error: null,
    attempts: 1,
    inherited: null,
  };
  const artifact = writeArtifact(store, weightsOf(weights));
  finishCandidate(store, id, { ...measured, status: 'done', score, artifact }, { curves: [] });
  return id;
}

const files = (): string[] => readdirSync(artifactFolder(store.path)).filter((file) => file !== 'lock');

describe('weights files', () => {
  it('are read back by their hash', () => {
    const hash = writeArtifact(store, weightsOf(3));
    expect(readArtifact(store, hash).weight?.data).toEqual(Float32Array.of(3));
    expect(files()).toEqual([`${hash}.safetensors`]);
  });

  it('that are missing or altered are refused by name', () => {
    const hash = writeArtifact(store, weightsOf(3));
    writeFileSync(artifactPath(store, hash), 'altered');
    expect(() => readArtifact(store, hash)).toThrow('was altered: its content does not match its name');
    rmSync(artifactPath(store, hash));
    expect(() => readArtifact(store, hash)).toThrow('the weights file is missing');
  });

  it('of all but the best are removed, the lower number going first among equals', () => {
    const ids = [0.5, 0.9, 0.7, 0.9, 0.7].map((score, number) => addCandidate(number, score));
    collect(store, experiment, 3);
    expect(ids.map((id) => artifactOf(store, id) !== undefined)).toEqual([false, true, true, true, false]);
    expect(bestCandidates(store, experiment, 3).map(({ number }) => number)).toEqual([1, 3, 2]);
    expect(files()).toHaveLength(3);
  });

  it('stay while any kept candidate shares them', () => {
    addCandidate(0, 0.1, 42);
    const kept = addCandidate(1, 0.9, 42);
    collect(store, experiment, 1);
    expect(files()).toEqual([`${artifactOf(store, kept)}.safetensors`]);
  });

  it('that a killed run left unnamed or unfinished go with the next collection; other files stay', () => {
    const kept = addCandidate(0, 0.5);
    writeArtifact(store, weightsOf(99));
    writeFileSync(join(artifactFolder(store.path), 'abc.safetensors.unfinished'), 'half');
    writeFileSync(join(artifactFolder(store.path), 'notes.txt'), 'mine');
    collect(store, experiment, 8);
    expect(files().sort()).toEqual([`${artifactOf(store, kept)}.safetensors`, 'notes.txt'].sort());
  });

  it('are worth keeping where fewer than the number kept are better', () => {
    [0.5, 0.9].forEach((score, number) => addCandidate(number, score));
    expect(worthKeeping(store, experiment, { rung: 0, score: 0.4, number: 2 }, 2)).toBe(false);
    expect(worthKeeping(store, experiment, { rung: 0, score: 0.5, number: 2 }, 2)).toBe(false);
    expect(worthKeeping(store, experiment, { rung: 0, score: 0.6, number: 2 }, 2)).toBe(true);
    expect(worthKeeping(store, experiment, { rung: 0, score: 0.1, number: 2 }, 3)).toBe(true);
    expect(worthKeeping(store, experiment, { rung: 0, score: 0.9, number: 2 }, 0)).toBe(false);
    // Whatever was trained for longer comes first.
    expect(worthKeeping(store, experiment, { rung: 1, score: 0.1, number: 2 }, 1)).toBe(true);
  });
});
