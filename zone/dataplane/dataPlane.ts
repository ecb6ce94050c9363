import { randomUUID } from 'node:crypto';
import type { Registry as Metrics } from 'prom-client';
import { tagSets } from '../../shared/resource/dataplane/tagSets.ts';
import type { DataplaneSpec } from '../../shared/resource/dataplane/spec.ts';
import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { Role } from '../../shared/resource/role.ts';
import { PROXY_KINDS, type Proxy, type ZoneSettings } from '../../shared/snapshot/proxy.ts';
import type { AdsServer } from '../ads/ports.ts';
import { ADS_SERVICE, GrpcAdsServer } from '../ads/server.ts';
import { type AdminAccess, adminAccess } from '../identity/adminAccess.ts';
import { CaFiles } from '../identity/caFiles.ts';
import { HDS_SERVICE, HealthDiscovery } from '../health/healthDiscovery.ts';
import { IdentityKeeper } from '../identity/identityKeeper.ts';
import { issuer } from '../identity/issueCertificate.ts';
import { verifyBearer } from './verifyBearer.ts';
import { Push } from '../push/push.ts';
import { Rollouts } from '../push/rollouts.ts';
import type { Applied, Replica, ZoneLog } from '../replica/ports.ts';
import { openDpPort } from './dpPort.ts';
import { FormerCa } from './formerCa.ts';
import { HeldIdentities } from './heldIdentities.ts';
import { Insights } from './insights.ts';
import { isElsewhere } from './isElsewhere.ts';
import { later } from './later.ts';
import type { NodeMetadata } from './nodeMetadata.ts';
import { proxyEvents } from './proxyEvents.ts';
import { resourceType } from './proxyResource.ts';
import { Registration } from './registration.ts';
import { Sweeper } from './sweeper.ts';

type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

export type DataPlaneDeps = {
  readonly replica: Replica;
  readonly zoneLog: ZoneLog;
  readonly registry: Registry;
  readonly settings: ZoneSettings;
  readonly role: Role;
  /** Id of this control plane, new with every start. */
  readonly instance: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Folder that keeps the CA of the port's certificate. */
  readonly keysDir: string;
  readonly auth: 'dpToken' | 'none';
  readonly graceMs: number;
  /** Proxies whose control plane is gone have so long to come to another, after a start too; absent: half a minute. */
  readonly returnMs?: number;
  readonly quietMs: number;
  readonly ceilingMs: number;
  /** Ids of the other control planes of the zone that are alive; none when it has one only. */
  readonly otherInstances?: () => ReadonlySet<string>;
  readonly metrics?: Metrics;
  readonly log: Log;
};

/** The data-plane side of a zone: what proxies talk to. */
export interface DataPlane {
  readonly ads: AdsServer;
  readonly rollouts: Rollouts;
  /** What this control plane shows to the admin APIs of its proxies. */
  readonly adminClient: AdminAccess['client'];
  /** The port that it listens on. */
  readonly port: number;
  /** `host:port` for proxies. */
  readonly address: string;
  /** Why a proxy's configuration cannot be generated at present, by proxy id. */
  errorOf(proxyId: string): string | undefined;
  /** What the port and the admin APIs show, and their CAs: to be renewed. */
  readonly certificates: readonly OwnCertificate[];
  /** When the first certificate of a connected proxy ends, milliseconds since 1970. */
  earliestExpiry(): number | undefined;
  /** Another control plane of the zone is gone: its proxies have some time to come here, what is left of the others goes. */
  sweepSoon(): void;
  /** Ends all streams; what proxies registered stays. */
  stop(): Promise<void>;
}

const PROXY_TYPES: ReadonlySet<string> = new Set(PROXY_KINDS.map(resourceType));

/** Proxies that left while nobody looked have so long to come back after a start. */
const RETURN_MS = 30_000;
/** Node accepts one connection in each turn of its loop: as long after the last one there are no more. */
const ACCEPTING_MS = 50;
/** So often is looked whether the files of a provided CA were replaced. */
const CA_FILES_MS = 5_000;

/**
 * Starts the dp-server port with bootstrap and ADS, and the loop that brings the replica's changes to the proxies. To be called
 * when the replica is ready.
 */
