/**
 * Checks that a value consists of nothing but what its representation allows: no name hides in a number.
 *
 * Source: DICOM PS3.5 table 6.2-1.
 */
const CHECKS: Readonly<Record<string, RegExp>> = {
  CS: /^[A-Z0-9 _]{0,16}$/,
  DS: /^ *([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?)? *$/,
  IS: /^ *([+-]?\d+(\.\d*)?)? *$/,
  AS: /^(\d{3}[DWMY])?$/,
};

/** @param text the whole value, with its padding */
export function isSound(text: string, representation: string): boolean {
  const check = CHECKS[representation];
  if (check === undefined) return false;
  return text
    .replace(/[\0 ]+$/, '')
    .split('\\')
    .every((value) => check.test(value.replace(/ +$/, '')));
}
