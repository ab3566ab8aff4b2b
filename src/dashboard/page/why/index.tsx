/** Why a candidate exists: its decision, derived anew. */
import type { ViewProps } from '../shared/view-props.js';
import { Empty } from '../shared/states.js';

export const WhyView = (_: ViewProps) => <Empty>This view is not there yet.</Empty>;
