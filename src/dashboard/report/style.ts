/** Style of a report's tables, on the screen and in print. */
export const reportStyle = `
#report { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 14px/1.5 system-ui, sans-serif; }
#report h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
#report table { border-collapse: collapse; width: 100%; margin: 0 0 1rem; font-variant-numeric: tabular-nums; }
#report caption { text-align: left; padding: .25rem 0; font-style: italic; }
#report th, #report td { border-bottom: 1px solid #8888; padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
#report td.number { text-align: right; white-space: nowrap; }
#report pre, #report dd { overflow-wrap: anywhere; white-space: pre-wrap; }
@media print {
  #page { display: none; }
  #report { max-width: none; margin: 0; font-size: 10pt; color: #000; background: #fff; }
  #report section + section { break-before: page; }
  #report tr { break-inside: avoid; }
  #report thead { display: table-header-group; }
}
`;
