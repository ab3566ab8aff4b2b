/**
 * Division of one series into scans: files and looks of each, and a label for each.
 */
import { distinctLooks, groupLooks, labelsOf, lookId, type Look } from '../formats/looks.js';

export interface Part {
  /** Id of one of its looks, with which a format finds it again in these files. */
  readonly look: string;
  /** Difference from the other scans, in few words. */
  readonly label: string;
  readonly remarks: readonly string[];
}

/**
 * @param members files of one series, each with its looks
 * @returns scans in the order of their first files; `part` is null if the series is one scan
 */
export function partsOf<T>(
  members: readonly T[],
  looksOf: (member: T) => readonly Look[],
): { readonly members: readonly T[]; readonly part: Part | null }[] {
  const groups = groupLooks(distinctLooks(members.flatMap(looksOf)));
  if (groups.length < 2) return [{ members, part: null }];
  const labels = labelsOf(groups);
  const varied = spacingRemarks(groups);
  return groups.map((group, i) => {
    const ids = new Set(group.map(lookId));
    // The same id whichever file comes first.
    const [look = ''] = [...ids].sort();
    return {
      members: members.filter((member) => looksOf(member).some((each) => ids.has(lookId(each)))),
      part: { look, label: labels[i] ?? '', remarks: varied[i] ?? [] },
    };
  });
}

/** For each group, a remark if another group differs from it only in pixel size. */
function spacingRemarks(groups: readonly (readonly Look[])[]): string[][] {
  const words = groups.map(([look]) => look?.words ?? {});
  const rest = words.map((own) => JSON.stringify({ ...own, spacing: '' }));
  return words.map((own, i) => {
    const alike = words.filter((_, other) => rest[other] === rest[i]);
    const spacings = [...new Set(alike.map(({ spacing }) => spacing ?? 'pixels of unknown size'))];
    return spacings.length < 2 || own['size'] === undefined
      ? []
      : [`its series has ${spacings.join(' and ')}: each is a scan of its own`];
  });
}
