import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { pino } from 'pino';
import { collectDefaultMetrics, Registry as Metrics } from 'prom-client';
import { ensureZone } from '../../global/command/ensureZone.ts';
import { openPolicyLog } from '../../global/command/openPolicyLog.ts';
import { meshAdmission } from '../../global/mesh/providedCa.ts';
import { logReader } from '../../global/log/logReader.ts';
import { resourceWriter as policyWriter } from '../../global/store/resourceWriter.ts';
import { tokenAuthority } from '../../http/token/tokenAuthority.ts';
import { serveApi } from '../../http/serveApi.ts';
import { serveDiagnostics } from '../../http/serveDiagnostics.ts';
import { portTaken } from '../../shared/config/portTaken.ts';
import { envName } from '../../shared/config/settings.ts';
import { computedLabels } from '../../shared/resource/labels.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import { GLOBAL, type Resource } from '../../shared/resource/resource.ts';
import type { Role } from '../../shared/resource/role.ts';
import type { ZoneSettings } from '../../shared/snapshot/proxy.ts';
import { startDataPlane } from '../../zone/dataplane/dataPlane.ts';
import { startReconciling } from '../../zone/reconciling.ts';
import { LocalZoneLog, ZONE_LOG_FILE } from '../../zone/replica/localZoneLog.ts';
import { dryRun } from '../../zone/store/dryRun.ts';
import { envoyAdmin } from '../../zone/store/envoyAdmin.ts';
import { inspector } from '../../zone/store/inspector.ts';
import { viewReader } from '../../zone/store/resourceReader.ts';
import { resourceWriter as zoneWriter } from '../../zone/store/resourceWriter.ts';
import { readStandaloneConfig, STANDALONE_PREFIX, type StandaloneConfig } from './config.ts';
import { localReplica } from './localReplica.ts';
import { rolloutReader } from './rolloutReader.ts';
import { selfSync } from './selfSync.ts';
import { soleUse } from './soleUse.ts';
import { standaloneWriter } from './writer.ts';

export interface Running {
  readonly url: string;
  /** `host:port` for proxies. */
  readonly ads: string;
  stop(): Promise<void>;
}

export type StandaloneDeps = { readonly registry: Registry; readonly version: string };

