/** Style of a report's tables, on the screen and in print: there light, with margins, rows whole and headings with what they head. */
export const reportStyle = `
#report { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 14px/1.5 system-ui, sans-serif; }
#report h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
#report table { border-collapse: collapse; width: 100%; margin: 0 0 1rem; font-variant-numeric: tabular-nums; }
#report caption { text-align: left; padding: .25rem 0; font-style: italic; }
#report th, #report td { border-bottom: 1px solid #8888; padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
#report .short { overflow-wrap: normal; }
#report td.short { white-space: nowrap; }
#report .number { text-align: right; }
#report pre, #report dd { overflow-wrap: anywhere; white-space: pre-wrap; }
@media screen and (max-width: 40rem) {
  #report section { overflow-x: auto; }
  #report td.short { white-space: normal; overflow-wrap: anywhere; }
}
@page { margin: 15mm; }
@media print {
  :root { color-scheme: light; }
  html, body { color: #000; background: #fff; }
  #page { display: none; }
  #report { max-width: none; margin: 0; padding: 0; font-size: 9pt; color: #000; background: #fff; }
  #report h2, #report caption, #report thead { break-after: avoid; }
  #report h1 { margin-top: 0; }
  #report tr, #report #methods { break-inside: avoid; }
  #report thead { display: table-header-group; }
  #report p, #report li { orphans: 3; widows: 3; }
}
`;
