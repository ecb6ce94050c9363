import { createCipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import { loadRegistry } from '../../deploy/registry.ts';
import { freePorts } from '../../deploy/process/ports.ts';
import { globalCredential, zoneCredential } from '../../global/hubAccess/credentials.ts';
import { writeHubConfig } from '../../global/hubAccess/writeHubConfig.ts';
import { type HubKeys, makeHubKeys, parseHubKeys } from '../../global/hubAccess/hubKeys.ts';
import { grantDataKey } from '../../global/secret/grant.ts';
import { fillGrants, type KeyGrants } from '../../global/relay/grants.ts';
import { type HubConnection, connectToHub } from '../../global/relay/natsConnection.ts';
import { gatherGreeting } from '../../global/relay/gather.ts';
import { provisionZone } from '../../global/relay/provision.ts';
import { answerHellos } from '../../global/relay/hello.ts';
import { relay } from '../../global/relay/relay.ts';
import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import { EVENT_SCHEMA } from '../../shared/event/event.ts';
import type { EventReader } from '../../shared/event/message.ts';
import { isVisibleToZones } from '../../shared/event/subject.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import { zoneKeys } from '../../zone/identity/zoneKey.ts';
import { zoneSealer } from '../../zone/identity/zoneSealer.ts';
import { keepCredential } from '../../zone/join/hubCredential.ts';
import { writeLeafConfig } from '../../zone/leaf/writeLeafConfig.ts';
import { type LeafUser, leafUser } from '../../zone/leaf/leafUser.ts';
import { keepZoneKey } from '../../zone/replica/keepZoneKey.ts';
import { Keyring } from '../../zone/replica/keyring.ts';
import { connectToLeaf, type LeafConnection } from '../../zone/leaf/leafConnection.ts';
import { LocalCopy } from '../../zone/replica/localCopy.ts';
import { type NatsReplica, natsReplica } from '../../zone/replica/natsReplica.ts';
import type { ZoneChangeLog } from '../../zone/replica/ports.ts';
import { joinGlobal } from '../../zone/replica/joinGlobal.ts';
import { findStreams, openZoneLog } from '../../zone/replica/provision.ts';
import { natsZoneLog } from '../../zone/replica/zoneLog.ts';
import { addressBook } from '../support/addressBook.ts';
import { eventually } from '../support/eventually.ts';
import { type NatsServer, startNatsServer } from '../support/nats.ts';
import { MemoryLog } from './memoryLog.ts';

/** How long the credentials of tests hold. */
const HOUR_MS = 3_600_000;

const registry = await loadRegistry();

export function resource(type: string, name: string, spec: unknown = {}, mesh = ''): Resource {
  return { type, mesh, name, labels: {}, creationTime: '', modificationTime: '', spec };
}

/** Messages of errors, without those of requests that nobody answered in time: on a busy machine there are some, and they are made again. */
export function lasting(errors: readonly Error[]): string[] {
  return errors.map(({ message }) => message).filter((message) => !/timeout|no responders/i.test(message));
}

/** A Dataplane of the service `web` in the mesh `default`. */
export function dataplane(name: string, address: string): Resource {
  const inbound = [{ port: 80, tags: { 'kuma.io/service': 'web' } }];
  return resource('Dataplane', name, { networking: { address, inbound } }, 'default');
}

/** A secret whose data key the hub can grant to zones from now on. */
export function sealedSecret({ dataKeys }: Pick<Hub, 'dataKeys'>, name: string, keyId: string, text: string): Resource {
  const [dataKey, iv] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv).setAAD(Buffer.from(`default/Secret/${name}`));
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64');
  dataKeys.set(keyId, dataKey);
  return resource('Secret', name, { sealed: { keyId, iv: iv.toString('base64'), ciphertext } }, 'default');
}

export interface Hub {
  readonly server: NatsServer;
  readonly connection: HubConnection;
  readonly log: MemoryLog;
  /** Plain data keys by id; a test puts them there. */
  readonly dataKeys: Map<string, Uint8Array>;
  readonly url: string;
  readonly leafUrl: string;
  /** Folder of JetStream's files. */
  readonly store: string;
  /** The server's configuration. */
  readonly file: string;
  /** Who may use it. */
  readonly keys: HubKeys;
  readonly errors: Error[];
  /** As when its Zone is deleted. */
  deleteZone(zone: string): void;
  /** Ends what global does; the server goes on. */
  globalAway(): Promise<void>;
  stop(): Promise<void>;
}

