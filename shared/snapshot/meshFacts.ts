import { enabledBackend, type MeshSpec } from '../resource/mesh/spec.ts';
import type { Backends } from '../resource/mesh/backends.ts';
import type { Metrics } from '../resource/mesh/metrics.ts';
import { type ServiceIndex, serviceIndex } from '../view/services.ts';
import type { View } from '../view/view.ts';

/** What a mesh means for every proxy in it. */
export interface MeshFacts {
  readonly name: string;
  /** The zone from which it is seen. */
  readonly zone: string;
  /** Absent: no mesh mTLS. */
  readonly mtls: 'STRICT' | 'PERMISSIVE' | undefined;
  /** Calls to other zones leave by the zone's egress. */
  readonly zoneEgress: boolean;
  /** Traffic to addresses outside of the mesh is let through. */
  readonly passthrough: boolean;
  readonly metrics: Metrics | undefined;
  readonly logging: Backends | undefined;
  readonly tracing: Backends | undefined;
  readonly services: ServiceIndex;
}

const known = new WeakMap<View, Map<string, { readonly revision: number; readonly facts: MeshFacts | undefined }>>();

/** One object for all proxies that ask between two changes of the view. @returns `undefined` when there is no such mesh (any more). */
export function meshFacts(view: View, mesh: string, zone: string): MeshFacts | undefined {
  let meshes = known.get(view);
  if (!meshes) known.set(view, (meshes = new Map()));
  const id = `${zone}/${mesh}`;
  const { revision } = view;
  let latest = meshes.get(id);
  if (latest?.revision !== revision) meshes.set(id, (latest = { revision, facts: factsOf(view, mesh, zone) }));
  return latest.facts;
}

function factsOf(view: View, mesh: string, zone: string): MeshFacts | undefined {
  const spec = view.get({ type: 'Mesh', mesh: '', name: mesh })?.resource.spec as MeshSpec | undefined;
  if (!spec) return undefined;
  const backend = enabledBackend(spec);
  return {
    name: mesh,
    zone,
    mtls: backend && (backend.mode ?? 'STRICT'),
    zoneEgress: spec.routing?.zoneEgress ?? false,
    passthrough: spec.networking?.outbound?.passthrough ?? true,
    metrics: spec.metrics,
    logging: spec.logging,
    tracing: spec.tracing,
    services: serviceIndex(view, mesh, zone),
  };
}
