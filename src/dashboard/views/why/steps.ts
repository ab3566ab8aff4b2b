/** A decision in plain sentences: what it rests on, what the strategy did, what was refused, what became of the parent. */
import { canonicalJson, type Json } from '../../../core/json.js';
import type { Mutation } from '../../../core/records.js';
import { numbersText, type Heard } from '../../../search/trace.js';
import type { DerivedDecision } from '../../../study/index.js';

export function stepsOf(number: number, decision: DerivedDecision, heard: Heard): readonly string[] {
  const { proposal, differences } = decision;
  const { refusals, sentences } = heard;
  const [parent] = proposal.parents;
  const altered =
    differences.length === 0
      ? []
      : [
          `The log holds something else (${differences.join(', ')}): it was altered, or another version of voxolve decided.`,
        ];
  const refused =
    refusals.length === 0
      ? []
      : [
          `Before it, the constraints refused ${refusals.length} proposal${refusals.length === 1 ? '' : 's'}; the last because ${refusals.at(-1)?.reason}.`,
        ];
  const changes = proposal.mutations.map(
    (mutation) =>
      `${parent === undefined ? 'Its' : `Candidate ${parent.number}’s`} genome was changed: ${changeText(mutation)}.`,
  );
  return [basis(number, decision), ...sentences, ...refused, ...changes, ...altered];
}

function basis(number: number, { needs, key }: DerivedDecision): string {
  const generator = `with the generator (seed ${key.join(', ')})`;
  return `Candidate ${number} was decided from ${basisText(needs)}, ${generator}.`;
}

function basisText(needs: DerivedDecision['needs']): string {
  if ('end' in needs) {
    return needs.end === 0 ? 'no results' : `all results of candidates 0 to ${needs.end - 1}`;
  }
  const numbers = [...needs.numbers].sort((a, b) => a - b);
  if (numbers.length === 0) return 'no results';
  return numbers.length === 1
    ? `the result of candidate ${numbers[0]} alone`
    : `the results of candidates ${numbersText(numbers)} alone`;
}

function changeText({ kind, path, before, after }: Mutation): string {
  return `${kind} at ${path === '' ? 'its root' : path}, ${brief(before)} became ${brief(after)}`;
}

/** Characters of a value in a sentence. */
const MOST = 60;

function brief(value: Json): string {
  const text = canonicalJson(value);
  return text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text;
}