/** A hub's server, and global's connection to it. */
export interface HubServer extends Pick<Hub, 'server' | 'connection' | 'url' | 'leafUrl' | 'store' | 'file' | 'keys'> {}

/** @param folder holds its configuration and files @param certifiedAt when its certificate was made */
export async function startHubServer(folder: string, certifiedAt = new Date()): Promise<HubServer> {
  const [port = 0, leafPort = 0] = await freePorts(2);
  const keys = parseHubKeys(await makeHubKeys(new Date()));
  const url = `tls://127.0.0.1:${port}`;
  const leafUrl = `tls://127.0.0.1:${leafPort}`;
  const conf = join(folder, 'hub');
  const file = await writeHubConfig(keys, {
    folder: conf,
    host: '127.0.0.1',
    url,
    leafUrl,
    names: [],
    now: certifiedAt,
  });
  const server = await startNatsServer({ file: { path: file, port } });
  const connection = await connectToHub({
    url,
    ca: { caFile: join(conf, 'ca.crt') },
    credential: await globalCredential(keys),
  });
  return { server, connection, url, leafUrl, store: join(conf, 'jetstream'), file, keys };
}

/** A hub with a relay on a log in memory, and the answers to hellos of zones. */
export async function startHub(folder: string, certifiedAt?: Date): Promise<Hub> {
  const { server, connection, ...where } = await startHubServer(folder, certifiedAt);
  const log = new MemoryLog();
  const dataKeys = new Map<string, Uint8Array>();
  const publicKeys = new Map<string, string>();
  const departed = new Set<string>();
  const errors: Error[] = [];
  const grants: KeyGrants = {
    zones: async () => [...publicKeys.keys()],
    publicKey: async (zone) => publicKeys.get(zone),
    keyIds: async () => [...dataKeys.keys()],
    grant: async (zone, keyId) => {
      const [dataKey, publicKey] = [dataKeys.get(keyId), publicKeys.get(zone)];
      return dataKey && publicKey ? grantDataKey(dataKey, publicKey, keyId) : undefined;
    },
  };
  const ended = new AbortController();
  const relaying = relay(
    {
      source: log,
      hub: connection,
      keys: grants,
      departures: {
        departed: async () => [...departed],
        forget: async (zone) => void departed.delete(zone),
      },
      onError: (error) => errors.push(error),
      onZoneError: (error) => errors.push(error),
    },
    ended.signal,
  );
  const gather = gatherGreeting(connection);
  const endHellos = answerHellos({
    hub: connection,
    onError: (error) => errors.push(error),
    welcome: async ({ zone, publicKey, log: zoneLog }) => {
      publicKeys.set(zone, publicKey);
      const consumers = await provisionZone(connection.jsm, zone);
      await gather(zone, zoneLog);
      await fillGrants(connection, grants, [zone]);
      return {
        logId: log.logId,
        head: log.events.findLast(({ key }) => isVisibleToZones(key))?.position ?? 0,
        consumers,
      };
    },
  });
  const deleteZone = (zone: string) => {
    publicKeys.delete(zone);
    departed.add(zone);
  };
  const globalAway = async () => {
    endHellos();
    ended.abort();
    await relaying;
    await connection.nats.close();
  };
  return {
    server,
    connection,
    log,
    dataKeys,
    ...where,
    errors,
    deleteZone,
    globalAway,
    stop: async () => {
      await globalAway();
      await server.stop();
    },
  };
}

export interface Leaf {
  readonly server: NatsServer;
  /** Its configuration. */
  readonly file: string;
  readonly url: string;
  /** What its certificate was of when it was started. */
  readonly ca: string;
  /** File with what it is of now. */
  readonly caFile: string;
  /** Folder of JetStream's files. */
  readonly store: string;
  /** What the zone's control planes prove themselves with. */
  readonly user: LeafUser;
  /** Writes its configuration anew, for who is to be let in now. */
  write(): void;
  /** What it shows. */
  readonly certificate: OwnCertificate;
  /** What they have it reload with. */
  readonly system: LeafUser;
  /** Public key that its credential for the hub is of. */
  readonly credentialKey: string;
  /** Gives it another credential, which it reads at its next connection. */
  renew(lifetimeMs?: number, keys?: HubKeys): Promise<void>;
  stop(): Promise<void>;
}

export interface LeafStart {
  /** Of its credential. */
  readonly lifetimeMs?: number;
  /** When its certificate was made; absent: now. */
  readonly certifiedAt?: Date;
}

