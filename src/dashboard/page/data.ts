/**
 * All that the page reads: from the server under the token of its link, or, in a report, from what the file holds.
 */
export { picture } from './data/load.js';
export { isReport } from './data/report-data.js';
export { watchConnection, type Connection } from './data/events.js';
export { useView, type Increments } from './data/use-view.js';
export { useCandidates } from './data/use-candidates.js';
export { goTo, linkTo, useRoute } from './data/selection.js';
