import { expect, test } from 'vitest';
import type { Resource } from '../resource.ts';
import { admitMesh, rootChainWarnings } from './rules.ts';
import type { CaBackend, MeshSpec } from './spec.ts';

const at = '2026-01-01T00:00:00Z';

function mesh(backends: readonly CaBackend[], enabledBackend?: string, name = 'm'): Resource<MeshSpec> {
  const spec: MeshSpec = { mtls: { ...(enabledBackend && { enabledBackend }), backends: [...backends] } };
  return { type: 'Mesh', mesh: '', name, labels: {}, creationTime: at, modificationTime: at, spec };
}

const BUILTIN: CaBackend = { name: 'ca', type: 'builtin' };
const OTHER: CaBackend = { name: 'other', type: 'builtin' };

test('a time for reading the root certificates has no effect, and that is said', () => {
  expect(rootChainWarnings(mesh([BUILTIN, OTHER]))).toEqual([]);
  expect(rootChainWarnings(mesh([{ ...BUILTIN, rootChain: {} }]))).toEqual([]);
  expect(rootChainWarnings(mesh([BUILTIN, { ...OTHER, rootChain: { requestTimeout: '5s' } }]))).toEqual([
    'mtls.backends[1].rootChain.requestTimeout: has no effect, zones have the certificates of the CA in memory',
  ]);
});

test('the CA of a mesh with mTLS is not changed under traffic, whatever the new one is', () => {
  const before = mesh([BUILTIN, OTHER], 'ca');
  const field = 'mtls.enabledBackend';
  expect(admitMesh(mesh([BUILTIN, OTHER], 'other'), before)).toMatchObject([{ field }]);
  expect(admitMesh(mesh([BUILTIN, { name: 'other', type: 'vault' }], 'other'), before)).toMatchObject([
    { field },
    { field: 'mtls.backends[1].type' },
  ]);
  expect(admitMesh(mesh([BUILTIN, OTHER]), before)).toEqual([]);
  expect(admitMesh(mesh([BUILTIN, OTHER], 'other'), mesh([BUILTIN, OTHER]))).toEqual([]);
});

test('a name may not be too long when the mesh is made; one that is there stays', () => {
  const name = 'm'.repeat(64);
  expect(admitMesh(mesh([], undefined, name), undefined)).toMatchObject([{ field: 'name' }]);
  expect(admitMesh(mesh([], undefined, name), mesh([], undefined, name))).toEqual([]);
});
