import { holderOf, type Insight } from '../../shared/resource/insight.ts';
import type { EnvoyAdmin, Stored } from '../../shared/rest/ports.ts';
import type { View } from '../../shared/view/view.ts';

type Deps = {
  readonly view: View;
  /** This control plane of the zone. */
  readonly instance: string;
  /** Envoys of proxies that are connected here. */
  readonly here: EnvoyAdmin;
  /** Asks the other control planes of the zone. */
  readonly others: EnvoyAdmin;
};

/** The Envoys of all proxies of the zone, whichever of its control planes they are connected to. */
export function anyEnvoyAdmin({ view, instance, here, others }: Deps): EnvoyAdmin {
  const adminOf = ({ resource: { type, mesh, name }, origin }: Stored) => {
    const insight = view.get({ type: `${type}Insight`, mesh, name }, origin)?.resource.spec as Insight | undefined;
    const holder = holderOf(insight);
    return holder === undefined || holder === instance ? here : others;
  };
  return {
    xds: (proxy, options) => adminOf(proxy).xds(proxy, options),
    stats: (proxy, options) => adminOf(proxy).stats(proxy, options),
    clusters: (proxy, options) => adminOf(proxy).clusters(proxy, options),
  };
}