/** Starts a control plane that is global and zone in one; resolves when it serves. @throws Error whose message is for the operator */
export async function runStandalone(config: StandaloneConfig, { registry, version }: StandaloneDeps): Promise<Running> {
  const zone = config.name;
  const instance = `${hostname()}-${randomBytes(2).toString('hex')}`;
  const startedAt = new Date().toISOString();
  const log = pino({ level: config['log.level'], base: { instance, cp: 'standalone', zone } });
  const metrics = new Metrics();
  collectDefaultMetrics({ register: metrics });
  const now = () => new Date();
  const role: Role = { mode: 'standalone', zone, environment: 'universal' };
  const onError = (what: string) => (error: unknown) => log.warn({ error: (error as Error).message }, what);
  const folder = { global: join(config['data.dir'], 'global'), zone: join(config['data.dir'], 'zone') };

  const labelsOf = (policy: Resource) => {
    const descriptor = registry.byType(policy.type);
    return descriptor ? computedLabels(descriptor, policy, role) : policy.labels;
  };
  const policy = await openPolicyLog({ ...config, 'data.dir': folder.global, now, labelsOf });
  const { events, commands } = policy;
  if (policy.made.length > 0) log.info({ made: policy.made }, 'first start');
  const giveBack = await soleUse({ events, onError: onError('the lock of the log') }).catch(async (error) => {
    await events.close();
    throw error;
  });
  await ensureZone(commands, zone, 'the zone of this control plane');
  const zoneLog = new LocalZoneLog(join(folder.zone, ZONE_LOG_FILE));
  const replica = await localReplica({ policy, zoneLog, zone, onError: onError('the view does not follow the log') });

  const settings: ZoneSettings = { zone, domain: 'mesh', serviceVipPort: config['service.vipPort'] };
  const dataPlane = await startDataPlane({
    replica,
    zoneLog,
    registry,
    settings,
    role,
    instance,
    host: config.host,
    port: config['dp.port'],
    keysDir: folder.zone,
    auth: config['dp.auth'],
    graceMs: config['dp.grace'],
    quietMs: config['push.quiet'],
    ceilingMs: config['push.ceiling'],
    metrics,
    log,
  }).catch((error: Error) => {
    throw portTaken(error, envName(STANDALONE_PREFIX, 'dp.port'));
  });
  const endReconciling = startReconciling({ config, replica, zoneLog, onError });

  const reader = viewReader(replica.view);
  const rest: Parameters<typeof serveApi>[0] = {
    registry,
    role,
    reader,
    admit: meshAdmission(reader),
    writer: standaloneWriter({
      policies: policyWriter(commands),
      zone: zoneWriter({ view: replica.view, zone, log: zoneLog, replica, now }),
      replica,
    }),
    about: {
      version,
      hostname: hostname(),
      instanceId: instance,
      clusterId: async () => events.logId,
      gui: '',
      config: () => ({ store: { type: config['store.url'] ? 'postgres' : 'memory' }, settings: masked(config) }),
    },
    now: () => now().toISOString(),
    ...tokenAuthority({ reader, now }),
    vipPort: () => config['service.vipPort'],
    inspector: inspector({ view: replica.view, registry, settings, ads: dataPlane.ads }),
    dryRun: dryRun({
      view: replica.view,
      registry,
      settings,
      ads: dataPlane.ads,
      originOf: (type) => (registry.byType(type)?.writable.global ? GLOBAL : zone),
    }),
    envoyAdmin: envoyAdmin(dataPlane.ads),
    log: logReader(events),
    rollouts: rolloutReader({ events, rollouts: dataPlane.rollouts, zone, instance }),
    sync: selfSync({ zone, instance, version, startedAt, events, replica, ads: dataPlane.ads, now }),
    onError: (error, request) => log.error({ ...request, error: (error as Error).stack }, 'a request failed'),
  };
  const api = await serveApi(rest, config, STANDALONE_PREFIX);
  const diagnostics = await serveDiagnostics(
    { unhealthy: () => '', notReady: () => replica.trouble(), metrics: () => metrics.metrics() },
    {
      host: config['diagnostics.host'],
      port: config['diagnostics.port'],
      portSetting: envName(STANDALONE_PREFIX, 'diagnostics.port'),
    },
  );
  log.info(
    {
      url: api.url,
      https: api.httpsUrl,
      ads: dataPlane.address,
      diagnostics: diagnostics.url,
      log: events.logId,
      position: replica.position(),
    },
    'ready',
  );

  return {
    url: api.url,
    ads: dataPlane.address,
    stop: async () => {
      log.info('stopping');
      await api.close();
      diagnostics.close();
      endReconciling();
      await dataPlane.stop();
      replica.stop();
      zoneLog.close();
      await giveBack();
      await events.close();
      log.info('stopped');
    },
  };
}

/** `meridian standalone` */
export function standaloneCommand(deps: () => Promise<StandaloneDeps>): Command {
  return new Command('standalone')
    .description('run a control plane that is alone: global and its only zone in one process')
    .option('--config <file>', 'settings as YAML; the environment (MERIDIAN_STANDALONE_…) wins')
    .action(async ({ config }: { config?: string }) => {
      const running = await runStandalone(readStandaloneConfig(config, process.env), await deps());
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
      });
      await running.stop();
    });
}

function masked(config: StandaloneConfig): Record<string, unknown> {
  return {
    ...config,
    'secrets.key': config['secrets.key'] ? '*****' : '',
    'store.url': config['store.url'].replace(/:[^:@/]*@/, ':*****@'),
  };
}
