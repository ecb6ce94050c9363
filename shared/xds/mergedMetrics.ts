import { socketPath } from './socketPath.ts';

/** A proxy says so in its bootstrap: it merges the metrics of applications with Envoy's. Ours, kuma-dp has ways of its own. */
export const MERGED_METRICS_FEATURE = 'feature-meridian-merged-metrics';

/** What Envoy tells the merger with every scrape: URLs of the applications' metrics, with blanks between. */
export const APPLICATIONS_HEADER = 'x-meridian-applications';

/** The Unix socket on which the process that runs the proxy takes scrapes. */
export function mergedMetricsSocket(workdir: string, mesh: string, name: string): string {
  return socketPath('mh', workdir, mesh, name);
}
