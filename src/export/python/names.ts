/**
 * Names for the parameters of a class: as a person would call the things in which its instances differ.
 */
import type { Hole } from './patterns.js';
import { isPosition, isTelling, numberTerm, sameTerms, type Role } from './terms.js';

const PLAIN: Readonly<Record<Role, string | undefined>> = {
  channels: 'mid_channels',
  kernel: 'kernel_size',
  stride: 'stride',
  padding: 'padding',
  groups: 'groups',
  setting: undefined,
  module: undefined,
};

/** Python's keywords, and names that the generated code uses itself. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield self x out nn torch'
  ).split(' '),
);

/** `channels`: per instance, the numbers of channels that have names of their own. */
export function nameHoles(
  holes: readonly Hole[],
  channels: readonly Readonly<Record<string, number>>[],
): ReadonlyMap<Hole, string> {
  const names = new Map<Hole, string>();
  const taken = new Set<string>();
  const give = (hole: Hole, candidates: readonly string[]): void => {
    const free = candidates.find((name) => !taken.has(name) && !RESERVED.has(name));
    const name = free ?? numbered(candidates[0] ?? hole.role, taken);
    taken.add(name);
    names.set(hole, name);
  };
  for (const hole of holes) {
    const own = hole.role === 'channels' ? channelName(hole, channels) : undefined;
    if (own !== undefined) give(hole, [own]);
  }
  for (const hole of holes) {
    const telling = hole.uses.map((use) => use.argument).filter(isTelling);
    if (!names.has(hole) && hole.role !== 'module' && telling.length > 0)
      give(hole, [...telling, ...placed(hole)]);
  }
  const rest = holes.filter((hole) => !names.has(hole));
  for (const hole of rest) {
    const plain = PLAIN[hole.role];
    const alone = rest.filter((other) => other.role === hole.role).length === 1;
    give(hole, [...(plain !== undefined && alone ? [plain] : []), ...placed(hole)]);
  }
  return names;
}

/** Name of a hole after its place: the attribute, and the argument there. */
function placed({ role, uses }: Hole): readonly string[] {
  const suffix = (argument: string): string =>
    role === 'channels' ? 'channels' : role === 'kernel' ? 'kernel_size' : argument;
  return uses.map(({ attribute, argument }) => {
    const place = isPosition(attribute) ? `layer${attribute}` : attribute;
    return attribute === argument ? place : `${place}_${suffix(argument)}`;
  });
}

function channelName(hole: Hole, channels: readonly Readonly<Record<string, number>>[]): string | undefined {
  const matching = Object.keys(channels[0] ?? {}).filter((name) =>
    sameTerms(
      hole.values,
      channels.map((one) => numberTerm(one[name] ?? -1)),
    ),
  );
  return matching.length > 1 && matching.includes('in_channels') ? 'channels' : matching[0];
}

function numbered(name: string, taken: ReadonlySet<string>): string {
  let i = 2;
  while (taken.has(`${name}${i}`)) i++;
  return `${name}${i}`;
}
