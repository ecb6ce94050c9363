import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { decodeJwt, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DeltaDiscoveryRequestSchema } from '../../shared/xds/gen/envoy/service/discovery/v3/discovery_pb.js';
import { TYPE_URL } from '../../shared/xds/snapshot.ts';
import { type BareCluster, startBareCluster } from '../support/bareCluster.ts';
import { eventually } from '../support/eventually.ts';
import { type Ended, ending, frame, open, session } from './rawGrpc.ts';

let cluster: BareCluster;
beforeAll(async () => {
  cluster = await startBareCluster(['--dp-auth', 'dpToken']);
  for (const name of ['default', 'other']) await send('PUT', `/meshes/${name}`, { type: 'Mesh', name });
});
afterAll(() => cluster?.stop());

async function send(method: string, path: string, body: object): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${cluster.global.url}${path}`, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
  return response.text();
}

const tokenOf = (claims: object = {}) => send('POST', '/tokens/dataplane', { mesh: 'default', ...claims });
const UNAUTHENTICATED = 16;
const inbound = [{ port: 80, tags: { 'kuma.io/service': 'web' } }];

/** Opens a stream as the Dataplane `victim` of the mesh default, with that token. */
async function asVictim(token: string, patience = 20_000): Promise<Ended> {
  const networking = { address: '10.8.8.8', inbound };
  const resource = JSON.stringify({ type: 'Dataplane', mesh: 'default', name: 'victim', networking });
  const metadata = { 'dataplane.resource': resource, 'dataplane.proxyType': 'dataplane' };
  const node = { id: 'default.victim', cluster: 'victim', metadata };
  const request = create(DeltaDiscoveryRequestSchema, { typeUrl: TYPE_URL.cluster, node });
  const client = await session(cluster.zones[0]?.ads ?? '');
  const stream = open(client, { headers: { authorization: token } });
  stream.write(frame(toBinary(DeltaDiscoveryRequestSchema, request)));
  const ended = await ending(stream, patience);
  client.destroy();
  return ended;
}

async function isRegistered(): Promise<boolean> {
  return (await fetch(`${cluster.zones[0]?.url}/meshes/default/dataplanes/victim`)).status === 200;
}

/** Signed, but with a key that nobody trusts. */
function forged(claims: object, header: { readonly kid: string }): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'RS256', ...header })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
}

/** The same claims, signed by nobody. */
function unsigned(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none', kid: '1' })).toString('base64url');
  return `${header}.${token.split('.')[1]}.`;
}

test('a token that is not for this proxy opens no stream and registers nothing', async () => {
  const good = await tokenOf({ name: 'victim' });
  const brief = await tokenOf({ name: 'victim', validFor: '1s' });
  await sleep(1_500);
  const revoked = await tokenOf({ name: 'victim' });
  const data = Buffer.from(String(decodeJwt(revoked).jti)).toString('base64');
  const name = 'dataplane-token-revocations-default';
  await send('PUT', `/meshes/default/secrets/${name}`, { type: 'Secret', mesh: 'default', name, data });
  const claims = { Name: 'victim', Mesh: 'default', Tags: {}, Type: '' };
  const [head = '', body = '', signature = ''] = good.split('.');
  const altered = Buffer.from(JSON.stringify({ ...claims, exp: 9_999_999_999 })).toString('base64url');
  const hostile = new Map<string, string>([
    ['none', ''],
    ['no token at all', 'Bearer'],
    ['of another proxy, stolen', await tokenOf({ name: 'thief' })],
    ['of another mesh', await send('POST', '/tokens/dataplane', { mesh: 'other', name: 'victim' })],
    ['for another tag', await tokenOf({ tags: { 'kuma.io/service': ['other'] } })],
    ['for a tag that it has not', await tokenOf({ tags: { team: ['red'] } })],
    ['for another workload', await tokenOf({ workload: 'other' })],
    ['of a zone proxy', await send('POST', '/tokens/zone', { zone: 'zone-1', scope: ['ingress', 'egress', 'cp'] })],
    ['of a user', await send('POST', '/tokens/user', { name: 'ann', groups: ['mesh-system:admin'], validFor: '1h' })],
    ['expired', brief],
    ['forged with a key of its own', await forged(claims, { kid: '1' })],
    ['of a key that is not there', await forged(claims, { kid: '99' })],
    ['of a key by a path', await forged(claims, { kid: '../../user-token-signing-key-1' })],
    ['signed by nobody', unsigned(good)],
    ['with other claims under the signature', `${head}.${altered}.${signature}`],
    ['without the last character', good.slice(0, -1)],
    ['half', good.slice(0, good.length / 2)],
    ['without a signature', `${head}.${body}.`],
    ['twice', `${good},${good}`],
    ['bytes', randomBytes(300).toString('base64')],
    ['long', `${head}.${'a'.repeat(10_000)}.${signature}`],
  ]);
  const outcomes: [string, Ended['status']][] = [];
  for (const [what, token] of hostile) outcomes.push([what, (await asVictim(token)).status]);
  expect(outcomes).toEqual([...hostile.keys()].map((what) => [what, UNAUTHENTICATED]));
  await eventually(async () => expect((await asVictim(revoked)).message).toContain('is revoked'));
  expect(await isRegistered()).toBe(false);
});

test('the right token opens it', async () => {
  const token = await tokenOf({ name: 'victim', tags: { 'kuma.io/service': ['web'] } });
  const [{ status }] = await Promise.all([
    asVictim(token, 10_000),
    eventually(async () => expect(await isRegistered()).toBe(true)),
  ]);
  expect(status).toBe('still open');
});
