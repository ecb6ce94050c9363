import { beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { standaloneForTests } from '../test/support/standaloneForTests.ts';
import { runMeridian } from '../test/support/runMeridian.ts';

type Document = {
  readonly type: string;
  readonly mesh?: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
};

let address: string;

beforeAll(async () => {
  address = (await standaloneForTests('export')).url;
  expect(await run(['apply', '-f', '-'], GIVEN)).toMatchObject({ status: 0, err: '' });
}, 120_000);

const GIVEN = `
type: Mesh
name: shop
mtls: { enabledBackend: ca-1, backends: [{ name: ca-1, type: builtin }] }
---
type: MeshTimeout
mesh: shop
name: t
labels: { team: a }
spec: { to: [{ targetRef: { kind: Mesh }, default: { connectionTimeout: 3s } }] }
---
type: Dataplane
mesh: shop
name: web-1
networking: { address: 127.0.0.9, inbound: [{ port: 80, tags: { kuma.io/service: web } }] }
`;

const run = (words: readonly string[], stdin = '') => runMeridian(words, { env: { MERIDIAN_ADDRESS: address }, stdin });

const exported = async (...flags: string[]) => (await run(['export', ...flags])).out;
const documentsOf = (text: string) =>
  (parseAllDocuments(text) as readonly { toJS(): unknown }[]).map((one) => one.toJS() as Document);
const typesOf = (text: string) => [...new Set(documentsOf(text).map(({ type }) => type))];

test('a profile has the types that kumactl gives it, those first that others stand upon', async () => {
  const federation = typesOf(await exported('--profile', 'federation'));
  expect(federation.slice(0, 2)).toEqual(['Mesh', 'Secret']);
  expect(federation.at(-1)).toBe('GlobalSecret');
  expect(federation).not.toContain('MeshTimeout');
  expect(federation).not.toContain('Dataplane');
  expect(typesOf(await exported())).toContain('MeshTimeout');

  const all = typesOf(await exported('--profile', 'all'));
  expect(all).toEqual(expect.arrayContaining(['Mesh', 'MeshTimeout', 'Dataplane', 'Zone']));
  expect(all.filter((type) => /Secret|Insight/.test(type))).toEqual([]);
  const withSecrets = typesOf(await exported('-p', 'all', '-a'));
  expect(withSecrets.filter((type) => type.endsWith('Secret'))).toEqual(['Secret', 'GlobalSecret']);
  const without = typesOf(await exported('--profile', 'no-dataplanes'));
  expect(without).toEqual(all.filter((type) => type !== 'Dataplane'));
});

test('labels that say whose a resource is stay, except for a global control plane', async () => {
  const labels = async (profile: string) =>
    documentsOf(await exported('-p', profile)).find(({ type, name }) => type === 'MeshTimeout' && name === 't')?.labels;
  expect(await labels('federation-with-policies')).toEqual({ 'kuma.io/mesh': 'shop', team: 'a' });
  expect(await labels('all')).toMatchObject({ 'kuma.io/origin': 'zone', team: 'a' });
});

test('what is exported can be applied, all of it at once, and brings back what was there', async () => {
  const all = ['--profile', 'all', '--include-admin'];
  const text = await exported(...all);
  expect(text).toMatch(/^# Product: Kuma, Version: .*, Hostname: .+, ClusterId: .+, InstanceId: .+\n---\ntype: Mesh\n/);
  expect((await run(['delete', 'dataplane', 'web-1', '-m', 'shop'])).status).toBe(0);
  expect((await run(['delete', 'mesh', 'shop'])).status).toBe(0);
  expect(documentsOf(await exported(...all)).some(({ mesh }) => mesh === 'shop')).toBe(false);
  expect(await run(['apply', '-f', '-'], text)).toMatchObject({
    status: 0,
    out: expect.stringContaining('Mesh "shop" created\n'),
  });
  // What a mesh comes with by itself has no labels until somebody applies it.
  const contents = (of: string) => documentsOf(of).map(({ labels: _, ...content }) => content);
  expect(contents(await exported(...all))).toEqual(contents(text));
});

test('as objects of Kubernetes', async () => {
  const objects = (
    parseAllDocuments(await exported('-f', 'kubernetes', '-n', 'mesh-system')) as readonly { toJS(): unknown }[]
  ).map((one) => one.toJS() as { kind: string; metadata: { name: string; namespace?: string }; spec?: object });
  expect(Object.keys(objects[0] ?? {})).toEqual(['kind', 'apiVersion', 'metadata', 'spec']);
  const named = (kind: string, name: string) => objects.find((one) => one.kind === kind && one.metadata.name === name);
  expect(named('Mesh', 'shop')?.spec).toMatchObject({
    mtls: { enabledBackend: 'ca-1' },
    skipCreatingInitialPolicies: ['*'],
  });
  expect(named('MeshTimeout', 't')).toMatchObject({
    apiVersion: 'kuma.io/v1alpha1',
    metadata: { namespace: 'mesh-system', labels: { 'kuma.io/mesh': 'shop' } },
    spec: { to: [{ default: { connectionTimeout: '3s' } }] },
  });
  expect(objects.at(-1)).toMatchObject({ kind: 'Secret', type: 'system.kuma.io/global-secret' });
});
