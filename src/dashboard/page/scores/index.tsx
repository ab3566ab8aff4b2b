/** Scores over candidates, the Pareto front of two objectives, parallel coordinates over genes. */
import { Empty } from '../shared/states.js';

export const ScoresPage = () => <Empty>This view is not there yet.</Empty>;
