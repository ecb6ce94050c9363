import { type DataplaneSpec, sectionName } from '../resource/dataplane/spec.ts';
import { tagSets } from '../resource/dataplane/tagSets.ts';
import { displayName } from '../resource/hashedName.ts';
import type { Origin, Resource } from '../resource/resource.ts';
import { SERVICE_TAG, type Tags } from '../resource/tags.ts';
import { compareTexts } from '../text/compareTexts.ts';
import type { View } from '../view/view.ts';
import { type Candidate, candidateOf, NAMESPACE_LABEL } from './candidate.ts';
import { type PolicySpec, topTargetRef } from './policySpec.ts';
import { routeIds } from './routeName.ts';
import { proxySelectors } from './legacyRules.ts';
import { bestRank, matchesTags, type Rank } from './tagSelector.ts';
import type { TargetRef } from './targetRef.ts';

/** What a policy selects of a proxy. */
export interface Selection {
  /** Inbounds by section name. Outbound rules do not depend on it. */
  readonly inbounds: 'all' | readonly string[];
  /** Ids of the Envoy routes that the policy is confined to (`routeIds`); `undefined`: it is about the whole proxy. */
  readonly routes: readonly string[] | undefined;
  /** Legacy policies only: how specific the selector is by which the proxy was chosen. */
  readonly rank?: Rank;
}

const WHOLE: Selection = { inbounds: 'all', routes: undefined };

/** Does the policy select the proxy, or an inbound of it, with its top-level targetRef? @param zone the proxy's. */
export function selects(
  view: View,
  policy: Resource,
  origin: Origin,
  dataplane: Resource<DataplaneSpec>,
  zone: string,
): boolean {
  return selectionOf(view, candidateOf(policy as Resource<PolicySpec>, origin), dataplane, zone) !== undefined;
}

/** What a policy selects of a proxy in `zone`, as Kuma's `pkg/plugins/policies/core/matchers/dataplane.go`; `undefined`: nothing. */
export function selectionOf(
  view: View,
  candidate: Candidate,
  dataplane: Resource<DataplaneSpec>,
  zone: string,
): Selection | undefined {
  if (candidate.resource.mesh !== dataplane.mesh || candidate.isShadow) return undefined;
  if (candidate.zone && candidate.zone !== zone && candidate.role !== 'producer') return undefined;
  const isNamespaced = candidate.role === 'consumer' || candidate.role === 'workload-owner';
  if (isNamespaced && candidate.namespace !== (dataplane.labels[NAMESPACE_LABEL] ?? '')) return undefined;
  const selectors = proxySelectors(candidate.resource.spec);
  if (selectors) {
    const rank = bestRank(selectors, tagSets(dataplane));
    return rank && { ...WHOLE, rank };
  }
  const ref = topTargetRef(candidate.resource.spec);
  if (ref.kind !== 'MeshHTTPRoute') return targetSelection(ref, candidate, dataplane);

  const routes = routesOf(view, candidate, ref).filter((route) =>
    targetSelection(topTargetRef(route.resource.spec), route, dataplane),
  );
  if (routes.length === 0) return undefined;
  return { inbounds: 'all', routes: routes.flatMap(({ resource }) => routeIds(resource.spec)) };
}

/** The MeshHTTPRoutes that a targetRef of a policy means: by name those of its own writer, else of global; or by labels. */
export function routesOf(view: View, policy: Candidate, ref: TargetRef): Candidate[] {
  const routes = [...view.entries('MeshHTTPRoute', policy.resource.mesh)]
    .map(({ resource, origin }) => candidateOf(resource as Resource<PolicySpec>, origin))
    .filter((route) => (ref.name ? isNamed(route.resource, ref, policy) : hasAll(route.resource.labels, ref.labels)))
    .sort((a, b) => compareTexts(a.name, b.name) || compareTexts(a.origin, b.origin));
  if (!ref.name) return routes;
  const own = routes.filter(({ origin }) => origin === policy.origin);
  return own.length > 0 ? own : routes.filter(({ origin }) => origin === '');
}

function targetSelection(ref: TargetRef, policy: Candidate, dataplane: Resource<DataplaneSpec>): Selection | undefined {
  const { inbound = [], gateway } = dataplane.spec.networking;
  const isProxyType = !ref.proxyTypes?.length || ref.proxyTypes.includes(gateway ? 'Gateway' : 'Sidecar');
  switch (ref.kind) {
    case 'Mesh':
      return isProxyType ? WHOLE : undefined;
    case 'Dataplane': {
      if (gateway?.type === 'BUILTIN') return undefined;
      const isMeant = ref.name ? isNamed(dataplane, ref, policy) : hasAll(dataplane.labels, ref.labels);
      if (!isMeant || !ref.sectionName) return isMeant ? WHOLE : undefined;
      const sections = inbound.map(sectionName).filter((section) => section === ref.sectionName);
      return sections.length > 0 ? { inbounds: sections, routes: undefined } : undefined;
    }
    case 'MeshSubset':
      return isProxyType ? tagSelection(ref.tags ?? {}, dataplane.spec) : undefined;
    case 'MeshService':
    case 'MeshServiceSubset':
      // by labels a MeshService is a resource, and tags say nothing of those
      return ref.name ? tagSelection({ [SERVICE_TAG]: ref.name, ...ref.tags }, dataplane.spec) : undefined;
    default:
      return undefined;
  }
}

/** Tags must be on one and the same inbound, and select only such inbounds; a gateway has tags of its own. */
function tagSelection(tags: Tags, { networking: { inbound = [], gateway } }: DataplaneSpec): Selection | undefined {
  if (gateway) return matchesTags(tags, gateway.tags) ? WHOLE : undefined;
  const sections = inbound.filter((one) => matchesTags(tags, one.tags ?? {})).map(sectionName);
  return sections.length > 0 ? { inbounds: sections, routes: undefined } : undefined;
}

/** By display name; on Kubernetes in the namespace that the reference names, else in the policy's own. */
function isNamed(resource: Resource, ref: TargetRef, policy: Candidate): boolean {
  if (displayName(resource) !== ref.name) return false;
  const namespace = ref.namespace ?? policy.namespace;
  return !namespace || namespace === (resource.labels[NAMESPACE_LABEL] ?? '');
}

function hasAll(labels: Tags, wanted: Tags | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value);
}
