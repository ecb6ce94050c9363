import { join } from 'node:path';
import type { Command } from 'commander';
import { controlPlaneCommand, type Running } from '../runtime/controlPlaneCommand.ts';
import { type Build, startRuntime } from '../runtime/runtime.ts';
import { type Rest, serve } from '../runtime/serve.ts';
import type { Hello } from '../shared/event/hello.ts';
import type { ZoneSpec } from '../shared/resource/zone/spec.ts';
import { meshAdmission } from './mesh/providedCa.ts';
import { withOwnCertificate } from './certificate/withOwnCertificate.ts';
import { askEnvoyAdmin } from '../nats/askEnvoyAdmin.ts';
import { ensureZone } from './command/ensureZone.ts';
import { ensureHubKeys } from './command/ensureDefaults.ts';
import { openPolicyLog } from './command/openPolicyLog.ts';
import { GLOBAL_PREFIX, type GlobalConfig, readGlobalConfig } from './config.ts';
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
import { maskedConfig } from './maskedConfig.ts';
import { resourceReader } from './store/resourceReader.ts';
import { resourceWriter } from './store/resourceWriter.ts';
import { tokenAuthority } from '../http/token/tokenAuthority.ts';

/** The advisory lock of whoever tells the hub what the account is. */
const ACCOUNT_LOCK = 5_682;

/** Starts a global control plane; resolves when it answers. @throws Error whose message is for the operator */
export async function runGlobal(config: GlobalConfig, build: Build): Promise<Running> {
  const runtime = startRuntime({ cp: 'global', level: config['log.level'] }, build);
  const { registry, instance, log, metrics, now, onError } = runtime;

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
  const rest: Rest = {
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
      deletedAt: (zone) => zoneDeletedAt(events, zone),
      register: (zone) => ensureZone(commands, zone, 'the zone joined for the first time'),
      verifyZoneToken,
      now,
    }),
    inspector: inspector({ registry, log: events, zones: zones.view }),
    log: logReader(events),
    rollouts,
    sync: { zones: zoneSyncs },
  };
  const served = await serve(runtime, {
    config: await withOwnCertificate(config, hubKeys.ca, now()),
    prefix: GLOBAL_PREFIX,
    rest,
    notReady: () => (hub.nats.isClosed() ? 'the connection to the hub is closed' : relayError),
    ready: { log: events.logId, store: config['store.url'] ? 'postgres' : 'embedded' },
  });

  return {
    url: served.url,
    stop: async () => {
      log.info('stopping');
      await served.close();
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
export const globalCommand = (build: () => Promise<Build>): Command =>
  controlPlaneCommand(
    {
      name: 'global',
      description: 'run the global control plane',
      prefix: GLOBAL_PREFIX,
      readConfig: readGlobalConfig,
      run: runGlobal,
    },
    build,
  );

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
