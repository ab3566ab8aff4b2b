/**
 * A report: a search in one HTML file that opens without a server, asks for nothing, and is read without scripts in its main tables.
 */
import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { writeAtomically } from '../../core/atomic-write.js';
import { UserError } from '../../core/errors.js';
import { withExperiment, type ExperimentSource } from '../../api/open-experiment.js';
import { reportFacts, type ReportFacts } from './facts.js';
import { escaped } from './html.js';
import { methodsHtml } from './methods.js';
import { policyOf, readPageBundle, type PageBundle } from './page-bundle.js';
import { reportData } from './report-data.js';
import { reportStyle } from './style.js';
import { tablesHtml } from './tables.js';

export interface ReportOptions extends ExperimentSource {
  /** File to write. */
  readonly output: string;
  /** True: write anew what is there. */
  readonly again?: boolean | undefined;
}

export interface ReportOutcome {
  readonly bytes: number;
  /** Why pages of candidates were left out; null where none was. */
  readonly leftOut: string | null;
}

/** Writes the file as a whole or not at all. */
export function writeReport(options: ReportOptions): Promise<ReportOutcome> {
  const { output, again = false } = options;
  if (!again && existsSync(output)) {
    throw new UserError({
      subject: output,
      problem: 'is there already',
      fix: 'name another file, or give --again to write it anew',
    });
  }
  const bundle = readPageBundle();
  return withExperiment(options, async (store, row) => {
    const facts = reportFacts(store, row);
    const winnerPath = facts.path.map(({ number }) => number);
    const { answers, leftOut } = await reportData(store, row, winnerPath);
    const html = Buffer.from(reportHtml(facts, answers, bundle));
    await writeAtomically(output, html);
    return { bytes: html.length, leftOut };
  });
}

function reportHtml(
  facts: ReportFacts,
  answers: Readonly<Record<string, unknown>>,
  bundle: PageBundle,
): string {
  const { name: own } = facts.status.experiment;
  const styles = [...bundle.styles, reportStyle];
  const name = escaped(own.length > 200 ? `${own.slice(0, 200)}…` : own);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policyOf(bundle.scripts, styles))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${name} – voxolve</title>
<link rel="icon" href="data:,">
${styles.map((css) => `<style>${css}</style>`).join('\n')}
</head>
<body>
<div id="page"></div>
<main id="report">
<h1>Report of the search ${name}</h1>
${tablesHtml(facts)}
${methodsHtml(facts)}
</main>
<script type="application/gzip" id="report-data">${packed(answers)}</script>
${bundle.scripts.map((code) => `<script type="module">${code}</script>`).join('\n')}
</body>
</html>
`;
}

/** JSON, gzipped, in base64: a fifth of its length, every digit kept, and no letter that could end its element. */
function packed(answers: Readonly<Record<string, unknown>>): string {
  return gzipSync(JSON.stringify(answers), { level: 9 }).toString('base64');
}
