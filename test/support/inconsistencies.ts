import type { Snapshot, XdsKind } from '../../shared/xds/snapshot.ts';
import { OUTBOUND_PASSTHROUGH_NAME } from '../../shared/xds/names.ts';

/** Clusters that may be missing on purpose: without it the redirect's listener resets what the mesh does not know. */
const MAY_BE_MISSING = new Set([OUTBOUND_PASSTHROUGH_NAME]);

interface References {
  readonly endpoint: Set<string>;
  readonly route: Set<string>;
  readonly secret: Set<string>;
  readonly cluster: Set<string>;
}

/**
 * What does not fit together in a snapshot, in words: names that are asked for over EDS, RDS or SDS and not there, ones
 * that are there and never asked for, and traffic led to clusters that do not exist.
 * @param awaited secrets that are issued later.
 */
export function inconsistencies(snapshot: Snapshot, awaited: ReadonlySet<string> = new Set()): string[] {
  const wanted: References = { endpoint: new Set(), route: new Set(), secret: new Set(), cluster: new Set() };
  for (const [name, cluster] of snapshot.cluster) {
    const eds = cluster.edsClusterConfig as { serviceName?: string } | undefined;
    if (cluster.type === 'EDS') wanted.endpoint.add(eds?.serviceName || name);
    collect(cluster, wanted);
  }
  for (const kind of ['listener', 'route'] as const)
    for (const resource of snapshot[kind].values()) collect(resource, wanted);
  const found: string[] = [];
  for (const kind of ['endpoint', 'route', 'secret'] as const) {
    for (const name of wanted[kind])
      if (!snapshot[kind].has(name) && !awaited.has(name)) found.push(`${kind} "${name}" is wanted and missing`);
    for (const name of snapshot[kind].keys())
      if (!wanted[kind].has(name)) found.push(`${kind} "${name}" is there and not wanted`);
  }
  for (const name of wanted.cluster) {
    if (!snapshot.cluster.has(name) && !MAY_BE_MISSING.has(name))
      found.push(`traffic goes to cluster "${name}", which is missing`);
  }
  for (const kind of Object.keys(snapshot) as XdsKind[]) found.push(...misnamed(snapshot, kind));
  return found;
}

function misnamed(snapshot: Snapshot, kind: XdsKind): string[] {
  const field = kind === 'endpoint' ? 'clusterName' : 'name';
  return [...snapshot[kind]]
    .filter(([name, r]) => r[field] !== name)
    .map(([name, r]) => `${kind} "${name}" calls itself "${r[field]}"`);
}

/** Names in the fields that Envoy's types give references; nothing else there is called so. */
function collect(value: unknown, wanted: References): void {
  if (Array.isArray(value)) for (const item of value) collect(item, wanted);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
  const fields = value as Record<string, unknown>;
  if (typeof fields.routeConfigName === 'string') wanted.route.add(fields.routeConfigName);
  if (fields.sdsConfig && typeof fields.name === 'string') wanted.secret.add(fields.name);
  if (typeof fields.cluster === 'string') wanted.cluster.add(fields.cluster);
  if (typeof fields.collectorCluster === 'string') wanted.cluster.add(fields.collectorCluster);
  const weighted = fields.weightedClusters as { clusters?: { name?: string }[] } | undefined;
  for (const { name } of weighted?.clusters ?? []) if (name) wanted.cluster.add(name);
  for (const field of Object.values(fields)) collect(field, wanted);
}
