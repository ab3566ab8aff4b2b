/** What the command line calls of the dashboard. */
export { serveDashboard, type Dashboard } from './server/serve.js';
export { writeReport } from './report/report.js';
export { isLoopback } from './server/access/host-names.js';
