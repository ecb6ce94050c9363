import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { pino } from 'pino';
import { collectDefaultMetrics, Registry as Metrics } from 'prom-client';
import { eventReader } from '../shared/event/eventReader.ts';
import type { ZoneStatus } from '../shared/event/status.ts';
import type { Registry } from '../shared/resource/registry.ts';
import type { Role } from '../shared/resource/role.ts';
import type { ZoneSettings } from '../shared/snapshot/proxy.ts';
import { portTaken } from '../shared/config/portTaken.ts';
import { envName } from '../shared/config/settings.ts';
import { serveApi } from '../http/serveApi.ts';
import { askEnvoyAdmin } from '../nats/askEnvoyAdmin.ts';
import { answerAsks } from './ask/answerAsks.ts';
import { anyEnvoyAdmin } from './ask/anyEnvoyAdmin.ts';
import { readZoneConfig, ZONE_PREFIX, type ZoneConfig } from './config.ts';
import { type DataPlane, startDataPlane } from './dataplane/dataPlane.ts';
import { serveDiagnostics } from '../http/serveDiagnostics.ts';
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

export interface Running {
  readonly url: string;
  readonly ads: string;
  stop(): Promise<void>;
}

export type ZoneDeps = { readonly registry: Registry; readonly version: string };

/** Starts a zone control plane; resolves when it serves proxies. @throws Error whose message is for the operator */
export async function runZone(config: ZoneConfig, { registry, version }: ZoneDeps): Promise<Running> {
  const zone = config.name;
  const instance = `${hostname()}-${randomBytes(2).toString('hex')}`;
  const startedAt = new Date().toISOString();
  const log = pino({ level: config['log.level'], base: { instance, cp: 'zone', zone } });
  const metrics = new Metrics();
  collectDefaultMetrics({ register: metrics });
  const now = () => new Date();
  const role: Role = { mode: 'zone', zone, environment: 'universal' };
  let lastError: ZoneStatus['lastError'];
  const onError = (what: string) => (error: unknown) => {
    lastError = { message: `${what}: ${(error as Error).message}`, at: now().toISOString() };
    log.warn({ error: (error as Error).message }, what);
  };

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
    now: Date.now,
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
    throw portTaken(error, 'MERIDIAN_ZONE_DP_PORT');
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
    now: Date.now,
    log,
  });
  const endReconciling = startReconciling({ config, replica, zoneLog, onError });
  const ownStatus = statusOf({ config, replica, dataPlane, instance, version, startedAt, lastError: () => lastError });
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
  const rest: Parameters<typeof serveApi>[0] = {
    registry,
    role,
    reader,
    writer: resourceWriter({ view: replica.view, zone, log: zoneLog, replica, now }),
    about: {
      version,
      hostname: hostname(),
      instanceId: instance,
      clusterId: async () => replica.logId(),
      gui: '',
      config: () => ({
        mode: 'zone',
        environment: 'universal',
        store: { type: 'jetstream' },
        multizone: { zone: { name: zone, globalAddress: config['global.url'] || config['nats.url'] } },
        settings: config,
      }),
    },
    now: () => now().toISOString(),
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
    onError: (error, request) => log.error({ ...request, error: (error as Error).stack }, 'a request failed'),
  };
  const api = await serveApi(rest, config, ZONE_PREFIX);
  const diagnostics = await serveDiagnostics(
    {
      unhealthy: () => '',
      notReady: () => (replica.ready() ? '' : 'the first fill is not complete'),
      metrics: () => metrics.metrics(),
    },
    {
      host: config['diagnostics.host'],
      port: config['diagnostics.port'],
      portSetting: envName(ZONE_PREFIX, 'diagnostics.port'),
    },
  );
  log.info(
    {
      url: api.url,
      https: api.httpsUrl,
      ads: dataPlane.address,
      diagnostics: diagnostics.url,
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
export function zoneCommand(deps: () => Promise<ZoneDeps>): Command {
  return new Command('zone')
    .description('run the control plane of a zone')
    .option('--config <file>', 'settings as YAML; the environment (MERIDIAN_ZONE_…) wins')
    .action(async ({ config }: { config?: string }) => {
      const running = await runZone(readZoneConfig(config, process.env), await deps());
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
      });
      await running.stop();
    });
}

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
