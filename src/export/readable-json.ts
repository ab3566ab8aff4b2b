/**
 * JSON for people: indented, with lists of numbers on one line.
 */
export function readableJson(value: object): string {
  const indented = JSON.stringify(value, null, 2);
  // Strings hold no line breaks in JSON, so only lists of the document itself match.
  const compact = indented.replace(
    /\[\n([-\d.e,\s]+?)\n\s*\]/g,
    (_, list: string) => `[${list.trim().replace(/\s+/g, ' ')}]`,
  );
  return `${compact}\n`;
}
