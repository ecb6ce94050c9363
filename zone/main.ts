import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { controlPlaneCommand, type Running } from '../runtime/controlPlaneCommand.ts';
import { type Build, startRuntime } from '../runtime/runtime.ts';
import { type Rest, serve } from '../runtime/serve.ts';
import { eventReader } from '../shared/event/eventReader.ts';
import type { ZoneStatus } from '../shared/event/status.ts';
import type { Role } from '../shared/resource/role.ts';
import type { ZoneSettings } from '../shared/snapshot/proxy.ts';
import { portTaken } from '../shared/config/portTaken.ts';
import { envName } from '../shared/config/settings.ts';
import { askEnvoyAdmin } from '../nats/askEnvoyAdmin.ts';
import { answerAsks } from './ask/answerAsks.ts';
import { anyEnvoyAdmin } from './ask/anyEnvoyAdmin.ts';
import { readZoneConfig, ZONE_PREFIX, type ZoneConfig } from './config.ts';
import { type DataPlane, startDataPlane } from './dataplane/dataPlane.ts';
import { tokenAuthority } from '../http/token/tokenAuthority.ts';
import { zoneKey } from './identity/zoneKey.ts';
import { prepareLeaf } from './join/prepareLeaf.ts';
import { beat } from './ingress/beat.ts';
import { reach } from './ingress/reach.ts';
import { watchIngresses } from './ingress/watchIngresses.ts';
import { startReconciling } from './reconciling.ts';
import { adoptLocalLog } from './replica/adoptLocalLog.ts';
import { Keyring } from './replica/keyring.ts';
import { joinGlobal } from './replica/join.ts';
import { connectToLeaf } from './replica/leafConnection.ts';
import { LocalCopy } from './replica/localCopy.ts';
import { ZONE_LOG_FILE } from './replica/localZoneLog.ts';
import { type NatsReplica, natsReplica } from './replica/natsReplica.ts';
import { provisionZoneLog } from './replica/provision.ts';
import { natsZoneLog } from './replica/zoneLog.ts';
import { heedNotices } from './status/heedNotices.ts';
import { watchInstances } from './status/instances.ts';
import { zoneMetrics } from './status/metrics.ts';
import { reportedRollouts } from './status/reportedRollouts.ts';
import { reportStatus } from './status/statusReporter.ts';
import { dryRun } from './store/dryRun.ts';
import { envoyAdmin } from './store/envoyAdmin.ts';
import { inspector } from './store/inspector.ts';
import { resourceReader } from './store/resourceReader.ts';
import { resourceWriter } from './store/resourceWriter.ts';

const READY_POLL_MS = 20;
/** Changes told to global with every report. */
const REPORTED_ROLLOUTS = 20;
/** Events set aside that are told to global one by one. */
const REPORTED_ASIDE = 100;

