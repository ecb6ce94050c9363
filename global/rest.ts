import { tokenAuthority } from '../http/token/tokenAuthority.ts';
import { askEnvoyAdmin } from '../nats/askEnvoyAdmin.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Rest } from '../runtime/serve.ts';
import { ensureZone } from './command/ensureZone.ts';
import type { PolicyLog } from './command/openPolicyLog.ts';
import type { GlobalConfig } from './config.ts';
import { deletedAt } from './hubAccess/deletedAt.ts';
import { readHubKeys } from './hubAccess/readHubKeys.ts';
import { revokedZones } from './hubAccess/revokedNow.ts';
import { zoneCredentials } from './hubAccess/zoneCredentials.ts';
import { dryRun } from './insight/dryRun.ts';
import { inspector } from './insight/inspector.ts';
import type { Insight } from './insight/startInsight.ts';
import { vipPortOf } from './insight/vipPort.ts';
import { withRevocations } from './insight/withRevocations.ts';
import { zoneInsights } from './insight/zoneInsights.ts';
import type { HubCredentials } from './log/hubCredentials.ts';
import { logReader } from './log/logReader.ts';
import { maskedConfig } from './maskedConfig.ts';
import { meshAdmission } from './mesh/meshAdmission.ts';
import type { HubConnection } from './relay/natsConnection.ts';
import { provisionZone } from './relay/provision.ts';
import { resourceReader } from './store/resourceReader.ts';
import { resourceWriter } from './store/resourceWriter.ts';

type Deps = {
  readonly config: GlobalConfig;
  readonly policy: Pick<PolicyLog, 'events' | 'sealer' | 'commands'>;
  readonly credentials: HubCredentials;
  readonly hub: HubConnection;
  readonly insight: Insight;
  readonly runtime: Runtime;
};

/** The REST contract on global: policies of its log, what zones wrote, and what it knows of both. */
export function globalRest({ config, policy, credentials, hub, insight, runtime }: Deps): Rest {
  const { events, sealer, commands } = policy;
  const { registry, instance, now } = runtime;
  const { zones, sync, rollouts, zoneSyncs } = insight;
  const reader = resourceReader({
    log: events,
    sealer,
    zones: zones.view,
    zoneInsights: () =>
      zoneInsights({
        reports: zones.reports,
        globalInstance: instance,
        syncOf: (zone) => sync.zone(zone),
        now: now().toISOString(),
      }),
  });
  const { verifyZoneToken, ...tokens } = tokenAuthority({ reader, now });
  const vipPort = (zone: string) => vipPortOf(zones.reports, zone);
  return {
    role: { mode: 'global', environment: 'universal' },
    reader,
    admit: meshAdmission(reader),
    writer: resourceWriter(commands),
    about: {
      clusterId: async () => events.logId,
      config: () => ({
        mode: 'global',
        environment: 'universal',
        store: { type: config['store.url'] ? 'postgres' : 'memory' },
        settings: maskedConfig(config),
      }),
    },
    vipPort,
    envoyAdmin: askEnvoyAdmin({ connection: hub, view: zones.view }),
    dryRun: dryRun({ registry, log: events, zones: zones.view, vipPort }),
    ...tokens,
    zoneCredentials: zoneCredentials({
      keys: () => readHubKeys(commands),
      issued: credentials,
      hubUrl: config['hub.leafUrl'],
      lifetime: config['zone.credentialLifetime'],
      onRefused: (zone, { message }) => {
        const advice = `meridian generate zone-token --zone ${zone} --scope cp --valid-for 8760h`;
        runtime.log.warn({ zone, error: message, advice }, 'a zone was given no credential');
      },
      deletedAt: (zone) => deletedAt(events, { type: 'Zone', mesh: '', name: zone }),
      register: (zone) => ensureZone(commands, zone, 'the zone joined for the first time'),
      // The credential holds without the hub; what is missing there is made when the zone greets.
      provision: (zone) => provisionZone(hub.jsm, zone).catch(runtime.onError('the hub is not ready for a zone yet')),
      verifyZoneToken,
      now,
    }),
    inspector: inspector({ registry, log: events, zones: zones.view }),
    log: logReader(events),
    rollouts,
    sync: {
      zones: async () => withRevocations(await zoneSyncs(), () => revokedZones({ commands, issued: credentials })),
    },
  };
}