export async function startDataPlane(deps: DataPlaneDeps): Promise<DataPlane> {
  const { replica, zoneLog, registry, settings, role, instance, log } = deps;
  const { view } = replica;
  const { zone } = settings;
  const now = () => new Date();
  /** What proxies said of themselves that were admitted, for when their streams are open. */
  const admitted = new WeakMap<Proxy, NodeMetadata>();
  const formerCa = new FormerCa();

  const rollouts = new Rollouts({ now: Date.now, ...(deps.metrics ? { metrics: deps.metrics } : {}) });
  const otherInstances = deps.otherInstances ?? (() => new Set<string>());
  const isConnected = (proxyId: string) =>
    ads.proxies.has(proxyId) || isElsewhere({ view, zone, others: otherInstances() }, proxyId);
  const isShared = () => otherInstances().size > 0;
  const registration = new Registration({
    registry,
    replica,
    log: zoneLog,
    role,
    zone,
    auth: deps.auth,
    graceMs: deps.graceMs,
    returnMs: deps.returnMs ?? RETURN_MS,
    connected: () => ads.proxies.size,
    isConnected,
    isShared,
    admitted: (proxy, node) => admitted.set(proxy, node),
    now,
    later,
    logger: log,
  });
  const ads = new GrpcAdsServer({
    admit: registration.admit,
    events: {
      connected: (proxy) => events.connected(proxy),
      disconnected: (proxy) => events.disconnected(proxy),
      acknowledged: (acknowledgement) => events.acknowledged(acknowledgement),
    },
    log,
  });
  const files = new CaFiles();
  const keeper = new IdentityKeeper({
    view,
    files,
    issuer,
    tagsOf: ({ mesh, name }) => {
      const dataplane = view.get({ type: 'Dataplane', mesh, name }, zone)?.resource;
      return dataplane && tagSets(dataplane);
    },
    changed: (proxy) => push.refresh(proxy.id),
    failed: (proxy, error) => log.error({ proxy: proxy.id, error: error.message }, 'no certificate issued'),
    now: Date.now,
    later,
  });
  const health = new HealthDiscovery({
    dataplane: (mesh, name) => {
      const entry = view.get({ type: 'Dataplane', mesh, name }, zone);
      return entry && { resource: entry.resource as Resource<DataplaneSpec>, version: entry.version };
    },
    authenticate: async (token, dataplane) => {
      if (deps.auth === 'dpToken') await verifyBearer(token, dataplane, { view, now });
    },
    write: async (dataplane, version) => {
      const written = { ...dataplane, modificationTime: now().toISOString() };
      await replica.applied(await zoneLog.put(written, version));
    },
    log,
  });
  const admin = await adminAccess({ keysDir: deps.keysDir, now, changed: () => push.refreshAll() });
  let lastConnection = Number.NEGATIVE_INFINITY;
  const push = new Push({
    view,
    ads,
    registry,
    settings,
    identityOf: (proxy) => keeper.identityOf(proxy),
    adminTrust: admin.trust,
    rollouts,
    quietMs: deps.quietMs,
    ceilingMs: deps.ceilingMs,
    areComing: () => ads.admitting > 0 || performance.now() - lastConnection < ACCEPTING_MS,
    log,
  });
  const held = new HeldIdentities(keeper);
  const insights = new Insights({
    view,
    zone,
    log: zoneLog,
    instance,
    isShared,
    counters: (proxyId) => ads.counters(proxyId),
    issued: (proxyId) => held.of(proxyId),
    newId: randomUUID,
    now,
    later,
    failed: (proxy, error) => log.warn({ proxy: proxy.id, error: error.message }, 'its insight was not written'),
  });

  const events = proxyEvents({ ads, admitted, registration, push, keeper, held, formerCa, insights, log });

  function applied(batch: Applied): void {
    push.applied(batch);
    // A CA's key alone shapes no snapshot, but certificates.
    const meshes = new Set(batch.changes.flatMap(({ key }) => (key.type === 'Secret' ? [key.mesh] : [])));
    for (const mesh of meshes) for (const proxy of push.sidecars(mesh)) keeper.refresh(proxy);
    for (const { key, origin, after } of batch.changes) {
      if (key.type === 'Dataplane' && origin === zone) health.changed(`${key.mesh}.${key.name}`);
      if (PROXY_TYPES.has(key.type) && origin === zone && !after)
        ads.disconnect(`${key.mesh}.${key.name}`, `its ${key.type} was deleted`);
    }
  }

  const unsubscribe = replica.onApplied(applied);
  const dpPort = await openDpPort({
    host: deps.host,
    port: deps.port,
    keysDir: deps.keysDir,
    services: [
      [ADS_SERVICE, ads.handlers],
      [HDS_SERVICE, health.handlers],
    ],
    bootstrap: { view, registry, role, zone, auth: deps.auth },
    onConnection: () => {
      lastConnection = performance.now();
    },
    now,
  });
  if (deps.metrics) formerCa.measure(deps.metrics, dpPort.trusted);
  const sweeper = new Sweeper(deps.returnMs ?? RETURN_MS, () => {
    const live = otherInstances();
    registration.removeLeftovers();
    insights.closeLeftovers((id) => id === instance || live.has(id));
  });
  sweeper.soon();
  const looking = setInterval(() => {
    if (files.look()) for (const proxy of ads.proxies.values()) keeper.refresh(proxy);
  }, CA_FILES_MS).unref();

  return {
    ads,
    rollouts,
    adminClient: admin.client,
    port: dpPort.port,
    address: dpPort.address,
    errorOf: (proxyId) => push.errorOf(proxyId),
    certificates: [...dpPort.certificates, ...admin.certificates],
    earliestExpiry: () => {
      const ends = [...ads.proxies.keys()].flatMap((id) => keeper.issued(id)?.notAfter ?? []);
      return ends.length > 0 ? Math.min(...ends) : undefined;
    },
    sweepSoon: () => sweeper.soon(),
    async stop() {
      sweeper.stop();
      clearInterval(looking);
      unsubscribe();
      registration.stop();
      push.stop();
      await insights.stop();
      await dpPort.close();
      for (const proxyId of ads.proxies.keys()) keeper.forget(proxyId);
    },
  };
}
