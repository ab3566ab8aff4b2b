/**
 * All that the page reads: from the server under the token of its link, or, in a report, from the JSON that the file holds
 * in `<script type="application/json" id="report-data">`, an object by path.
 */
export { isReport, picture } from './data/load.js';
export { watchConnection, type Connection } from './data/events.js';
export { useView, type Increments } from './data/use-view.js';
export { useCandidates } from './data/use-candidates.js';
export { goTo, linkTo, useRoute } from './data/selection.js';
