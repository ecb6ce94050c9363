import type { Proxy } from '../../shared/snapshot/proxy.ts';
import type { AdsEvents, AdsServer } from '../ads/ports.ts';
import type { IdentityKeeper } from '../identity/identityKeeper.ts';
import type { Push } from '../push/push.ts';
import type { FormerCa } from './formerCa.ts';
import type { HeldIdentities } from './heldIdentities.ts';
import type { Insights } from './insights.ts';
import type { NodeMetadata } from './nodeMetadata.ts';
import type { Registration } from './registration.ts';

type Deps = {
  readonly ads: Pick<AdsServer, 'counters'>;
  /** What a proxy said of itself when it was admitted. */
  readonly admitted: { get(proxy: Proxy): NodeMetadata | undefined };
  readonly registration: Pick<Registration, 'connected' | 'disconnected'>;
  readonly push: Pick<Push, 'connected' | 'disconnected' | 'refused'>;
  readonly keeper: Pick<IdentityKeeper, 'refresh' | 'forget'>;
  readonly held: HeldIdentities;
  readonly formerCa: FormerCa;
  readonly insights: Pick<Insights, 'connected' | 'disconnected' | 'changed'>;
  readonly log: Record<'info' | 'warn', (fields: object, message: string) => void>;
};

/** Tells all who have to do with a proxy that it came, went, or answered. */
export function proxyEvents({
  ads,
  admitted,
  registration,
  push,
  keeper,
  held,
  formerCa,
  insights,
  log,
}: Deps): AdsEvents {
  return {
    connected(proxy) {
      log.info({ proxy: proxy.id }, 'proxy connected');
      registration.connected(proxy);
      push.connected(proxy);
      // One of a crowd may have its certificate before its turn comes, and is configured once.
      keeper.refresh(proxy);
      const node = admitted.get(proxy);
      if (!node) return;
      formerCa.connected(proxy.id, node.ca);
      insights.connected(proxy, node);
    },
    disconnected(proxy) {
      log.info({ proxy: proxy.id }, 'proxy disconnected');
      push.disconnected(proxy);
      formerCa.disconnected(proxy.id);
      keeper.forget(proxy.id);
      insights.disconnected(proxy, ads.counters(proxy.id));
      registration.disconnected(proxy);
    },
    acknowledged({ proxyId, kind, error }) {
      if (error !== undefined) {
        log.warn({ proxy: proxyId, kind, error }, 'configuration refused; the last good one stays');
        push.refused(proxyId, `${kind}: ${error}`);
      }
      const hasNew = kind === 'secret' && error === undefined && held.acknowledged(proxyId);
      insights.changed(proxyId, error !== undefined || hasNew);
    },
  };
}
