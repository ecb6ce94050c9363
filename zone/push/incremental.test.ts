import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { generateSnapshot } from '../../shared/snapshot/generateSnapshot.ts';
import type { Proxy } from '../../shared/snapshot/proxy.ts';
import { keyOf } from '../../shared/resource/resource.ts';
import { View } from '../../shared/view/view.ts';
import { type Snapshot, XDS_KINDS } from '../../shared/xds/snapshot.ts';
import { BEGIN, PROXIES, type Step, steps } from '../../test/support/meshHistory.ts';
import { MemoryZone } from '../../test/support/memoryZone.ts';
import { resourceOf } from '../../test/support/snapshotCase.ts';
import { encodedOf } from '../ads/encoded.ts';
import type { AdsServer } from '../ads/ports.ts';
import { Push } from './push.ts';
import { Rollouts } from './rollouts.ts';

const registry = await loadRegistry();
const adminTrust = { certificateChainPem: 'certificate', privateKeyPem: 'key', trustedPem: 'ca' };
const settings = { zone: 'zone-1', domain: 'mesh', serviceVipPort: 80 };

const unexpected = (fields: object): never => {
  throw new Error(JSON.stringify(fields));
};

describe('what proxies are pushed', () => {
  it('is byte for byte what a control plane gives them that begins with the same resources', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const zone = new RunningZone();
        for (const written of BEGIN) await zone.take({ written, deleted: false, joined: true });
        zone.connect();
        for (const step of history) {
          await zone.take(step);
          if (!step.joined) await zone.settled();
        }
        await zone.settled();
        const fresh = zone.replayed();
        for (const proxy of PROXIES)
          expect(zone.bytesOf(proxy.id)).toEqual(
            bytes(generateSnapshot({ view: fresh, registry, settings, proxy, adminTrust })),
          );
        zone.stop();
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

/** A push loop over a view, with proxies that accept everything. */
class RunningZone {
  readonly #zone = new MemoryZone(settings.zone);
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #push: Push;
  readonly #proxies = new Map<string, Proxy>(PROXIES.map((proxy) => [proxy.id, proxy]));

  constructor() {
    const ads: AdsServer = {
      proxies: this.#proxies,
      setSnapshot: async (id, snapshot) => {
        this.#snapshots.set(id, snapshot);
        return true;
      },
      snapshotOf: (id) => this.#snapshots.get(id),
      counters: () => undefined,
      disconnect: () => {},
    };
    this.#push = new Push({
      view: this.#zone.view,
      ads,
      registry,
      settings,
      identityOf: () => undefined,
      adminTrust: () => adminTrust,
      rollouts: new Rollouts({ now: () => 0 }),
      quietMs: 0,
      ceilingMs: 0,
      areComing: () => false,
      log: { error: unexpected, warn: unexpected },
    });
    this.#zone.onApplied((applied) => this.#push.applied(applied));
  }

  connect(): void {
    for (const proxy of PROXIES) this.#push.connected(proxy);
  }

  async take({ written, deleted }: Step): Promise<void> {
    this.#zone.write(written.origin ?? '', resourceOf(written), deleted);
  }

  /** Nothing is waiting to be generated. */
  async settled(): Promise<void> {
    while (this.#push.busy) await new Promise((resolve) => setImmediate(resolve));
  }

  bytesOf(proxyId: string): Record<string, string> {
    return bytes(this.#snapshots.get(proxyId) as Snapshot);
  }

  /** The same resources in a view that learnt them in another order. */
  replayed(): View {
    const view = new View();
    for (const { origin, resource, version } of [...this.#zone.view.all()].reverse())
      view.apply({ origin, key: keyOf(resource), resource: structuredClone(resource), version });
    return view;
  }

  stop(): void {
    this.#push.stop();
  }
}

function bytes(snapshot: Snapshot): Record<string, string> {
  return Object.fromEntries(
    XDS_KINDS.flatMap((kind) =>
      [...snapshot[kind]].map(([name, one]) => [
        `${kind} ${name}`,
        encodedOf(kind, name, one).delta.toString('base64'),
      ]),
    ),
  );
}
