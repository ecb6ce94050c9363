import { availableServices } from '../shared/view/availableServices.ts';
import { serviceIndex } from '../shared/view/services.ts';
import type { ZoneConfig } from './config.ts';
import { claimVips } from './dns/claimVips.ts';
import { parseVipRange } from './dns/vipRange.ts';
import { advertise } from './ingress/advertise.ts';
import type { Replica, ZoneLog } from './replica/ports.ts';
import { reconcile } from './replica/reconcile.ts';
import type { Troubles } from './status/troubles.ts';

type Reconciling = {
  readonly config: Pick<ZoneConfig, 'name' | 'dns.cidr'>;
  readonly replica: Replica;
  readonly zoneLog: ZoneLog;
  readonly troubles: Pick<Troubles, 'of'>;
  readonly onError: (what: string) => (error: unknown) => void;
};

/**
 * What the zone derives from its view and writes into its own log: virtual IPs, and what its ingresses offer.
 * @returns the function that ends it
 */
export function startReconciling({ config, replica, zoneLog, troubles, onError }: Reconciling): () => void {
  const { view } = replica;
  const zone = config.name;
  const shared = { view, zone, log: zoneLog, now: () => new Date() };
  const range = parseVipRange(config['dns.cidr']);
  const claim = claimVips({
    ...shared,
    range,
    services: (mesh) => serviceIndex(view, mesh, zone).services.keys(),
    onLacking: onError('virtual IPs'),
  });
  const ends = [
    reconcile({
      replica,
      concerns: ({ key }) => key.type === 'Dataplane' || key.type === 'ZoneIngress' || key.type === 'Mesh',
      run: async () => replica.applied(await claim()),
      ...troubles.of('virtual IPs could not be claimed'),
    }),
    reconcile({
      replica,
      concerns: ({ key, origin }) =>
        (key.type === 'Dataplane' || key.type === 'ZoneIngress' || key.type === 'Mesh') &&
        (origin === zone || origin === ''),
      run: async () =>
        replica.applied(await advertise({ ...shared, availableServices: () => availableServices(view, zone) })),
      ...troubles.of('the services of the zone could not be offered'),
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
