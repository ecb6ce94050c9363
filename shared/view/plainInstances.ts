import type { Insight } from '../resource/insight.ts';
import { enabledBackend, type MeshSpec } from '../resource/mesh/spec.ts';
import type { Resource } from '../resource/resource.ts';
import { type ServicePart, servicePart } from './servicePart.ts';
import type { Changed, View } from './view.ts';

/**
 * The CA whose certificate an instance must have before it is called with mTLS; `undefined`: nobody waits for it, the mesh has no mTLS
 * or wants it of everybody. While PERMISSIVE is switched on, or an instance comes, calls go in plain text for as long as an instance
 * would not understand mTLS yet.
 */
export function awaitedBackend(view: View, mesh: string): string | undefined {
  const spec = view.get({ type: 'Mesh', mesh: '', name: mesh })?.resource.spec as MeshSpec | undefined;
  const backend = enabledBackend(spec);
  return backend?.mode === 'PERMISSIVE' ? backend.name : undefined;
}

/** Has the Dataplane a certificate of that backend? Its insight says so once its Envoy has acknowledged it. */
export function hasCertificate(view: View, zone: string, { mesh, name }: Resource, backend: string): boolean {
  return issuedBackend(view.get({ type: 'DataplaneInsight', mesh, name }, zone)?.resource) === backend;
}

/** Is somebody called with mTLS from now on, or not any more, because of this change? */
export function changesCertificate(view: View, { key, before, after }: Changed): boolean {
  if (key.type !== 'DataplaneInsight' || issuedBackend(before) === issuedBackend(after)) return false;
  return awaitedBackend(view, key.mesh) !== undefined;
}

const plain = new WeakMap<ServicePart, ServicePart>();

/** The same, called in plain text; for the same part always the same object. */
export function plainPart(part: ServicePart): ServicePart {
  const { endpoint } = part;
  if (!endpoint) return part;
  let made = plain.get(part);
  if (!made) plain.set(part, (made = servicePart({ ...part, endpoint: { ...endpoint, plain: true } })));
  return made;
}

/** Is it that part, called either way? */
export function isPart(one: ServicePart, part: ServicePart): boolean {
  return one === part || one === plain.get(part);
}

function issuedBackend(insight: Resource | null | undefined): string | undefined {
  return (insight?.spec as Insight | undefined)?.mTLS?.issuedBackend;
}
