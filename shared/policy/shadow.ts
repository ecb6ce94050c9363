import type { Registry } from '../resource/registry.ts';
import type { View } from '../view/view.ts';
import { EFFECT_LABEL, SHADOW } from './candidate.ts';
import { policyDescriptors } from './policyIndex.ts';

/** A copy of the view in which the policies of a mesh that are only shadows (label `kuma.io/effect: shadow`) take effect. */
export function withShadowPolicies(view: View, registry: Registry, mesh: string): View {
  const copy = view.clone();
  for (const { type } of policyDescriptors(registry)) {
    for (const { origin, resource, version } of [...view.entries(type, mesh)]) {
      if (resource.labels[EFFECT_LABEL] !== SHADOW) continue;
      const { [EFFECT_LABEL]: _, ...labels } = resource.labels;
      copy.apply({ origin, key: resource, resource: { ...resource, labels }, version: version + 1 });
    }
  }
  return copy;
}
