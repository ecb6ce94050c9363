import { describe, expect, it } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { endpointsOf, simulateCall } from '../../test/support/simulateCall.ts';
import { snapshotCase } from '../../test/support/snapshotCase.ts';
import { generateSnapshot } from './generateSnapshot.ts';

const registry = await loadRegistry();
const snapshotOf = (name: string) =>
  generateSnapshot(snapshotCase(new URL(`./testdata/${name}.input.yaml`, import.meta.url), registry));

describe('a call', () => {
  it('by either form of a name reaches the service, through a loopback address', () => {
    const snapshot = snapshotOf('loopbackVips');
    for (const host of ['echo-server_kuma-test_svc_80.mesh', 'echo-server.kuma-test.svc.80.mesh']) {
      const course = simulateCall(snapshot, { host, port: 8080 });
      expect(course).toMatchObject({ address: '127.21.0.1', clusters: { 'echo-server_kuma-test_svc_80': 1 } });
    }
    expect(simulateCall(snapshot, { host: 'web.mesh', port: 8080 })?.address).toBe('127.21.255.254');
    expect(simulateCall(snapshot, { host: 'gone.mesh', port: 8080 })).toBeUndefined();
  });

  it('goes to healthy instances only, and by TCP where that is all they share', () => {
    const snapshot = snapshotOf('plain');
    expect(simulateCall(snapshot, { host: '127.0.0.1', port: 20001, path: '/any' })?.clusters).toEqual({ backend: 1 });
    expect(endpointsOf(snapshot, 'backend')).toEqual({ '192.168.0.1:80': 1, '192.168.0.2:80': 1 });
    expect(simulateCall(snapshot, { host: '127.0.0.1', port: 20002 })?.route).toBeUndefined();
    expect(endpointsOf(snapshot, 'gone')).toEqual({});
  });

  it('goes to another zone through each of its ingresses, and stays here while there is an instance', () => {
    const snapshot = snapshotOf('crossZone');
    expect(endpointsOf(snapshot, 'backend')).toEqual({ '10.1.0.2:10002': 2, '10.1.0.3:10002': 2 });
    expect(endpointsOf(snapshot, 'catalog')).toEqual({ '192.168.10.1:80': 2 });
    const [subset] = Object.keys(simulateCall(snapshot, { host: '127.0.0.1', port: 20003 })?.clusters ?? {});
    expect(endpointsOf(snapshot, subset as string)).toEqual({ '10.1.0.2:10002': 1 });
  });

  it('is split as a route says, each part with its own endpoints', () => {
    const snapshot = snapshotOf('split');
    const parts = Object.entries(
      simulateCall(snapshot, { host: '127.0.0.1', port: 20001, path: '/api/x' })?.clusters ?? {},
    );
    expect(parts.map(([cluster, weight]) => [weight, Object.keys(endpointsOf(snapshot, cluster))])).toEqual([
      [1, ['192.168.0.1:80']],
      [9, ['10.0.0.2:10001']],
    ]);
    expect(simulateCall(snapshot, { host: '127.0.0.1', port: 20001, path: '/' })?.clusters).toEqual({ backend: 1 });
  });

  it('to nobody the mesh knows is passed through under transparent proxying, unless the mesh forbids it', () => {
    const outside = { host: '93.184.216.34', port: 443 };
    expect(simulateCall(snapshotOf('transparentProxy'), outside)?.clusters).toEqual({ 'outbound:passthrough:ipv4': 1 });
    expect(snapshotOf('transparentProxy').cluster.has('outbound:passthrough:ipv4')).toBe(true);
    expect(snapshotOf('passthroughOff').cluster.has('outbound:passthrough:ipv4')).toBe(false);
  });
});
