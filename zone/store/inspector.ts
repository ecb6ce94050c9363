import { shownConfig } from '../../shared/dryrun/shownConfig.ts';
import { policyInspector } from '../../shared/policy/inspect.ts';
import { withShadowPolicies } from '../../shared/policy/shadow.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Inspector } from '../../shared/rest/ports.ts';
import { generateSnapshot } from '../../shared/snapshot/generateSnapshot.ts';
import type { ZoneSettings } from '../../shared/snapshot/proxy.ts';
import type { View } from '../../shared/view/view.ts';
import type { AdsServer } from '../ads/ports.ts';

type Deps = {
  readonly view: View;
  readonly registry: Registry;
  readonly settings: ZoneSettings;
  readonly ads: Pick<AdsServer, 'proxies'>;
};

/** Asks the policy engine about the zone's view, and makes what a connected proxy is given from it. */
export function inspector({ view, registry, settings, ads }: Deps): Inspector {
  return {
    ...policyInspector({ view: () => view, registry }),
    config: async ({ resource: { mesh, name } }, { shadow = false } = {}) => {
      const proxy = ads.proxies.get(`${mesh}.${name}`);
      if (!proxy) return undefined;
      const seen = shadow ? withShadowPolicies(view, registry, mesh) : view;
      return shownConfig(generateSnapshot({ view: seen, proxy, registry, settings }));
    },
  };
}
