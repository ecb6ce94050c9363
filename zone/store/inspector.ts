import { shownConfig } from '../../shared/dryrun/shownConfig.ts';
import { policyInspector } from '../../shared/policy/inspect.ts';
import { withShadowPolicies } from '../../shared/policy/shadow.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Inspector, Stored } from '../../shared/rest/ports.ts';
import { generateSnapshot } from '../../shared/snapshot/generateSnapshot.ts';
import type { Proxy, ProxyMetadata, ZoneSettings } from '../../shared/snapshot/proxy.ts';
import type { View } from '../../shared/view/view.ts';
import type { AdsServer } from '../ads/ports.ts';

type Deps = {
  readonly view: View;
  readonly registry: Registry;
  readonly settings: ZoneSettings;
  readonly ads: Pick<AdsServer, 'proxies'>;
};

/** Asks the policy engine about the zone's view, and makes what a proxy is given from it. */
export function inspector({ view, registry, settings, ads }: Deps): Inspector {
  /** One that is connected elsewhere, or not any more, is as it was when it wrote its insight. */
  const proxyOf = ({ resource: { mesh, name }, origin }: Stored): Proxy | undefined => {
    const id = `${mesh}.${name}`;
    const insight = view.get({ type: 'DataplaneInsight', mesh, name }, origin)?.resource.spec;
    const { metadata } = (insight ?? {}) as { readonly metadata?: ProxyMetadata };
    return ads.proxies.get(id) ?? (metadata && { id, kind: 'sidecar', mesh, name, metadata });
  };
  return {
    ...policyInspector({ view: () => view, registry }),
    config: async (dataplane, { shadow = false } = {}) => {
      const proxy = proxyOf(dataplane);
      if (!proxy) return undefined;
      const seen = shadow ? withShadowPolicies(view, registry, proxy.mesh) : view;
      return shownConfig(generateSnapshot({ view: seen, proxy, registry, settings }));
    },
  };
}
