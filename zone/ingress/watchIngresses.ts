import { resolved } from '../../shared/resource/resolved.ts';
import type { ZoneIngressSpec, ZoneIngressStatus } from '../../shared/resource/zoneingress/spec.ts';
import { livenessOf } from '../../shared/view/ingressLiveness.ts';
import type { Entry } from '../../shared/view/view.ts';
import type { NatsReplica } from '../replica/natsReplica.ts';

type Deps = {
  readonly replica: Pick<NatsReplica, 'view' | 'onSignOfLife' | 'markIngress'>;
  readonly zone: string;
  readonly deadAfterMs: number;
  /** Does something take a connection there? */
  readonly reach: (address: string, port: number) => Promise<boolean>;
  /** Milliseconds of a clock that only runs: the time of day may be set. */
  readonly now: () => number;
  readonly log: { warn(fields: object, text: string): void; info(fields: object, text: string): void };
};

const TICK_MS = 1_000;

/**
 * Takes ingresses of other zones out of the endpoints when they are dead, and puts them back as soon as they are heard or reached
 * again. @returns the function that ends it
 */
export function watchIngresses({ replica, zone, deadAfterMs, reach, now, log }: Deps): () => void {
  const start = now();
  const heard = new Map<string, number>();
  /** `zone/name` → when it was last reached. */
  const reached = new Map<string, number>();
  const trying = new Set<string>();

  const look = (entry: Entry) => {
    const { origin, resource } = entry;
    const id = `${origin}/${resource.name}`;
    const { advertisedAddress: address, advertisedPort: port } = (resolved(resource).spec as ZoneIngressSpec)
      .networking;
    const signs = { heard: heard.get(origin) ?? start, reached: reached.get(id) ?? 0 };
    const liveness = livenessOf(signs, now(), deadAfterMs);
    if (liveness === 'alive') reached.delete(id);
    else if (address && port && !trying.has(id)) {
      trying.add(id);
      void reach(address, port).then((there) => {
        trying.delete(id);
        if (there) reached.set(id, now());
      });
    }
    const dead = liveness === 'dead';
    if (dead === ((resource.status as ZoneIngressStatus | undefined)?.dead === true)) return;
    replica.markIngress(entry, { dead });
    const fields = { zone: origin, ingress: resource.name, address, port };
    if (dead) log.warn(fields, 'an ingress is neither heard nor reached: nothing is sent there any more');
    else log.info(fields, 'an ingress is back');
  };

  const stop = replica.onSignOfLife((sign) => {
    if (sign.zone !== zone) heard.set(sign.zone, now());
  });
  const timer = setInterval(() => {
    for (const entry of [...replica.view.entries('ZoneIngress', '')])
      if (entry.origin !== zone && entry.origin !== '') look(entry);
  }, TICK_MS);
  return () => {
    stop();
    clearInterval(timer);
  };
}
