import { join } from 'node:path';
import { keepJetStream } from '../../nats/keepJetStream.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { eventReader } from '../../shared/event/eventReader.ts';
import type { Role } from '../../shared/resource/role.ts';
import type { ZoneConfig } from '../config.ts';
import { zoneKeys } from '../identity/zoneKey.ts';
import { zoneSealer } from '../identity/zoneSealer.ts';
import { AddressBook } from '../lookup/addressBook.ts';
import { lookUp } from '../lookup/lookUp.ts';
import { prepareLeaf } from '../leaf/prepareLeaf.ts';
import { adoptLocalLog } from './adoptLocalLog.ts';
import { keepLeafUsers, takeNext } from '../leaf/keepLeafUsers.ts';
import { keepZoneKey } from './keepZoneKey.ts';
import { Keyring } from './keyring.ts';
import { connectToLeaf } from '../leaf/leafConnection.ts';
import { leafHealth, reloadLeaf } from '../leaf/leafSystem.ts';
import { LocalCopy } from './localCopy.ts';
import { ZONE_LOG_FILE } from './localZoneLog.ts';
import { natsReplica } from './natsReplica.ts';
import { openZoneLog } from './provision.ts';
import { natsZoneLog } from './zoneLog.ts';

type Deps = {
  readonly config: ZoneConfig;
  readonly role: Role;
  /** Folder of the zone's keys. */
  readonly keysDir: string;
  readonly runtime: Runtime;
};

/**
 * Gets the zone into the hub and connects to its nats-server: its own log, with what it wrote when it was alone, and the replica,
 * which follows nothing yet.
 * @throws Error whose message is for the operator
 */
export async function openReplica({ config, role, keysDir, runtime }: Deps) {
  const { registry, log, now, onError } = runtime;
  const { name: zone, 'data.dir': dataDir } = config;
  const prepared = await prepareLeaf(config, onError('no new credential for the hub'));
  log.info({ file: prepared.file }, 'leaf configured');
  const users = {
    url: config['nats.url'],
    leaf: prepared,
    onDone: () => log.info('the nats-server takes the next keys of its control planes, and no others'),
  };
  // It ended before the server knew of the next keys: we would not be let in. A server that is not there reads them when it starts.
  await takeNext(users).catch(() => {});
  const leaf = await connectToLeaf({
    url: config['nats.url'],
    ca: prepared.ca,
    user: prepared.user,
    zone,
    onWaiting: onError('the zone waits'),
  });
  const server = { url: config['nats.url'], ...prepared };
  const reload = () => reloadLeaf(server);
  const health = leafHealth(server);
  const jetStream = keepJetStream({
    connection: leaf,
    file: prepared.file,
    reload,
    writeErrors: health.writeErrors,
    onError: onError("the zone's nats-server"),
  });
  const keys = zoneKeys(join(keysDir, 'zone.key'));
  const sealer = zoneSealer(keys.privateKeys);
  const zoneLog = natsZoneLog(leaf, { registry, sealer });
  const addresses = new AddressBook({ lookUp, log });
  const replica = natsReplica({
    leaf,
    zone,
    log: zoneLog,
    sealer,
    registry,
    keyring: new Keyring(keys.privateKeys),
    addresses,
    copy: new LocalCopy(join(dataDir, 'copy.sqlite'), onError('the copy of the log')),
    reader: eventReader(registry),
    now,
    onError: onError('replication'),
  });
  await openZoneLog(leaf, zone);
  const adopted = await adoptLocalLog({ file: join(dataDir, ZONE_LOG_FILE), zoneLog, registry, role });
  if (adopted > 0) log.info({ adopted }, 'brought over from when it was alone');
  const stopKeepingUsers = keepLeafUsers({
    ...users,
    onError: onError('the nats-server was not told of the next keys of its control planes'),
  });
  const stopKeepingKey = keepZoneKey({
    keys,
    sealer,
    leaf,
    zoneLog,
    onDone: () => log.info('nothing is sealed to the former key of the zone any more: it is gone'),
    onError: onError('the zone cannot change over to its next key'),
  });
  return {
    leaf,
    zoneLog,
    replica,
    addresses,
    /** What global seals data keys of secrets to; SPKI, DER, base64. */
    publicKey: () => keys.newest().publicKey,
    /** Those that the zone's nats-server uses. */
    certificates: [
      ...[prepared.certificate, prepared.hubCa].map((one) => ({ ...one, apply: reload })),
      ...prepared.caCertificates,
    ],
    /** What is wrong with the zone's nats-server; empty: nothing. */
    trouble: jetStream.trouble,
    /** RFC 3339; `undefined` without a credential for the hub. */
    credentialExpiresAt: prepared.credentialExpiresAt,
    close: async () => {
      prepared.stop();
      await jetStream.stop();
      stopKeepingKey();
      stopKeepingUsers();
      await health.close();
      replica.stop();
      await leaf.nats.close();
    },
  };
}
