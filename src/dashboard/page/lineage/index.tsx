/** The family of all candidates. */
import type { ViewProps } from '../shared/view-props.js';
import { Empty } from '../shared/states.js';

export const LineageView = (_: ViewProps) => <Empty>This view is not there yet.</Empty>;
