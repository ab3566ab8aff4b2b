/** Every view of the page: its address, its name in the navigation, and what draws it. */
import type { ComponentType } from 'preact';
import { CandidateView } from '../candidate/index.js';
import { GenesPage } from '../genes/index.js';
import { LineageView } from '../lineage/index.js';
import { OverviewPage } from '../overview/index.js';
import { RunsPage } from '../runs/index.js';
import { ScansView } from '../scans/index.js';
import { ScoresPage } from '../scores/index.js';
import type { ViewProps } from '../shared/view-props.js';
import { TrustPage } from '../trust/index.js';
import { WhyView } from '../why/index.js';

interface ViewEntry {
  readonly title: string;
  /** False: reached from candidates, not from the navigation. */
  readonly listed: boolean;
  readonly component: ComponentType<ViewProps>;
}

export const VIEWS: Readonly<Record<string, ViewEntry>> = {
  overview: { title: 'Overview', listed: true, component: OverviewPage },
  scores: { title: 'Scores', listed: true, component: ScoresPage },
  lineage: { title: 'Lineage', listed: true, component: LineageView },
  genes: { title: 'Genes', listed: true, component: GenesPage },
  trust: { title: 'Trust', listed: true, component: TrustPage },
  scans: { title: 'Scans', listed: true, component: ScansView },
  runs: { title: 'Runs', listed: true, component: RunsPage },
  candidate: { title: 'Candidate', listed: false, component: CandidateView },
  why: { title: 'Why candidate', listed: false, component: WhyView },
};