export async function startLeaf(
  zone: string,
  hub: Hub,
  folder: string,
  { lifetimeMs = HOUR_MS, certifiedAt }: LeafStart = {},
): Promise<Leaf> {
  const [port = 0] = await freePorts(1);
  const own = join(folder, `${zone}-leaf`);
  const [user, system] = [leafUser(join(own, 'user.nk')), leafUser(join(own, 'system.nk'))];
  let credentialKey = '';
  const renew = async (lifetime = HOUR_MS, keys = hub.keys) => {
    const key = createUser();
    credentialKey = key.getPublicKey();
    const expiresAt = new Date(Date.now() + lifetime);
    const jwt = await zoneCredential(keys, { zone, userKey: credentialKey, expiresAt });
    keepCredential(own, { jwt, ca: keys.trusted }, key, {
      hubUrl: hub.leafUrl,
      issuedAt: new Date().toISOString(),
      expiresAt: expiresAt.toISOString(),
    });
  };
  await renew(lifetimeMs);
  const url = `tls://127.0.0.1:${port}`;
  let started: Date | undefined = certifiedAt;
  const { file, write, ca, certificate } = await writeLeafConfig({
    folder: own,
    zone,
    url,
    user,
    system,
    hubUrl: hub.leafUrl,
    now: () => started ?? new Date(),
  });
  started = undefined;
  const server = await startNatsServer({ file: { path: file, port } });
  return {
    server,
    file,
    write,
    url,
    ca: readFileSync(ca.caFile, 'utf8'),
    ...ca,
    store: join(own, 'jetstream'),
    user,
    system,
    certificate,
    renew,
    get credentialKey() {
      return credentialKey;
    },
    stop: () => server.stop(),
  };
}

export interface ZoneReplica {
  readonly connection: LeafConnection;
  readonly replica: NatsReplica;
  readonly log: ZoneChangeLog;
  readonly errors: Error[];
  /** As of `joinGlobal`. */
  readonly makeAnew: (mirrors: readonly string[]) => void;
  stop(): Promise<void>;
}

/** Where that replica keeps its copy of the policy log. */
export function copyFile(zone: string, folder: string): string {
  return join(folder, `${zone}.sqlite`);
}

/** Where that replica has the keys of the zone. */
export function keyFile(zone: string, folder: string): string {
  return join(folder, `${zone}.key`);
}

/** The replica of a zone control plane, which follows nothing yet. */
export async function openReplica(
  zone: string,
  leaf: Leaf,
  folder: string,
  reader: EventReader = { schema: EVENT_SCHEMA, knows: () => true },
) {
  const connection = await connectToLeaf({
    url: leaf.url,
    ca: { caFile: leaf.caFile },
    user: leaf.user,
    zone,
  });
  const keys = zoneKeys(keyFile(zone, folder));
  const errors: Error[] = [];
  const sealer = zoneSealer(keys.privateKeys);
  const log = natsZoneLog(connection, { registry, sealer });
  const replica = natsReplica({
    leaf: connection,
    zone,
    log,
    sealer,
    registry,
    keyring: new Keyring(keys.privateKeys),
    addresses: addressBook(),
    copy: new LocalCopy(copyFile(zone, folder), (error) => errors.push(error)),
    reader,
    now: () => new Date(),
    onError: (error) => errors.push(error),
  });
  await openZoneLog(connection, zone);
  return { connection, replica, log, errors, keys, sealer };
}

/** The replica of a zone control plane, provisioned and following. */
export async function startReplica(
  zone: string,
  leaf: Leaf,
  folder: string,
  reader?: EventReader,
): Promise<ZoneReplica> {
  const { connection, replica, log, errors, keys, sealer } = await openReplica(zone, leaf, folder, reader);
  replica.start();
  const joined = joinGlobal({
    leaf: connection,
    replica,
    zone,
    hello: () => ({ zone, instance: `${zone}-1`, version: 'test', publicKey: keys.newest().publicKey }),
    onError: (error) => errors.push(error as Error),
    onLacking: (error) => errors.push(error),
  });
  const stopKeepingKey = keepZoneKey({
    keys,
    sealer,
    leaf: connection,
    zoneLog: log,
    onDone: () => {},
    onError: (error) => errors.push(error as Error),
  });
  await eventually(async () => {
    if (!(await findStreams(connection)).mirrors) throw new Error(`${zone} has no mirrors`);
  });
  return {
    connection,
    replica,
    log,
    errors,
    makeAnew: joined.makeAnew,
    stop: async () => {
      joined.stop();
      stopKeepingKey();
      replica.stop();
      await connection.nats.close();
    },
  };
}
