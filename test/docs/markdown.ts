/** Reads Markdown as GitHub does, as far as links need it. */

/** The text without fenced blocks and inline code, in which nothing is a link. */
export function withoutCode(markdown: string): string {
  return markdown.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1$/gm, '').replace(/`[^`\n]*`/g, '');
}

/** Targets of links and pictures, in their order. */
export function linksOf(markdown: string): string[] {
  const links = withoutCode(markdown).matchAll(/\]\(\s*([^\s)]+)(?:\s+"[^"]*")?\s*\)/g);
  return [...links].map(([, target = '']) => target);
}

/** Anchors of headings; a heading that stands twice has a number the second time. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  const headings = markdown.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1$/gm, '').matchAll(/^#{1,6} +(.*?) *$/gm);
  for (const [, heading = ''] of headings) {
    const slug = slugOf(heading);
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

function slugOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** The text up to a section of this heading, at any level, and after it. */
export function withoutSection(markdown: string, heading: RegExp): string {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && heading.test(line));
  if (start < 0) return markdown;
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 0;
  const length = lines
    .slice(start + 1)
    .findIndex((line) => (/^#+(?= )/.exec(line)?.[0].length ?? Infinity) <= level);
  const end = length < 0 ? lines.length : start + 1 + length;
  return [...lines.slice(0, start), ...lines.slice(end)].join('\n');
}