/** Starts a zone control plane; resolves when it serves proxies. @throws Error whose message is for the operator */
export async function runZone(config: ZoneConfig, build: Build): Promise<Running> {
  const zone = config.name;
  const runtime = startRuntime({ cp: 'zone', zone, level: config['log.level'] }, build);
  const { registry, version, instance, startedAt, log, metrics, now, onError } = runtime;
  const role: Role = { mode: 'zone', zone, environment: 'universal' };

  const prepared = await prepareLeaf(config, onError('no new credential for the hub'));
  log.info({ file: prepared.file }, 'leaf configured');
  const leaf = await connectToLeaf({ url: config['nats.url'], ca: prepared.ca, user: prepared.user, zone });
  const keysDir = config['keys.dir'] || config['data.dir'];
  const key = zoneKey(join(keysDir, 'zone.key'));
  const zoneLog = natsZoneLog(leaf);
  const replica = natsReplica({
    leaf,
    zone,
    log: zoneLog,
    registry,
    keyring: new Keyring(key.privateKey),
    copy: new LocalCopy(join(config['data.dir'], 'copy.sqlite'), onError('the copy of the log')),
    reader: eventReader(registry),
    now,
    onError: onError('replication'),
  });
  await provisionZoneLog(leaf, zone);
  const adopted = await adoptLocalLog({ file: join(config['data.dir'], ZONE_LOG_FILE), zoneLog, registry, role });
  if (adopted > 0) log.info({ adopted }, 'brought over from when it was alone');
  let lost = () => {};
  const instances = watchInstances({
    replica,
    log: zoneLog,
    zone,
    instance,
    now: () => performance.now(),
    lost: (other) => {
      log.warn({ other }, 'another control plane of the zone is gone: its proxies may come here');
      lost();
    },
    onError: onError('a report of a control plane that is long gone'),
  });
  replica.start();
  const stopGreeting = joinGlobal({
    leaf,
    replica,
    zone,
    onError: onError('global does not answer; going on with what is here'),
    hello: { zone, instance, version, publicKey: key.publicKey },
  });
  while (!replica.ready()) await sleep(READY_POLL_MS);
  log.info({ position: replica.position(), milliseconds: Date.now() - Date.parse(startedAt) }, 'the view is complete');

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
    keysDir,
    auth: config['dp.auth'],
    graceMs: config['dp.grace'],
    returnMs: config['dp.return'],
    quietMs: config['push.quiet'],
    ceilingMs: config['push.ceiling'],
    otherInstances: instances.others,
    metrics,
    log,
  }).catch((error: Error) => {
    throw portTaken(error, envName(ZONE_PREFIX, 'dp.port'));
  });
  lost = dataPlane.sweepSoon;
  const stopBeating = beat({
    view: replica.view,
    zone,
    log: zoneLog,
    onError: onError('a sign of life of the ingress'),
  });
  const stopWatching = watchIngresses({
    replica,
    zone,
    deadAfterMs: config['ingress.deadAfter'],
    reach,
    now: () => performance.now(),
    log,
  });
  const endReconciling = startReconciling({ config, replica, zoneLog, onError });
  const ownStatus = statusOf({
    config,
    replica,
    dataPlane,
    instance,
    version,
    startedAt,
    lastError: runtime.lastError,
  });
  const status = reportStatus({
    replica,
    log: zoneLog,
    instance,
    status: ownStatus,
    onError: onError('the status could not be reported'),
  });
  dataPlane.rollouts.onChanged(() => status.soon());
  zoneMetrics({ metrics, replica, dataPlane, leaf, credentialExpiresAt: prepared.credentialExpiresAt });

  const stopHeeding = heedNotices({ leaf, zone, instance, replica, onError: onError('a notice of global') });
  const admin = envoyAdmin(dataPlane.ads);
  const stopAnswering = answerAsks({
    leaf,
    zone,
    instance,
    view: replica.view,
    envoyAdmin: admin,
    onError: onError('global cannot ask about proxies'),
  });
  const reader = resourceReader(replica.view, zone, startedAt);
  const rest: Rest = {
    role,
    reader,
    writer: resourceWriter({ view: replica.view, zone, log: zoneLog, replica, now }),
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
    inspector: inspector({ view: replica.view, registry, settings, ads: dataPlane.ads }),
    dryRun: dryRun({ view: replica.view, registry, settings, ads: dataPlane.ads, originOf: () => zone }),
    envoyAdmin: anyEnvoyAdmin({
      view: replica.view,
      instance,
      here: admin,
      others: askEnvoyAdmin({ connection: leaf, view: replica.view }),
    }),
    sync: { zones: async () => [shownStatus(zone, ownStatus(), replica)] },
  };
  const served = await serve(runtime, {
    config,
    prefix: ZONE_PREFIX,
    rest,
    notReady: () => (replica.ready() ? '' : 'the first fill is not complete'),
    ready: { ads: dataPlane.address, position: replica.position() },
  });

  return {
    url: served.url,
    stop: async () => {
      log.info('stopping');
      await served.close();
      prepared.stop();
      stopGreeting();
      stopAnswering();
      stopHeeding();
      stopBeating();
      instances.stop();
      stopWatching();
      endReconciling();
      status.stop();
      await dataPlane.stop();
      replica.stop();
      await leaf.nats.close();
      log.info('stopped');
    },
  };
}

/** `meridian zone` */
export const zoneCommand = (build: () => Promise<Build>): Command =>
  controlPlaneCommand(
    {
      name: 'zone',
      description: 'run the control plane of a zone',
      prefix: ZONE_PREFIX,
      readConfig: readZoneConfig,
      run: runZone,
    },
    build,
  );

type Reporting = {
  readonly config: ZoneConfig;
  readonly replica: NatsReplica;
  readonly dataPlane: DataPlane;
  readonly instance: string;
  readonly version: string;
  readonly startedAt: string;
  readonly lastError: () => ZoneStatus['lastError'];
};

function statusOf({
  config,
  replica,
  dataPlane,
  instance,
  version,
  startedAt,
  lastError,
}: Reporting): () => ZoneStatus {
  const rollouts = reportedRollouts(dataPlane.rollouts);
  return () => {
    const error = lastError();
    const { quarantined } = replica;
    const refill = replica.refill();
    return {
      instance,
      version,
      at: new Date().toISOString(),
      startedAt,
      logId: replica.logId(),
      position: replica.position(),
      digest: replica.digest(),
      quarantined: quarantined.slice(-REPORTED_ASIDE),
      quarantinedTotal: quarantined.length,
      ...(refill ? { refill } : {}),
      waitingForKeys: replica.waitingForKeys(),
      proxies: { connected: [...dataPlane.ads.proxies.values()].filter(({ kind }) => kind === 'sidecar').length },
      ...(error ? { lastError: error } : {}),
      rollouts: rollouts(REPORTED_ROLLOUTS),
      config: { ...config, store: { type: 'jetstream' } },
    };
  };
}

/** What the zone's own `GET /sync` says: the same as global is told, and every event that is set aside. */
function shownStatus(name: string, { rollouts: _, config: __, ...status }: ZoneStatus, replica: NatsReplica): object {
  return { name, ...status, quarantined: replica.quarantined };
}
