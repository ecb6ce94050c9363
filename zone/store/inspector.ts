import { policyInspector } from '../../shared/policy/inspect.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Inspector } from '../../shared/rest/ports.ts';
import type { View } from '../../shared/view/view.ts';
import { TYPE_URL, XDS_KINDS } from '../../shared/xds/snapshot.ts';
import type { AdsServer } from '../ads/ports.ts';

type Deps = {
  readonly view: View;
  readonly registry: Registry;
  readonly ads: Pick<AdsServer, 'snapshotOf'>;
};

/** Asks the policy engine about the zone's view, and the xDS server about what it gave. */
export function inspector({ view, registry, ads }: Deps): Inspector {
  return {
    ...policyInspector({ view: () => view, registry }),
    config: async ({ resource }) => {
      const snapshot = ads.snapshotOf(`${resource.mesh}.${resource.name}`);
      if (!snapshot) return undefined;
      // Private keys are nobody's business.
      const shown = XDS_KINDS.filter((kind) => kind !== 'secret');
      return Object.fromEntries(shown.map((kind) => [TYPE_URL[kind], Object.fromEntries(snapshot[kind])]));
    },
  };
}
