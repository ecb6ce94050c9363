import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { pino } from 'pino';
import { collectDefaultMetrics, Registry as Metrics } from 'prom-client';
import type { Hello } from '../shared/event/hello.ts';
import type { Registry } from '../shared/resource/registry.ts';
import type { ZoneSpec } from '../shared/resource/zone/spec.ts';
import { envName } from '../shared/config/settings.ts';
import { meshAdmission } from './mesh/providedCa.ts';
import { serveApi } from '../http/serveApi.ts';
import { withOwnCertificate } from './certificate/withOwnCertificate.ts';
import { askEnvoyAdmin } from '../nats/askEnvoyAdmin.ts';
import { ensureZone } from './command/ensureZone.ts';
import { ensureHubKeys } from './command/ensureDefaults.ts';
import { openPolicyLog } from './command/openPolicyLog.ts';
import { GLOBAL_PREFIX, type GlobalConfig, readGlobalConfig } from './config.ts';
import { serveDiagnostics } from '../http/serveDiagnostics.ts';
import { DigestRing, followDigest } from './insight/digestRing.ts';
import { watchHubHead } from './insight/hubHead.ts';
import { inspector } from './insight/inspector.ts';
import { countedAppend, insightMetrics } from './insight/metrics.ts';
import { Rollouts } from './insight/rolloutReader.ts';
import { giveNotice } from './insight/presence.ts';
import { SyncMonitor } from './insight/syncMonitor.ts';
import { dryRun } from './insight/dryRun.ts';
import { vipPortOf } from './insight/vipPort.ts';
import { followZones } from './insight/zoneFollower.ts';
import { zoneInsights } from './insight/zoneInsights.ts';
import type { EventLog } from './log/eventLog.ts';
import { onLeader } from './log/leader.ts';
import { logReader } from './log/logReader.ts';
import { currentAccount } from './hubAccess/currentAccount.ts';
import { globalCredential, systemCredential } from './hubAccess/credentials.ts';
import { readHubKeys } from './hubAccess/readHubKeys.ts';
import { writeHubConfig } from './hubAccess/writeHubConfig.ts';
import { zoneCredentials } from './hubAccess/zoneCredentials.ts';
import { zoneDeletedAt } from './hubAccess/zoneDeletedAt.ts';
import { hubCredentials } from './log/hubCredentials.ts';
import { keepHubAccount } from './relay/keepHubAccount.ts';
import type { SecretKeys } from './log/secretKeys.ts';
import { answerHellos } from './relay/hello.ts';
import { publishGrants } from './relay/grants.ts';
import { type HubConnection, connectToHub, connectToSystem } from './relay/natsConnection.ts';
import { gatherZone } from './relay/gather.ts';
import { provisionZone } from './relay/provision.ts';
import { RELAY_LOCK, relay } from './relay/relay.ts';
import { keyGrants } from './secret/keyGrants.ts';
import { resourceReader } from './store/resourceReader.ts';
import { resourceWriter } from './store/resourceWriter.ts';
import { tokenAuthority } from '../http/token/tokenAuthority.ts';

/** The advisory lock of whoever tells the hub what the account is. */
const ACCOUNT_LOCK = 5_682;

export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

export type GlobalDeps = { readonly registry: Registry; readonly version: string };

