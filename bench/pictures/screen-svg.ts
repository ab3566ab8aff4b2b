/**
 * Drawing of a terminal's screen as an SVG picture in a window's frame.
 *
 * voxolve prints no colours, so lines are plain text; only the prompt and the progress bar are coloured here. Runs of
 * block characters become rectangles, and every other run of text is stretched to its columns, so that the picture is
 * the same whichever monospaced font the reader has.
 */

const COLUMN = 8.4;
const ROW = 20;
const MARGIN = 18;
const TITLE = 34;
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const COLOURS = { back: '#0d1117', title: '#161b22', edge: '#30363d', text: '#e6edf3', accent: '#3fb950' };
const BUTTONS = ['#ff5f57', '#febc2e', '#28c840'];

/** Runs of one kind: full blocks, faint blocks, or words with a single space between them. */
const RUNS = /█+|░+|[^\s█░]+(?: [^\s█░]+)*/gu;

export interface Frame {
  readonly columns: number;
  /** Title on the window's frame. */
  readonly title: string;
  /** Description for screen readers. */
  readonly description: string;
}

export function screenSvg(lines: readonly string[], { columns, title, description }: Frame): string {
  const width = Math.ceil(columns * COLUMN + 2 * MARGIN);
  const height = TITLE + 2 * MARGIN + lines.length * ROW;
  const runs = lines.flatMap((line, row) =>
    [...line.matchAll(RUNS)].map((match) => runSvg(match[0], columnsOf(line.slice(0, match.index)), row)),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(description)}</title>`,
    ...windowSvg(width, height),
    `<g font-family="${FONT}" font-size="14" fill="${COLOURS.text}">`,
    `<text x="${width / 2}" y="${TITLE / 2 + 5}" text-anchor="middle" font-size="13" opacity="0.7">${escapeXml(title)}</text>`,
    ...runs,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function windowSvg(width: number, height: number): string[] {
  const right = width - 1;
  return [
    `<rect x="0.5" y="0.5" width="${right}" height="${height - 1}" rx="10" fill="${COLOURS.back}" stroke="${COLOURS.edge}"/>`,
    `<path d="M1 ${TITLE}V10A9 9 0 0 1 10 1H${right - 9}A9 9 0 0 1 ${right} 10V${TITLE}Z" fill="${COLOURS.title}"/>`,
    ...BUTTONS.map((fill, i) => `<circle cx="${20 + 20 * i}" cy="${TITLE / 2}" r="6" fill="${fill}"/>`),
  ];
}

function runSvg(run: string, column: number, row: number): string {
  const x = (MARGIN + column * COLUMN).toFixed(1);
  const baseline = TITLE + MARGIN + 14 + row * ROW;
  const width = (columnsOf(run) * COLUMN).toFixed(1);
  if (/^[█░]/.test(run)) {
    const fill = run.startsWith('█') ? COLOURS.accent : COLOURS.edge;
    return `<rect x="${x}" y="${baseline - 13}" width="${width}" height="16" fill="${fill}"/>`;
  }
  const fill = run.startsWith('$ ') ? ` fill="${COLOURS.accent}"` : '';
  return `<text x="${x}" y="${baseline}" textLength="${width}" lengthAdjust="spacingAndGlyphs"${fill}>${escapeXml(run)}</text>`;
}

/** Number of columns of a text: one per character, since voxolve prints no wide ones. */
function columnsOf(text: string): number {
  return [...text].length;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
