import { tokenAuthority } from '../http/token/tokenAuthority.ts';
import { askEnvoyAdmin } from '../nats/askEnvoyAdmin.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Rest } from '../runtime/serve.ts';
import type { ZoneStatus } from '../shared/event/status.ts';
import type { Role } from '../shared/resource/role.ts';
import type { EnvoyAdmin } from '../shared/rest/ports.ts';
import { anyEnvoyAdmin } from './ask/anyEnvoyAdmin.ts';
import type { ZoneConfig } from './config.ts';
import type { LeafConnection } from './leaf/leafConnection.ts';
import type { NatsReplica } from './replica/natsReplica.ts';
import type { ZoneChangeLog } from './replica/ports.ts';
import type { ServingProxies } from './servingProxies.ts';
import { shownStatus } from './status/ownStatus.ts';
import { zoneAdmission } from './store/zoneAdmission.ts';
import { dryRun } from './store/dryRun.ts';
import { inspector } from './store/inspector.ts';
import { resourceReader } from './store/resourceReader.ts';
import { resourceWriter } from './store/resourceWriter.ts';

type Deps = ServingProxies & {
  readonly config: ZoneConfig;
  readonly role: Role;
  readonly leaf: LeafConnection;
  readonly zoneLog: ZoneChangeLog;
  readonly replica: NatsReplica;
  /** Envoys of proxies that are connected here. */
  readonly envoyAdmin: EnvoyAdmin;
  readonly status: () => ZoneStatus;
  readonly runtime: Runtime;
};

/** The REST contract in a zone: the replica's view, and writes of what belongs to the zone. */
export function zoneRest(deps: Deps): Rest {
  const { config, role, leaf, zoneLog, replica, dataPlane, settings, envoyAdmin, status, runtime } = deps;
  const { registry, instance, startedAt, now } = runtime;
  const { name: zone } = config;
  const { view } = replica;
  const { ads } = dataPlane;
  const reader = resourceReader(view, zone, startedAt);
  return {
    role,
    reader,
    writer: resourceWriter({ view, zone, log: zoneLog, replica, now }),
    admit: zoneAdmission(zone),
    about: {
      clusterId: async () => replica.logId(),
      config: () => ({
        mode: 'zone',
        environment: 'universal',
        store: { type: 'jetstream' },
        multizone: { zone: { name: zone, globalAddress: config['global.url'] || config['nats.url'] } },
        settings: config,
      }),
    },
    ...tokenAuthority({ reader, now }),
    vipPort: () => config['service.vipPort'],
    inspector: inspector({ view, registry, settings, ads }),
    dryRun: dryRun({ view, registry, settings, ads, originOf: () => zone }),
    envoyAdmin: anyEnvoyAdmin({
      view,
      instance,
      here: envoyAdmin,
      others: askEnvoyAdmin({ connection: leaf, view }),
    }),
    sync: { zones: async () => [shownStatus(zone, status())] },
  };
}
