import { describe, expect, it } from 'vitest';
import { NO_METADATA, viewOf, type WrittenResource } from '../../test/support/snapshotCase.ts';
import { descriptor as trafficLog } from '../policy/trafficlog/index.ts';
import { descriptor as trafficTrace } from '../policy/traffictrace/index.ts';
import { createRegistry } from '../resource/registry.ts';
import { generateSnapshot } from './generateSnapshot.ts';
import { Memo } from './memo.ts';

const registry = createRegistry([trafficLog, trafficTrace]);
const settings = { zone: 'zone-1', domain: 'mesh', serviceVipPort: 80 };
const everybody = [{ match: { 'kuma.io/service': '*' } }];
const trace: WrittenResource = { type: 'TrafficTrace', mesh: 'm', name: 'all', selectors: everybody };
const log: WrittenResource = {
  type: 'TrafficLog',
  mesh: 'm',
  name: 'all',
  sources: everybody,
  destinations: everybody,
};

const dataplane = (name: string, service: string): WrittenResource => ({
  type: 'Dataplane',
  mesh: 'm',
  name,
  origin: 'zone-1',
  networking: {
    address: `10.0.0.${name.length}`,
    inbound: [{ port: 80, tags: { 'kuma.io/service': service, 'kuma.io/protocol': 'http' } }],
    outbound: [{ port: 20000, tags: { 'kuma.io/service': 'api' } }],
  },
});

/** A mesh in which two proxies call one service. @returns a proxy's outbound listener, made with one memo */
function world(sampling: number, policy: WrittenResource) {
  const view = viewOf([
    {
      type: 'Mesh',
      name: 'm',
      tracing: {
        defaultBackend: 'z',
        backends: [{ name: 'z', type: 'zipkin', sampling, conf: { url: 'http://192.0.2.1:9411' } }],
      },
      logging: {
        defaultBackend: 'f',
        backends: [{ name: 'f', type: 'file', format: `${sampling}`, conf: { path: '/dev/null' } }],
      },
    },
    dataplane('a', 'web'),
    dataplane('bb', 'web'),
    dataplane('api', 'api'),
    policy,
  ]);
  const memo = new Memo();
  return (name: string, in_ = view) =>
    generateSnapshot({
      view: in_,
      registry,
      settings,
      memo,
      proxy: { id: `m.${name}`, kind: 'sidecar', mesh: 'm', name, metadata: NO_METADATA },
    }).listener.get('outbound:127.0.0.1:20000');
}

describe('listeners that policies edit', () => {
  it('are one object for all proxies that are traced alike', () => {
    const of = world(50, trace);
    const listener = of('a');
    expect(JSON.stringify(listener)).toContain('"overallSampling":{"value":50}');
    expect(of('bb')).toBe(listener);
  });

  it('are one object as long as a proxy is logged alike, and its own', () => {
    const of = world(50, { ...log });
    const listener = of('a');
    expect(JSON.stringify(listener)).toContain('"inlineString":"50\\n"');
    expect(of('a')).toBe(listener);
    expect(of('bb')).toEqual(listener);
  });
});
