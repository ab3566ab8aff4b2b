/**
 * All that the page reads: from the server under the token of its link, or, in a report, from the JSON that the file holds
 * in `<script type="application/json" id="report-data">`, an object by path.
 */
export { isReport, load, LoadError, picture } from './data/load.js';
export { subscribe, watchConnection, type Connection } from './data/events.js';
export { useView, type Increments, type Loaded } from './data/use-view.js';
export { useCandidates } from './data/use-candidates.js';
export { goTo, linkTo, useRoute, type Route } from './data/selection.js';
