import { PROXY_KINDS } from '../../shared/snapshot/proxy.ts';
import type { View } from '../../shared/view/view.ts';
import { resourceType } from './proxyResource.ts';

type Deps = {
  readonly view: Pick<View, 'get'>;
  readonly zone: string;
  /** The other control planes of the zone that are alive. */
  readonly others: ReadonlySet<string>;
};

type Insight = { subscriptions?: { controlPlaneInstanceId?: string; disconnectTime?: string }[] };

/** Does another control plane of the zone say, in the proxy's insight, that it holds a stream of it? */
export function isElsewhere({ view, zone, others }: Deps, proxyId: string): boolean {
  if (others.size === 0) return false;
  const dot = proxyId.indexOf('.');
  const mesh = proxyId.slice(0, dot);
  const name = proxyId.slice(dot + 1);
  const kinds = PROXY_KINDS.filter((kind) => (kind === 'sidecar') === (mesh !== ''));
  const subscriptions = kinds.flatMap((kind) => {
    const insight = view.get({ type: `${resourceType(kind)}Insight`, mesh, name }, zone)?.resource;
    return (insight?.spec as Insight | undefined)?.subscriptions ?? [];
  });
  return subscriptions.some(
    ({ controlPlaneInstanceId: id, disconnectTime }) => !disconnectTime && id !== undefined && others.has(id),
  );
}
