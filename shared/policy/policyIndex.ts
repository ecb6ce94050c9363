import { SERVICE_TAG } from '../resource/tags.ts';
import type { Registry } from '../resource/registry.ts';
import type { View } from '../view/view.ts';
import { sha256Hex } from '../xds/sha256.ts';
import { type Candidate, candidateOf } from './candidate.ts';
import { isPolicyDescriptor, type PolicyDescriptor } from './definePolicy.ts';
import { proxySelectors } from './legacyRules.ts';
import { type PolicySpec, topTargetRef } from './policySpec.ts';
import { comparePolicies } from './sort.ts';

/** All policies of a mesh, sorted, and what of a proxy they ask for. */
export interface PolicyIndex {
  /** Names the policies and their content. */
  readonly id: string;
  /** Names of the tags that any policy asks for, sorted. */
  readonly tags: readonly string[];
  readonly types: readonly { readonly descriptor: PolicyDescriptor; readonly candidates: readonly Candidate[] }[];
  /** Does any policy look at the proxy's name? */
  readonly byName: boolean;
  /** … at its labels? */
  readonly byLabels: boolean;
}

interface Known {
  readonly registry: Registry;
  /** Of the view, when it was last found to be right. */
  revision: number;
  readonly revisions: string;
  readonly index: PolicyIndex;
}

const known = new WeakMap<View, Map<string, Known>>();
const descriptors = new WeakMap<Registry, readonly PolicyDescriptor[]>();

/** The policies of a mesh, sorted once for every state of them. */
export function policyIndex(view: View, registry: Registry, mesh: string): PolicyIndex {
  let meshes = known.get(view);
  if (!meshes) known.set(view, (meshes = new Map()));
  const last = meshes.get(mesh);
  const isOurs = last?.registry === registry;
  const { revision } = view;
  if (isOurs && last.revision === revision) return last.index;
  const types = policyDescriptors(registry);
  const revisions = types.map(({ type }) => view.revisionOf(type, mesh)).join();
  if (isOurs && last.revisions === revisions) {
    last.revision = revision;
    return last.index;
  }
  const index = build(view, types, mesh);
  meshes.set(mesh, { registry, revision, revisions, index });
  return index;
}

/** All policy types of a registry, in the order in which they are applied. */
export function policyDescriptors(registry: Registry): readonly PolicyDescriptor[] {
  let types = descriptors.get(registry);
  if (!types) {
    types = registry.all.filter(isPolicyDescriptor).sort((a, b) => a.order - b.order);
    descriptors.set(registry, types);
  }
  return types;
}

function build(view: View, all: readonly PolicyDescriptor[], mesh: string): PolicyIndex {
  const types = all
    .map((descriptor) => ({
      descriptor,
      candidates: [...view.entries(descriptor.type, mesh)]
        .map(({ resource, origin }) => candidateOf(resource as Candidate['resource'], origin))
        .sort(comparePolicies),
    }))
    .filter(({ candidates }) => candidates.length > 0);
  const candidates = types.flatMap((one) => one.candidates);
  const refs = candidates.map(({ resource }) => topTargetRef(resource.spec as PolicySpec));
  const byName = refs.some(({ kind, name }) => kind === 'Dataplane' && name);
  return {
    id: sha256Hex(JSON.stringify(types.map((one) => [one.descriptor.type, one.candidates.map(({ id }) => id)]))),
    types,
    tags: [...new Set(candidates.flatMap(({ resource }) => askedTags(resource.spec as PolicySpec)))].sort(),
    byName,
    // a name may be a label too, and namespaces are labels
    byLabels: byName || refs.some(({ labels }) => labels) || candidates.some(({ roleRank }) => roleRank > 0),
  };
}

/** Names of the tags by which a policy chooses proxies. */
function askedTags(spec: PolicySpec): string[] {
  const selectors = proxySelectors(spec);
  if (selectors) return selectors.flatMap(({ match }) => Object.keys(match ?? {}));
  const { kind, tags } = topTargetRef(spec);
  return [...Object.keys(tags ?? {}), ...(kind.startsWith('MeshService') ? [SERVICE_TAG] : [])];
}
