import { join } from 'node:path';
import type { Command } from 'commander';
import { controlPlaneCommand, type Running } from '../../runtime/controlPlaneCommand.ts';
import { type Build, startRuntime } from '../../runtime/runtime.ts';
import { type Rest, serve } from '../../runtime/serve.ts';
import { ensureZone } from '../../global/command/ensureZone.ts';
import { openPolicyLog } from '../../global/command/openPolicyLog.ts';
import { meshAdmission } from '../../global/mesh/meshAdmission.ts';
import { logReader } from '../../global/log/logReader.ts';
import { maskedConfig } from '../../global/maskedConfig.ts';
import { resourceWriter as policyWriter } from '../../global/store/resourceWriter.ts';
import { tokenAuthority } from '../../http/token/tokenAuthority.ts';
import { computedLabels } from '../../shared/resource/labels.ts';
import { GLOBAL, type Resource } from '../../shared/resource/resource.ts';
import type { Role } from '../../shared/resource/role.ts';
import { readCaFile } from '../../zone/identity/caFiles.ts';
import { startReconciling } from '../../zone/reconciling.ts';
import { AddressBook } from '../../zone/lookup/addressBook.ts';
import { lookUp } from '../../zone/lookup/lookUp.ts';
import { LocalZoneLog, ZONE_LOG_FILE } from '../../zone/replica/localZoneLog.ts';
import { keepCertificates } from '../../runtime/certificate/keepCertificates.ts';
import { givenCertificate } from '../../runtime/certificate/readCertificate.ts';
import { startServingProxies } from '../../zone/servingProxies.ts';
import { Troubles } from '../../zone/status/troubles.ts';
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
import { zoneInsightReader } from './zoneInsightReader.ts';

export interface Standalone extends Running {
  /** `host:port` for proxies. */
  readonly ads: string;
}

/** Starts a control plane that is global and zone in one; resolves when it serves. @throws Error whose message is for the operator */
export async function runStandalone(config: StandaloneConfig, build: Build): Promise<Standalone> {
  const zone = config.name;
  const runtime = startRuntime({ cp: 'standalone', zone, level: config['log.level'] }, build);
  const { registry, version, instance, startedAt, log, metrics, now, onError } = runtime;
  const role: Role = { mode: 'standalone', zone, environment: 'universal' };
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
  const replica = await localReplica({
    policy,
    zoneLog,
    zone,
    addresses: new AddressBook({ lookUp, log }),
    onError: onError('the view does not follow the log'),
  });

  const { dataPlane, settings } = await startServingProxies({
    config,
    prefix: STANDALONE_PREFIX,
    replica,
    zoneLog,
    role,
    keysDir: folder.zone,
    runtime,
  });
  const troubles = new Troubles({ now, running: () => performance.now(), onError });
  const endReconciling = startReconciling({ config, replica, zoneLog, troubles, onError });
  const stopRenewing = keepCertificates([...dataPlane.certificates, ...givenCertificate(config)], {
    metrics,
    log,
    onError: onError('a certificate could not be renewed'),
  });

  const shownConfig = () => ({
    store: { type: config['store.url'] ? 'postgres' : 'memory' },
    settings: maskedConfig(config),
  });
  const sync = await selfSync({
    zone,
    instance,
    version,
    startedAt,
    events,
    replica,
    ads: dataPlane.ads,
    config: shownConfig,
    troubles,
    onError: onError('the digest does not follow the log'),
  });
  const reader = zoneInsightReader(viewReader(replica.view), sync.insights);
  const rest: Rest = {
    role,
    reader,
    admit: meshAdmission(reader, readCaFile),
    writer: standaloneWriter({
      policies: policyWriter(commands),
      zone: zoneWriter({ view: replica.view, zone, log: zoneLog, replica, now }),
      replica,
    }),
    about: {
      clusterId: async () => events.logId,
      config: shownConfig,
    },
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
    envoyAdmin: envoyAdmin(dataPlane.ads, dataPlane.adminClient),
    log: logReader(events),
    rollouts: rolloutReader({ events, rollouts: dataPlane.rollouts, zone, instance }),
    sync,
  };
  const served = await serve(runtime, {
    config,
    prefix: STANDALONE_PREFIX,
    rest,
    notReady: () => replica.trouble(),
    ready: { ads: dataPlane.address, log: events.logId, position: replica.position() },
  });

  return {
    url: served.url,
    ads: dataPlane.address,
    stop: async () => {
      log.info('stopping');
      await served.close();
      endReconciling();
      stopRenewing();
      sync.stop();
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
export const standaloneCommand = (build: () => Promise<Build>): Command =>
  controlPlaneCommand(
    {
      name: 'standalone',
      description: 'run a control plane that is alone: global and its only zone in one process',
      prefix: STANDALONE_PREFIX,
      readConfig: readStandaloneConfig,
      run: runStandalone,
    },
    build,
  );