/** Starts a global control plane; resolves when it answers. @throws Error whose message is for the operator */
export async function runGlobal(config: GlobalConfig, { registry, version }: GlobalDeps): Promise<Running> {
  const instance = `${hostname()}-${randomBytes(2).toString('hex')}`;
  const log = pino({ level: config['log.level'], base: { instance, cp: 'global' } });
  const metrics = new Metrics();
  collectDefaultMetrics({ register: metrics });
  const now = () => new Date();
  const onError = (what: string) => (error: unknown) => log.warn({ error: (error as Error).message }, what);

  const { events, keys, kek, sealer, made, ...opened } = await openPolicyLog({ ...config, now });
  const commands = {
    ...opened.commands,
    log: { ...opened.commands.log, append: countedAppend(opened.commands.log.append, metrics) },
  };
  const first = [...made, ...(await ensureHubKeys(commands))];
  if (first.length > 0) log.info({ made: first }, 'first start');

  const hubKeys = await readHubKeys(commands);
  const hubFile = await writeHubConfig(hubKeys, {
    folder: config['hub.dir'] || join(config['data.dir'], 'hub'),
    host: config['hub.host'],
    url: config['nats.url'],
    leafUrl: config['hub.leafUrl'],
    names: config['hub.names'],
    now: now(),
  });
  log.info({ file: hubFile }, 'hub configured');
  const { 'nats.url': hubUrl } = config;
  const ca = hubKeys.ca.certificatePem;
  const hub = await connectToHub({ url: hubUrl, ca, credential: await globalCredential(hubKeys) });
  const system = await connectToSystem({ url: hubUrl, ca, credential: await systemCredential(hubKeys) });
  const grants = keyGrants(kek, keys);
  let relayError = '';
  const stopRelay = onLeader({ tryLead: events.tryLead, onError: onError('the relay failed') }, RELAY_LOCK, (signal) =>
    relay(
      {
        source: events,
        hub,
        keys: grants,
        onPublished: () => {
          relayError = '';
        },
        onError: (error) => {
          relayError = error.message;
          log.warn({ error: error.message }, 'the relay pauses');
        },
      },
      signal,
    ),
  );
  const credentials = hubCredentials(events.db);
  const stopAccount = onLeader(
    { tryLead: events.tryLead, onError: onError('the hub could not be told of its account') },
    ACCOUNT_LOCK,
    (signal) =>
      keepHubAccount(
        {
          nats: system,
          account: () => currentAccount({ commands, issued: credentials }),
          listen: events.listen,
          onError: onError('the hub does not know yet whose credentials are revoked'),
        },
        signal,
      ),
  );
  const zones = followZones(hub, registry, Date.now, onError('a report of a zone was not understood'));
  const rollouts = new Rollouts({ eventsOf: (changeId) => events.find({ changeId, limit: 100, order: 'asc' }) });
  zones.onReport((zone, status) => rollouts.take(zone, status.instance, status.rollouts));
  const ring = new DigestRing();
  const stopDigest = await followDigest(events, ring, onError('the digest does not follow'));
  const stopHellos = answerHellos({
    hub,
    welcome: async (hello) => {
      await welcome(hello, { events, keys, hub, grants });
      return { logId: events.logId, head: ring.head };
    },
    onError: onError('a zone could not be welcomed'),
  });
  const sync = new SyncMonitor({
    zones,
    facts: () => ({
      logId: events.logId,
      head: ring.head,
      digestAt: (position) => ring.digestAt(position),
      behindSince: (position) => ring.behindSince(position),
      now: Date.now(),
      stalledAfter: config['zone.stalledAfter'],
      offlineAfter: config['zone.offlineAfter'],
    }),
    giveNotice: (zone, zoneInstance, notice) => giveNotice(hub, zone, zoneInstance, notice),
    log,
  });
  const hubHead = watchHubHead(hub);
  const zoneSyncs = async () =>
    (await events.list('Zone')).map(({ resource: { name, spec } }) => ({
      ...sync.zone(name),
      enabled: (spec as ZoneSpec).enabled !== false,
    }));
  // Metrics go on while the database is away: they matter most then.
  const knownZones = () => zoneSyncs().catch(() => sync.names().map((name) => sync.zone(name)));
  insightMetrics({ metrics, head: () => ring.position, hub: hubHead, zones: knownZones });

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
  const rest: Parameters<typeof serveApi>[0] = {
    registry,
    role: { mode: 'global', environment: 'universal' },
    reader,
    admit: meshAdmission(reader),
    writer: resourceWriter(commands),
    about: {
      version,
      hostname: hostname(),
      instanceId: instance,
      clusterId: async () => events.logId,
      gui: '',
      config: () => ({
        mode: 'global',
        environment: 'universal',
        store: { type: config['store.url'] ? 'postgres' : 'memory' },
        settings: masked(config),
      }),
    },
    now: () => now().toISOString(),
    vipPort,
    envoyAdmin: askEnvoyAdmin({ connection: hub, view: zones.view }),
    dryRun: dryRun({ registry, log: events, zones: zones.view, vipPort }),
    ...tokens,
    zoneCredentials: zoneCredentials({
      keys: () => readHubKeys(commands),
      issued: credentials,
      hubUrl: config['hub.leafUrl'],
      lifetime: config['zone.credentialLifetime'],
      deletedAt: (zone) => zoneDeletedAt(events, zone),
      register: (zone) => ensureZone(commands, zone, 'the zone joined for the first time'),
      verifyZoneToken,
      now,
    }),
    inspector: inspector({ registry, log: events, zones: zones.view }),
    log: logReader(events),
    rollouts,
    sync: { zones: zoneSyncs },
    onError: (error, request) => log.error({ ...request, error: (error as Error).stack }, 'a request failed'),
  };
  const api = await serveApi(rest, await withOwnCertificate(config, hubKeys.ca, now()), GLOBAL_PREFIX);
  const diagnostics = await serveDiagnostics(
    {
      unhealthy: () => '',
      notReady: () => (hub.nats.isClosed() ? 'the connection to the hub is closed' : relayError),
      metrics: () => metrics.metrics(),
    },
    {
      host: config['diagnostics.host'],
      port: config['diagnostics.port'],
      portSetting: envName(GLOBAL_PREFIX, 'diagnostics.port'),
    },
  );
  log.info(
    {
      url: api.url,
      https: api.httpsUrl,
      diagnostics: diagnostics.url,
      log: events.logId,
      store: config['store.url'] ? 'postgres' : 'embedded',
    },
    'ready',
  );

  return {
    url: api.url,
    stop: async () => {
      log.info('stopping');
      await api.close();
      diagnostics.close();
      stopHellos();
      stopDigest();
      sync.stop();
      hubHead.stop();
      zones.stop();
      await stopAccount();
      await stopRelay();
      await system.close();
      await hub.nats.close();
      await events.close();
      log.info('stopped');
    },
  };
}

