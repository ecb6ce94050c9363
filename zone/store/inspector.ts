import { policyInspector } from '../../shared/policy/inspect.ts';
import { withShadowPolicies } from '../../shared/policy/shadow.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Inspector, ProxyConfig } from '../../shared/rest/ports.ts';
import { generateSnapshot } from '../../shared/snapshot/generateSnapshot.ts';
import type { ZoneSettings } from '../../shared/snapshot/proxy.ts';
import type { View } from '../../shared/view/view.ts';
import { type Snapshot, TYPE_URL, XDS_KINDS } from '../../shared/xds/snapshot.ts';
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
      return shown(generateSnapshot({ view: seen, proxy, registry, settings }));
    },
  };
}

/** All but secrets: private keys are nobody's business. */
function shown(snapshot: Snapshot): ProxyConfig {
  const kinds = XDS_KINDS.filter((kind) => kind !== 'secret');
  return Object.fromEntries(kinds.map((kind) => [TYPE_URL[kind], Object.fromEntries(snapshot[kind])]));
}
