import { ADMIN_CA_NAME } from '../../shared/xds/names.ts';
import type { Snapshot, XdsResource } from '../../shared/xds/snapshot.ts';

/** PEM for the secrets of a snapshot, whose own need not be real. */
export interface Pems {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/**
 * An Envoy bootstrap that holds a whole snapshot as static configuration: what would come over EDS, RDS and SDS stands in
 * its place, so that `envoy --mode validate` sees all of it.
 */
export function staticBootstrap(snapshot: Snapshot, pems: Pems): object {
  const inPlace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inPlace);
    if (value === null || typeof value !== 'object') return value;
    const { rds, sdsConfig: _, ...rest } = value as Record<string, unknown>;
    const fields = Object.fromEntries(Object.entries(rest).map(([key, field]) => [key, inPlace(field)]));
    const routes = (rds as { routeConfigName: string } | undefined)?.routeConfigName;
    return routes === undefined ? fields : { ...fields, routeConfig: inPlace(snapshot.route.get(routes)) };
  };
  const clusters = [...snapshot.cluster.values()].map((cluster) => inPlace(withEndpoints(cluster, snapshot)));
  const listeners = [...snapshot.listener.values()].map(inPlace);
  const names = new Set([...secretNames([...snapshot.cluster.values(), ...snapshot.listener.values()])]);
  const secrets = [...names].map((name) => ({ name, ...secretOf(name, pems) }));
  return { node: { id: 'test', cluster: 'test' }, staticResources: { clusters, listeners, secrets } };
}

function withEndpoints(cluster: XdsResource, snapshot: Snapshot): XdsResource {
  if (cluster.type !== 'EDS') return cluster;
  const { edsClusterConfig: _, ...rest } = cluster;
  return { ...rest, type: 'STATIC', loadAssignment: snapshot.endpoint.get(cluster.name as string) ?? null };
}

function* secretNames(value: unknown): Iterable<string> {
  if (value === null || typeof value !== 'object') return;
  const { sdsConfig, name } = value as { sdsConfig?: unknown; name?: string };
  if (sdsConfig && name) yield name;
  for (const field of Object.values(value)) yield* secretNames(field);
}

function secretOf(name: string, { certificatePem, privateKeyPem }: Pems): object {
  if (name === ADMIN_CA_NAME || name.startsWith('mesh_ca:'))
    return { validationContext: { trustedCa: { inlineString: certificatePem } } };
  return {
    tlsCertificate: { certificateChain: { inlineString: certificatePem }, privateKey: { inlineString: privateKeyPem } },
  };
}
