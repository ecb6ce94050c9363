import { expect, test } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { parseResource } from '../resource/parseResource.ts';
import type { MeshSpec } from '../resource/mesh/spec.ts';
import { defaultPolicies } from './defaultPolicies.ts';

const AT = '2026-01-01T00:00:00Z';

function namesFor(spec: MeshSpec): string[] {
  const mesh = { type: 'Mesh', mesh: '', name: 'demo', labels: {}, creationTime: AT, modificationTime: AT, spec };
  return defaultPolicies(mesh, AT).map(({ mesh, type, name }) => `${mesh}/${type}/${name}`);
}

test('a new mesh gets its default policies, unless it skips them', () => {
  const breaker = 'demo/MeshCircuitBreaker/mesh-circuit-breaker-all-demo';
  const retry = 'demo/MeshRetry/mesh-retry-all-demo';
  expect(namesFor({})).toEqual([
    'demo/MeshTimeout/mesh-timeout-all-demo',
    'demo/MeshTimeout/mesh-gateways-timeout-all-demo',
    breaker,
    retry,
  ]);
  expect(namesFor({ skipCreatingInitialPolicies: ['MeshTimeout'] })).toEqual([breaker, retry]);
  expect(namesFor({ skipCreatingInitialPolicies: ['*'] })).toEqual([]);
});

test('a client may write them as they are', async () => {
  const registry = await loadRegistry();
  const mesh = { type: 'Mesh', mesh: '', name: 'demo', labels: {}, creationTime: AT, modificationTime: AT, spec: {} };
  const answers = defaultPolicies(mesh, AT).map((policy) => {
    const descriptor = registry.byType(policy.type);
    return descriptor && parseResource(descriptor, policy, AT);
  });
  expect(answers.map((answer) => answer?.ok || answer)).toEqual([true, true, true, true]);
});
