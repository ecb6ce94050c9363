import type { Runtime } from '../../runtime/runtime.ts';
import type { ZoneStatus } from '../../shared/event/status.ts';
import type { ZoneConfig } from '../config.ts';
import type { DataPlane } from '../dataplane/dataPlane.ts';
import type { NatsReplica } from '../replica/natsReplica.ts';
import { reportedRollouts } from './reportedRollouts.ts';
import type { Troubles } from './troubles.ts';

type Deps = {
  readonly config: ZoneConfig;
  readonly replica: NatsReplica;
  readonly dataPlane: DataPlane;
  readonly troubles: Pick<Troubles, 'list'>;
  readonly runtime: Runtime;
};

/** Changes told to global with every report. */
const REPORTED_ROLLOUTS = 20;

/** What this control plane says of itself to global. @returns the state of the moment, at every call */
export function ownStatus({ config, replica, dataPlane, troubles, runtime }: Deps): () => ZoneStatus {
  const { instance, version, startedAt, now, lastError } = runtime;
  const rollouts = reportedRollouts(dataPlane.rollouts);
  return () => {
    const error = lastError();
    const refill = replica.refill();
    return {
      instance,
      version,
      at: now().toISOString(),
      startedAt,
      logId: replica.logId(),
      position: replica.position(),
      digest: replica.digest(),
      quarantined: [...replica.quarantined],
      quarantinedTotal: replica.quarantinedTotal,
      ...(refill ? { refill } : {}),
      waitingForKeys: replica.waitingForKeys(),
      copies: replica.copies.sums(),
      proxies: { connected: [...dataPlane.ads.proxies.values()].filter(({ kind }) => kind === 'sidecar').length },
      troubles: troubles.list(),
      ...(error ? { lastError: error } : {}),
      rollouts: rollouts(REPORTED_ROLLOUTS),
      config: { ...config, store: { type: 'jetstream' } },
    };
  };
}

/** What the zone's own `GET /sync` says: what global is told of it. */
export function shownStatus(name: string, { rollouts: _, config: __, ...status }: ZoneStatus): object {
  return { name, ...status };
}
