import { join } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import { expect, it, onTestFinished } from 'vitest';
import { freePorts } from '../../deploy/process/ports.ts';
import { globalCredential, zoneCredential } from '../../global/hubAccess/credentials.ts';
import { makeHubKeys, parseHubKeys } from '../../global/hubAccess/hubKeys.ts';
import { hubCertificate, writeHubConfig } from '../../global/hubAccess/writeHubConfig.ts';
import { connectToHub } from '../../global/relay/natsConnection.ts';
import { keepCredential } from '../../zone/join/hubCredential.ts';
import { connectToLeaf } from '../../zone/leaf/leafConnection.ts';
import { leafUser } from '../../zone/leaf/leafUser.ts';
import { writeLeafConfig } from '../../zone/leaf/writeLeafConfig.ts';
import { startNatsServer } from '../support/nats.ts';
import { tempDir } from '../support/tempDir.ts';

const ABSENT = 'tls://127.0.0.1:1';

async function folder(): Promise<string> {
  const { path, remove } = await tempDir('ipv6');
  onTestFinished(remove);
  return path;
}

async function served(path: string, port: number): Promise<void> {
  const server = await startNatsServer({ file: { path, port } });
  onTestFinished(() => server.stop());
}

it('the hub may be at an IPv6 address, and keeps its certificate', async () => {
  const [port = 0, leafPort = 0] = await freePorts(2);
  const keys = parseHubKeys(await makeHubKeys(new Date()));
  const options = {
    folder: await folder(),
    host: '::1',
    url: `tls://[::1]:${port}`,
    leafUrl: `tls://[::1]:${leafPort}`,
    names: [],
    now: new Date(),
  };
  await served(await writeHubConfig(keys, options), port);
  const credential = await globalCredential(keys);
  const hub = await connectToHub({ url: options.url, ca: keys.trusted, credential });
  onTestFinished(() => hub.nats.close());
  expect(hub.nats.info?.server_name).toBe('hub');
  expect(await hubCertificate(keys, options)).toMatchObject({ renewed: false });
});

it('so may the nats-server of a zone', async () => {
  const [port = 0] = await freePorts(1);
  const own = await folder();
  const [user, system] = [leafUser(join(own, 'user.nk')), leafUser(join(own, 'system.nk'))];
  const url = `tls://[::1]:${port}`;
  const keys = parseHubKeys(await makeHubKeys(new Date()));
  const key = createUser();
  const expiresAt = new Date(Date.now() + 3_600_000);
  const jwt = await zoneCredential(keys, { zone: 'zone-a', userKey: key.getPublicKey(), expiresAt });
  keepCredential(own, { jwt, ca: keys.trusted }, key, {
    hubUrl: ABSENT,
    issuedAt: new Date().toISOString(),
    expiresAt: expiresAt.toISOString(),
  });
  const { file, ca, certificate } = await writeLeafConfig({
    ...{ folder: own, zone: 'zone-a', url, user, system },
    hubUrl: ABSENT,
    now: () => new Date(),
  });
  await served(file, port);
  const leaf = await connectToLeaf({ url, ca, user, zone: 'zone-a' });
  onTestFinished(() => leaf.nats.close());
  expect(await certificate.renew()).toMatchObject({ renewed: false });
});
