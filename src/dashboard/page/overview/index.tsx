/** How far the search is, what it found, who works on it. */
import { Empty } from '../shared/states.js';

export const OverviewPage = () => <Empty>This view is not there yet.</Empty>;
