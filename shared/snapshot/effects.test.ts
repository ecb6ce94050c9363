import { describe, expect, it } from 'vitest';
import { endpointsOf, simulateCall } from '../../test/support/simulateCall.ts';
import { NO_METADATA, viewOf, type WrittenResource } from '../../test/support/snapshotCase.ts';
import { definePolicy, type PolicyDefinition } from '../policy/definePolicy.ts';
import type { PolicyEffects } from '../policy/effects.ts';
import { createRegistry } from '../resource/registry.ts';
import { z } from 'zod';
import { inconsistencies } from '../../test/support/inconsistencies.ts';
import { generateSnapshot } from './generateSnapshot.ts';
import { Memo } from './memo.ts';
import type { Proxy } from './proxy.ts';

const policy = (type: string, order: number, effects: PolicyEffects<unknown>) => {
  const definition: PolicyDefinition<object, unknown> = {
    type,
    order,
    effects,
    path: type.toLowerCase(),
    shortName: type,
    singularDisplayName: type,
    pluralDisplayName: type,
    traits: { hasTo: true, hasFrom: false, hasRules: false, isFromAsRules: false },
    schema: z.object({}),
  };
  return definePolicy(definition);
};

const instance = (name: string, address: string, service: string, tags: object = {}): WrittenResource => ({
  type: 'Dataplane',
  mesh: 'default',
  name,
  origin: 'zone-1',
  networking: {
    address,
    inbound: [{ port: 80, tags: { 'kuma.io/service': service, 'kuma.io/protocol': 'http', ...tags } }],
    outbound: name === 'web' ? [{ port: 20000, tags: { 'kuma.io/service': 'backend' } }] : [],
  },
});

const VIEW: WrittenResource[] = [
  { type: 'Mesh', name: 'default' },
  instance('web', '10.0.0.1', 'web'),
  instance('backend-1', '10.0.0.2', 'backend', { version: 'v1' }),
  instance('backend-2', '10.0.0.3', 'backend', { version: 'v2' }),
];

const proxy: Proxy = { id: 'default.web', kind: 'sidecar', mesh: 'default', name: 'web', metadata: NO_METADATA };
const settings = { zone: 'zone-1', domain: 'mesh', serviceVipPort: 80 };

describe('effects of policies', () => {
  it('run in their order on every outbound and inbound, without a match too', () => {
    const seen: string[] = [];
    const registry = createRegistry([
      policy('Late', 20, { outbound: (o) => void seen.push(`late ${o.service} ${o.hcm?.streamIdleTimeout}`) }),
      policy('Early', 10, {
        outbound: (o) => void (o.hcm!.streamIdleTimeout = '7s'),
        inbound: (i) => void seen.push(`inbound ${i.sectionName} ${i.chains.length}`),
        proxy: () => void seen.push('proxy'),
      }),
    ]);
    generateSnapshot({ view: viewOf(VIEW), proxy, registry, settings });
    expect(seen).toEqual(['inbound 80 1', 'late backend 7s']);
  });

  it('may split an outbound over parts of a service, whose endpoints come with them', () => {
    const split = policy('Split', 10, {
      outbound: ({ clusters, routes }, _, context) => {
        const parts = ['v1', 'v2'].map((version) => context.backend('backend', { version }));
        for (const part of parts) clusters.push({ service: 'backend', protocol: 'http', cluster: part!.cluster });
        routes!.virtualHosts![0]!.routes![0]!.route = {
          weightedClusters: { clusters: parts.map((part) => ({ name: part!.name, weight: 1 })) },
        };
        expect(context.backend('nobody', {})).toBeUndefined();
      },
    });
    const snapshot = generateSnapshot({ view: viewOf(VIEW), proxy, registry: createRegistry([split]), settings });
    const clusters = Object.keys(simulateCall(snapshot, { host: '127.0.0.1', port: 20000 })?.clusters ?? {});
    expect(clusters.map((cluster) => Object.keys(endpointsOf(snapshot, cluster)))).toEqual([
      ['10.0.0.2:80'],
      ['10.0.0.3:80'],
    ]);
    expect(inconsistencies(snapshot)).toEqual([]);
  });

  it('are computed once for proxies that see the same, and give them the same objects', () => {
    let calls = 0;
    const registry = createRegistry([policy('Counted', 10, { outbound: () => void calls++ })]);
    const view = viewOf([...VIEW, { ...instance('web', '10.0.0.9', 'web'), name: 'web-2' }]);
    const memo = new Memo();
    const first = generateSnapshot({ view, proxy, registry, settings, memo });
    const second = generateSnapshot({
      view,
      proxy: { ...proxy, id: 'default.web-2', name: 'web-2' },
      registry,
      settings,
      memo,
    });
    expect(calls).toBe(1);
    for (const kind of ['cluster', 'endpoint', 'route', 'listener'] as const) {
      expect(first[kind].size).toBeGreaterThan(0);
      const shared = [...first[kind]].filter(
        ([name]) => !name.startsWith('inbound:') && !name.startsWith('localhost:'),
      );
      for (const [name, resource] of shared) expect(second[kind].get(name)).toBe(resource);
    }
  });
});
