import { expect, test } from 'vitest';
import { policyRegistry as registry, policyView, sidecar } from '../../test/support/policyWorld.ts';
import { policyInspector } from './inspect.ts';

const view = policyView({
  web: { spec: { targetRef: { kind: 'MeshService', name: 'web' }, rules: [{ default: { a: 1 } }] } },
  all: { type: 'MeshTrafficPermission', origin: 'west', spec: { rules: [{ default: {} }] } },
});
const web = sidecar('web-1', [{ 'kuma.io/service': 'web' }]);
const cart = sidecar('cart-1', [{ 'kuma.io/service': 'cart' }]);
for (const resource of [web, cart]) view.apply({ origin: 'east', key: resource, resource, version: 1 });
view.apply({ origin: 'west', key: web, resource: web, version: 1 });

const inspector = policyInspector({ view: () => view, registry });

test('the policies of a proxy, those of its own zone', async () => {
  const typesIn = async (origin: string) => {
    const matched = await inspector.matchedPolicies({ resource: web, version: 1, origin });
    return matched.map(({ type, policies }) => `${type}: ${policies.map(({ name }) => name)}`);
  };
  expect(await typesIn('east')).toEqual(['MeshTimeout: web']);
  expect(await typesIn('west')).toEqual(['MeshTimeout: web', 'MeshTrafficPermission: all']);
});

test('the proxies of a policy, in all zones that it reaches', async () => {
  const proxiesOf = async (type: string, name: string, origin: string) => {
    const policy = view.get({ type, mesh: 'default', name }, origin);
    const found = policy ? await inspector.dataplanesOf(policy) : [];
    return found.map(({ origin, resource }) => `${origin}/${resource.name}`);
  };
  expect(await proxiesOf('MeshTimeout', 'web', '')).toEqual(['east/web-1', 'west/web-1']);
  expect(await proxiesOf('MeshTrafficPermission', 'all', 'west')).toEqual(['west/web-1']);
});
