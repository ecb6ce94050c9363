import { matchPolicies } from '../../shared/policy/matchPolicies.ts';
import { selects } from '../../shared/policy/match.ts';
import type { DataplaneSpec } from '../../shared/resource/dataplane/spec.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { Inspector } from '../../shared/rest/ports.ts';
import type { View } from '../../shared/view/view.ts';
import { TYPE_URL, XDS_KINDS } from '../../shared/xds/snapshot.ts';
import type { AdsServer } from '../ads/ports.ts';

type Deps = {
  readonly view: View;
  readonly registry: Registry;
  readonly zone: string;
  readonly ads: Pick<AdsServer, 'snapshotOf'>;
};

/** Asks the policy engine about the zone's view, and the xDS server about what it gave. */
export function inspector({ view, registry, zone, ads }: Deps): Inspector {
  return {
    matchedPolicies: async ({ resource }) => {
      const dataplane = resource as Resource<DataplaneSpec>;
      return [...matchPolicies({ view, registry, mesh: resource.mesh, zone, dataplane }).values()];
    },
    dataplanesOf: async (policy) =>
      [...view.entries('Dataplane', policy.resource.mesh)].filter(({ resource }) =>
        selects(view, policy.resource, policy.origin, resource as Resource<DataplaneSpec>, zone),
      ),
    config: async ({ resource }) => {
      const snapshot = ads.snapshotOf(`${resource.mesh}.${resource.name}`);
      if (!snapshot) return undefined;
      // Private keys are nobody's business.
      const shown = XDS_KINDS.filter((kind) => kind !== 'secret');
      return Object.fromEntries(shown.map((kind) => [TYPE_URL[kind], Object.fromEntries(snapshot[kind])]));
    },
  };
}
