import { selects } from '../../shared/policy/match.ts';
import { matchPolicies } from '../../shared/policy/matchPolicies.ts';
import { isPolicyDescriptor } from '../../shared/policy/definePolicy.ts';
import type { DataplaneSpec } from '../../shared/resource/dataplane/spec.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import { GLOBAL, type Resource } from '../../shared/resource/resource.ts';
import type { Inspector } from '../../shared/rest/ports.ts';
import { View } from '../../shared/view/view.ts';
import type { EventLog } from '../log/eventLog.ts';

type Deps = {
  readonly registry: Registry;
  readonly log: Pick<EventLog, 'list'>;
  /** What the zones wrote. */
  readonly zones: View;
};

/** Asks the policy engine about what global knows. The view is made for the question: people ask rarely, and see the latest. */
export function inspector({ registry, log, zones }: Deps): Inspector {
  const policyTypes = registry.all.filter(isPolicyDescriptor).map(({ type }) => type);
  const viewOf = async (mesh: string): Promise<View> => {
    const view = new View();
    for (const type of policyTypes) {
      for (const { resource, version } of await log.list(type, mesh))
        view.apply({ origin: GLOBAL, key: resource, resource, version });
      for (const { origin, resource, version } of zones.entries(type, mesh))
        view.apply({ origin, key: resource, resource, version });
    }
    return view;
  };
  return {
    matchedPolicies: async ({ resource, origin }) => {
      const view = await viewOf(resource.mesh);
      const dataplane = resource as Resource<DataplaneSpec>;
      return [...matchPolicies({ view, registry, mesh: resource.mesh, zone: origin, dataplane }).values()];
    },
    dataplanesOf: async (policy) => {
      const view = await viewOf(policy.resource.mesh);
      return [...zones.entries('Dataplane', policy.resource.mesh)].filter(({ resource, origin }) =>
        selects(view, policy.resource, policy.origin, resource as Resource<DataplaneSpec>, origin),
      );
    },
  };
}
