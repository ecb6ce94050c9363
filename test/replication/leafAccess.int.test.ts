import { createUser } from '@nats-io/nkeys';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeServerCa } from '../../global/certificate/serverCertificate.ts';
import { connectToLeaf } from '../../zone/replica/leafConnection.ts';
import { type TempDir, tempDir } from '../support/tempDir.ts';
import { type Hub, type Leaf, startHub, startLeaf } from './wiring.ts';

const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: 20_000, interval: 25 });

let folder: TempDir;
let hub: Hub;
let leaf: Leaf;

beforeAll(async () => {
  folder = await tempDir('leaf-access');
  hub = await startHub(folder.path);
  leaf = await startLeaf('zone-a', hub, folder.path);
}, 60_000);

afterAll(async () => {
  await hub?.stop();
  await leaf?.stop();
  await folder?.remove();
});

const toLeaf = () => ({ url: leaf.url, ca: leaf.ca, user: leaf.user, zone: 'zone-a' });

it("who comes to the zone's nats-server with another key is told what to do, on both sides", async () => {
  await expect(connectToLeaf({ ...toLeaf(), user: createUser() })).rejects.toThrow(
    /does not know our key: start it anew with the configuration/,
  );
  await eventually(() => expect(leaf.server.output).toContain('authentication error - Nkey'));
});

it('who dials a server of another certificate is told so, and waits', async () => {
  const { certificatePem } = await makeServerCa(new Date());
  const told: string[] = [];
  void connectToLeaf({ ...toLeaf(), ca: certificatePem, onWaiting: ({ message }) => told.push(message) });
  await eventually(() => expect(told[0]).toMatch(/its certificate is not the one that was written for it here/));
  await eventually(() => expect(leaf.server.output).toContain('TLS handshake error'));
  expect(told).toHaveLength(1);
});
