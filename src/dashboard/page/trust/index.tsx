/** Whether scores can be trusted. */
import { Empty } from '../shared/states.js';

export const TrustPage = () => <Empty>This view is not there yet.</Empty>;
