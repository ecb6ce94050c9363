import { dataplanesOf, destinationsFor, policiesOf } from '../../shared/policy/inspect.ts';
import { policyDescriptors } from '../../shared/policy/policyIndex.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import { GLOBAL } from '../../shared/resource/resource.ts';
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
  const types = policyDescriptors(registry).map(({ type }) => type);
  const viewOf = async (mesh: string): Promise<View> => {
    const view = new View();
    for (const type of [...types, 'Dataplane']) {
      for (const { resource, version } of await log.list(type, mesh)) {
        view.apply({ origin: GLOBAL, key: resource, resource, version });
      }
      for (const { origin, resource, version } of zones.entries(type, mesh)) {
        view.apply({ origin, key: resource, resource, version });
      }
    }
    return view;
  };
  return {
    matchedPolicies: async (dataplane) => policiesOf(await viewOf(dataplane.resource.mesh), registry, dataplane),
    destinations: async (dataplane) => destinationsFor(await viewOf(dataplane.resource.mesh), registry, dataplane),
    dataplanesOf: async (policy) => dataplanesOf(await viewOf(policy.resource.mesh), policy),
  };
}
