/** Fine-tuning and explanation reports beside the database. */
import { Empty } from '../shared/states.js';

export const RunsPage = () => <Empty>This view is not there yet.</Empty>;
