/**
 * What `voxolve pretrain --federated` prints at its end.
 */
import type { FederatedOutcome } from '../../../api/index.js';
import { plural } from '../format.js';
import { print, printJson } from '../output.js';

export function showFederated({ status, report, curves, folders }: FederatedOutcome, json: boolean): void {
  if (status === 'diverged') process.exitCode = 1;
  if (report === null) return;
  if (json) return printJson({ ...report, curves, folders: [...folders] });
  const { rounds, sites, metric, chance, scores, traffic, privacy } = report;
  const during = `${plural(rounds, 'round')} of ${plural(sites.length, 'site')}`;
  if (status === 'diverged') return print(`diverged after ${during}; curves in ${curves ?? ''}`);
  const shown = (score: number | null | undefined): string => (score == null ? '–' : score.toFixed(3));
  const { best, bestPooled, federated, pooled } = scores;
  print(
    `${during}: ${metric} ${shown(federated)}, best ${shown(best?.score)} after round ${best?.round ?? '–'}, chance ${shown(chance)}`,
  );
  if (bestPooled !== null)
    print(
      `all scans together: ${metric} ${shown(pooled)}, best ${shown(bestPooled.score)} after step ${bestPooled.step}`,
    );
  print(`a site receives ${traffic.message.down} bytes and sends ${traffic.message.up} in a round`);
  print(
    privacy === null
      ? 'no noise was added: there is no bound on what updates tell of a site'
      : `differential privacy of a site: epsilon ${privacy.epsilon.toFixed(2)} at delta ${privacy.delta}, noise ${Number(privacy.noise.toPrecision(4))}`,
  );
  print(`the best encoder is in ${folders.join(', ')}, the curves are in ${curves ?? ''}`);
}
