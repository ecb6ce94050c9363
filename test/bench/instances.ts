import { TYPE_URL } from '../../shared/xds/snapshot.ts';
import type { Bench } from './bench.ts';
import type { Round } from './rounds.ts';

/** One more sidecar, which offers a service that others call, with an address that nobody had before. */
export function freshInstance(bench: Bench): Round {
  const { fleet, layout } = bench;
  const fresh = bench.fresh();
  const service = layout.outboundsOf(0)[0] ?? '';
  // Three digits everywhere: no address is the beginning of another one.
  const address = `10.200.${100 + (Math.floor(fresh / 100) % 100)}.${100 + (fresh % 100)}`;
  const index = 1_000_000 + fresh;
  return {
    markers: [{ typeUrl: TYPE_URL.endpoint, bytes: Buffer.from(address) }],
    ids: layout.callersOf(service),
    also: [layout.idOf(index)],
    change: async () => ({ start: await fleet.ask('connect', [layout.specOf(index, service, address)]) }),
    after: () => fleet.ask('disconnect', [layout.idOf(index)]),
  };
}
