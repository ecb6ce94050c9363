import { TYPE_URL } from '../../shared/xds/snapshot.ts';
import { type Bench, TIMEOUT } from './bench.ts';
import type { Round } from './rounds.ts';

/** One more sidecar, which offers a service that others call, with an address that nobody had before. */
export function freshInstance(bench: Bench): Round {
  const { fleet, layout } = bench;
  const fresh = bench.fresh();
  const service = layout.outboundsOf(0)[0] ?? '';
  // Three digits everywhere: no address is the beginning of another one.
  const address = `10.200.${100 + (Math.floor(fresh / 100) % 100)}.${100 + (fresh % 100)}`;
  const index = 1_000_000 + fresh;
  const ids = layout.callersOf(service);
  return {
    markers: [{ typeUrl: TYPE_URL.endpoint, bytes: Buffer.from(address) }],
    ids,
    also: [layout.idOf(index)],
    change: async () => ({ start: await fleet.ask('connect', [layout.specOf(index, service, address)]) }),
    // The zone waits a while for it to come back; what follows then must not fall into the next round.
    after: async () => {
      const watch = await fleet.ask('watch', [{ typeUrl: TYPE_URL.endpoint, bytes: Buffer.from(service) }], ids, []);
      await fleet.ask('disconnect', [layout.idOf(index)]);
      await fleet.ask('arrivals', watch, TIMEOUT, ids.length);
      await fleet.ask('unwatch', watch);
    },
  };
}
