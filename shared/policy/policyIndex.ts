import type { Registry } from '../resource/registry.ts';
import type { View } from '../view/view.ts';
import { sha256Hex } from '../xds/sha256.ts';
import { type Candidate, candidateOf } from './candidate.ts';
import { isPolicyDescriptor, type PolicyDescriptor } from './definePolicy.ts';
import { type PolicySpec, topTargetRef } from './policySpec.ts';
import { comparePolicies } from './sort.ts';

/** All policies of a mesh, sorted, and what of a proxy they ask for. */
export interface PolicyIndex {
  /** Names the policies and their content. */
  readonly id: string;
  readonly types: readonly { readonly descriptor: PolicyDescriptor; readonly candidates: readonly Candidate[] }[];
  /** Does any policy look at the proxy's name? */
  readonly byName: boolean;
  /** … at its labels? */
  readonly byLabels: boolean;
}

interface Known {
  readonly registry: Registry;
  readonly revisions: string;
  readonly index: PolicyIndex;
}

const known = new WeakMap<View, Map<string, Known>>();
const descriptors = new WeakMap<Registry, readonly PolicyDescriptor[]>();

/** The policies of a mesh, sorted once for every state of them. */
export function policyIndex(view: View, registry: Registry, mesh: string): PolicyIndex {
  const types = policyDescriptors(registry);
  const revisions = types.map(({ type }) => view.revisionOf(type, mesh)).join();
  let meshes = known.get(view);
  if (!meshes) known.set(view, (meshes = new Map()));
  const last = meshes.get(mesh);
  if (last?.registry === registry && last.revisions === revisions) return last.index;
  const index = build(view, types, mesh);
  meshes.set(mesh, { registry, revisions, index });
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
    byName,
    // a name may be a label too, and namespaces are labels
    byLabels: byName || refs.some(({ labels }) => labels) || candidates.some(({ roleRank }) => roleRank > 0),
  };
}
