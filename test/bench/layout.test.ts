import { expect, test } from 'vitest';
import { Layout } from './layout.ts';

const offered = (resource: string) => JSON.parse(resource).networking.inbound[0].tags['kuma.io/service'];

test('sidecars share the services, and the callers of one are those that have it among their outbounds', () => {
  const layout = new Layout({ sidecars: 1_000, services: 100, outbounds: 10 });
  expect(new Set(layout.specs.map(({ resource }) => offered(resource))).size).toBe(100);
  expect(layout.offeredByNobody).toEqual([]);
  const callers = layout.callersOf('service-1');
  expect(callers).toHaveLength(100);
  expect(callers).toContain('default.dp-0');
});

test('services beyond the sidecars are offered all the same', () => {
  const layout = new Layout({ sidecars: 10, services: 25, outbounds: 30 });
  const all = [
    ...layout.specs.map(({ resource }) => resource),
    ...layout.offeredByNobody.map((one) => JSON.stringify(one)),
  ];
  expect(new Set(all.map(offered))).toEqual(new Set(Array.from({ length: 25 }, (_, i) => `service-${i}`)));
  expect(layout.outboundsOf(3)).toHaveLength(25);
});
