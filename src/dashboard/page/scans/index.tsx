/** The scans as the network sees them, and batches of the proxy task. */
import type { ViewProps } from '../shared/view-props.js';
import { Empty } from '../shared/states.js';

export const ScansView = (_: ViewProps) => <Empty>This view is not there yet.</Empty>;
