import { createUser } from '@nats-io/nkeys';
import { expect, it } from 'vitest';
import { makeServerCa } from '../../runtime/certificate/serverCertificate.ts';
import { connectToLeaf } from '../../zone/leaf/leafConnection.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';

const world = hubWithZones(['zone-a']);

const toLeaf = () => ({ url: world.leaf.url, ca: world.leaf.ca, user: world.leaf.user, zone: 'zone-a' });

it("who comes to the zone's nats-server with another key is told what to do, on both sides", async () => {
  await expect(connectToLeaf({ ...toLeaf(), user: createUser() })).rejects.toThrow(
    /does not know our key: start it anew with the configuration/,
  );
  await eventually(() => expect(world.leaf.server.output).toContain('authentication error - Nkey'));
});

it('who dials a server of another certificate is told so, and waits', async () => {
  const { certificatePem } = await makeServerCa(new Date());
  const told: string[] = [];
  void connectToLeaf({ ...toLeaf(), ca: certificatePem, onWaiting: ({ message }) => told.push(message) });
  await eventually(() => expect(told[0]).toMatch(/its certificate is not the one that was written for it here/));
  await eventually(() => expect(world.leaf.server.output).toContain('TLS handshake error'));
  expect(told).toHaveLength(1);
});
