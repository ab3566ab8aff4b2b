/** What each gene was worth. */
import { Empty } from '../shared/states.js';

export const GenesPage = () => <Empty>This view is not there yet.</Empty>;
