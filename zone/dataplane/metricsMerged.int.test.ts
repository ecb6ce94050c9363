import { expect, test } from 'vitest';
import { app, get, resource, sidecar, until, zoneWith } from '../../test/support/dataPlaneForTests.ts';
import { scrapedDataplane } from '../../test/support/scrapedDataplane.ts';

test('one scrape shows what Envoy and the applications tell, and follows the mesh', async () => {
  const conf = (applications: object[]) => ({
    metrics: {
      enabledBackend: 'prom',
      backends: [{ name: 'prom', type: 'prometheus', conf: { path: '/metrics', aggregate: applications } }],
    },
  });
  const [one, two] = [await app('app_one 1'), await app('app_two 1')];
  const { zone, plane } = await zoneWith(conf([{ name: 'one', port: one, path: '/metrics' }]));
  const { dataplane, metricsPort } = await scrapedDataplane();
  await sidecar(plane, dataplane);
  const scrape = async () => (await get(metricsPort, '/metrics')).body;
  const first = await until(scrape, (body) => body.includes('app_one'));
  expect(first).toContain('envoy_listener_manager_lds_update_success');
  expect(first).not.toContain('app_two');

  zone.global(resource('Mesh', '', 'default', conf([{ name: 'two', port: two, path: '/metrics' }])));
  const later = await until(scrape, (body) => body.includes('app_two'));
  expect(later).not.toContain('app_one');
  expect(later).toContain('envoy_');
});