/** `meridian global` */
export function globalCommand(deps: () => Promise<GlobalDeps>): Command {
  return new Command('global')
    .description('run the global control plane')
    .option('--config <file>', 'settings as YAML; the environment (MERIDIAN_GLOBAL_…) wins')
    .action(async ({ config }: { config?: string }) => {
      const running = await runGlobal(readGlobalConfig(config, process.env), await deps());
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
      });
      await running.stop();
    });
}

type Welcoming = {
  readonly events: EventLog;
  readonly keys: SecretKeys;
  readonly hub: HubConnection;
  readonly grants: ReturnType<typeof keyGrants>;
};

/** A zone greets: the hub's side of it is made. */
async function welcome({ zone, publicKey }: Hello, { events, keys, hub, grants }: Welcoming) {
  if (!(await events.current({ type: 'Zone', mesh: '', name: zone })))
    throw new Error(`there is no Zone ${zone}; it was deleted, and may join again with a new zone token`);
  await keys.putZone(zone, publicKey);
  await provisionZone(hub.jsm, zone);
  await gatherZone(hub, zone);
  await publishGrants(hub, grants, [zone], await keys.ids());
}

function masked(config: GlobalConfig): Record<string, unknown> {
  const secret = new Set(['secrets.key']);
  const shown = Object.entries(config).map(([name, value]) => [name, secret.has(name) && value ? '*****' : value]);
  return { ...Object.fromEntries(shown), 'store.url': config['store.url'].replace(/:[^:@/]*@/, ':*****@') };
}
