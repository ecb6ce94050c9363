import { Gauge, type Registry } from 'prom-client';
import type { ZoneIngressStatus } from '../../shared/resource/zoneingress/spec.ts';
import type { DataPlane } from '../dataplane/dataPlane.ts';
import type { AddressBook } from '../lookup/addressBook.ts';
import type { LeafConnection } from '../leaf/leafConnection.ts';
import type { NatsReplica } from '../replica/natsReplica.ts';
import type { Troubles } from './troubles.ts';

type Deps = {
  readonly metrics: Registry;
  readonly replica: NatsReplica;
  readonly addresses: Pick<AddressBook, 'notFound'>;
  readonly dataPlane: Pick<DataPlane, 'ads' | 'earliestExpiry'>;
  readonly leaf: Pick<LeafConnection, 'jsm'>;
  readonly troubles: Pick<Troubles, 'list'>;
  /** RFC 3339 of the zone's credential for the hub; absent: it has none. */
  readonly credentialExpiresAt: () => string | undefined;
};

/** What `/metrics` of a zone tells of its view, its proxies and its way to the hub; asked anew at every scrape. */
export function zoneMetrics({
  metrics,
  replica,
  addresses,
  dataPlane,
  leaf,
  troubles,
  credentialExpiresAt,
}: Deps): void {
  const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [metrics],
      async collect() {
        this.set(await value());
      },
    });
  gauge('meridian_zone_position', 'Position of the policy log that the view stands at', () => replica.position());
  gauge('meridian_zone_quarantined_events', 'Events set aside', () => replica.quarantinedTotal);
  gauge('meridian_zone_secrets_waiting', 'Secrets whose key has not come', () => replica.waitingForKeys());
  gauge(
    'meridian_zone_refills',
    'Times that the view was filled anew since the start',
    () => replica.refill()?.count ?? 0,
  );
  gauge(
    'meridian_zone_troubles',
    'What the control plane goes on trying in vain; its log and GET /sync say what',
    () => troubles.list().length,
  );
  gauge('meridian_zone_proxies', 'Connected proxies', () => dataPlane.ads.proxies.size);
  gauge('meridian_zone_unknown_names', 'Domain names of proxies that are not found', () => addresses.notFound);
  gauge('meridian_zone_dead_ingresses', 'Ingresses of other zones that nothing is sent to', () => {
    const entries = [...replica.view.entries('ZoneIngress', '')];
    return entries.filter(({ resource }) => (resource.status as ZoneIngressStatus | undefined)?.dead).length;
  });
  gauge(
    'meridian_zone_certificate_expiry_timestamp_seconds',
    'When the first certificate of a connected proxy ends; NaN when there is none',
    () => (dataPlane.earliestExpiry() ?? Number.NaN) / 1000,
  );
  gauge(
    'meridian_zone_hub_credential_expiry_timestamp_seconds',
    'When the credential ends that the zone’s nats-server joins the hub with; NaN when there is none',
    () => Date.parse(credentialExpiresAt() ?? '') / 1000,
  );
  gauge(
    'meridian_zone_hub_silence_seconds',
    'Since when nothing came from the hub; NaN: the zone’s nats-server does not answer',
    async () => {
      const info = await leaf.jsm.streams.info('EVENTS').catch(() => undefined);
      const { active = -1 } = info?.mirror ?? {};
      if (!info) return Number.NaN;
      return active < 0 ? Number.POSITIVE_INFINITY : active / 1e9;
    },
  );
}
