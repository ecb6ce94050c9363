import { describe, expect, it } from 'vitest';
import { gateway, policy, policyView, sidecar, type WrittenPolicy } from '../../test/support/policyWorld.ts';
import { selects } from './match.ts';
import type { TargetRef } from './targetRef.ts';

const web = sidecar('web-1', [{ 'kuma.io/service': 'web', env: 'prod' }, { 'kuma.io/service': 'admin' }], {
  team: 'a',
  'k8s.kuma.io/namespace': 'shop',
});
const edge = gateway('edge', { 'kuma.io/service': 'edge' });
const none = policyView({});

function selected(targetRef: TargetRef | undefined, dataplane = web, written: Partial<WrittenPolicy> = {}) {
  const one = policy('p', { ...written, spec: { ...(targetRef && { targetRef }) } });
  return selects(none, one, written.origin ?? '', dataplane, 'east');
}

describe('a policy selects a proxy', () => {
  it.each<[string, TargetRef | undefined, boolean]>([
    ['without a targetRef', undefined, true],
    ['by mesh', { kind: 'Mesh' }, true],
    ['by proxy type', { kind: 'Mesh', proxyTypes: ['Gateway'] }, false],
    ['as any Dataplane', { kind: 'Dataplane' }, true],
    ['by name', { kind: 'Dataplane', name: 'web-1' }, true],
    ['not by another name', { kind: 'Dataplane', name: 'web' }, false],
    ['not by name in another namespace', { kind: 'Dataplane', name: 'web-1', namespace: 'x' }, false],
    ['by labels', { kind: 'Dataplane', labels: { team: 'a' } }, true],
    ['not by other labels', { kind: 'Dataplane', labels: { team: 'b' } }, false],
    ['by an inbound', { kind: 'Dataplane', sectionName: '8081' }, true],
    ['not by an inbound it has not', { kind: 'Dataplane', sectionName: '9' }, false],
    ['by tags', { kind: 'MeshSubset', tags: { env: 'prod' } }, true],
    ['not by tags of two inbounds', { kind: 'MeshSubset', tags: { env: 'prod', 'kuma.io/service': 'admin' } }, false],
    ['by service', { kind: 'MeshService', name: 'admin' }, true],
    ['by service and tags', { kind: 'MeshServiceSubset', name: 'web', tags: { env: 'prod' } }, true],
    ['not by service and other tags', { kind: 'MeshServiceSubset', name: 'web', tags: { env: 'dev' } }, false],
    ['by service and any value of a tag', { kind: 'MeshServiceSubset', name: 'web', tags: { env: '*' } }, true],
    ['not by a tag that it has not', { kind: 'MeshServiceSubset', name: 'admin', tags: { env: '*' } }, false],
    ['not as a MeshService resource', { kind: 'MeshService', labels: { team: 'a' } }, false],
  ])('%s', (_, targetRef, expected) => expect(selected(targetRef)).toBe(expected));

  it('by what a gateway is', () => {
    expect(selected({ kind: 'Mesh', proxyTypes: ['Gateway'] }, edge)).toBe(true);
    expect(selected({ kind: 'MeshSubset', proxyTypes: ['Sidecar'] }, edge)).toBe(false);
    expect(selected({ kind: 'MeshService', name: 'edge' }, edge)).toBe(true);
    expect(selected({ kind: 'MeshService', name: 'web' }, edge)).toBe(false);
  });

  it('of its own zone only, unless a producer wrote it', () => {
    expect(selected(undefined, web, { origin: 'east' })).toBe(true);
    expect(selected(undefined, web, { origin: 'west' })).toBe(false);
    expect(selected(undefined, web, { origin: 'west', labels: { 'kuma.io/policy-role': 'producer' } })).toBe(true);
  });

  it('of its own namespace only, as a consumer', () => {
    const labels = { 'kuma.io/policy-role': 'consumer', 'k8s.kuma.io/namespace': 'shop' };
    expect(selected(undefined, web, { labels })).toBe(true);
    expect(selected(undefined, web, { labels: { ...labels, 'k8s.kuma.io/namespace': 'x' } })).toBe(false);
  });

  it('never as a shadow', () =>
    expect(selected(undefined, web, { labels: { 'kuma.io/effect': 'shadow' } })).toBe(false));

  it('through the route that it names, as that route selects', () => {
    const toAdmin = { targetRef: { kind: 'MeshService' as const, name: 'admin' } };
    const view = policyView({ r: { type: 'MeshHTTPRoute', spec: toAdmin } });
    const one = policy('p', { spec: { targetRef: { kind: 'MeshHTTPRoute', name: 'r' } } });
    expect(selects(view, one, '', web, 'east')).toBe(true);
    expect(selects(view, one, '', edge, 'east')).toBe(false);
    expect(selects(none, one, '', web, 'east')).toBe(false);
  });
});
