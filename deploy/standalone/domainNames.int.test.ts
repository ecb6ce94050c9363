import { expect, test } from 'vitest';
import { freePort } from '../process/ports.ts';
import { app, get, sidecar, until } from '../../test/support/dataPlaneForTests.ts';
import { standaloneForTests } from '../../test/support/standaloneForTests.ts';

const { url, ads } = await standaloneForTests('domain-names', { MERIDIAN_STANDALONE_DP_AUTH: 'none' });
const plane = { address: ads };

const dataplane = (name: string, address: string, networking: object) => ({
  type: 'Dataplane',
  mesh: 'default',
  name,
  networking: { address, ...networking },
});

test('a sidecar whose address is a domain name serves where the name leads, and is called there', async () => {
  const [port, calling, servicePort] = await Promise.all([freePort(), freePort(), app('found')]);
  const tags = { 'kuma.io/service': 'web', 'kuma.io/protocol': 'http' };
  await sidecar(plane, dataplane('web-1', 'localhost', { inbound: [{ port, servicePort, tags }] }));
  await sidecar(
    plane,
    dataplane('caller-1', '127.0.0.1', {
      inbound: [{ port: await freePort(), servicePort, tags: { 'kuma.io/service': 'caller' } }],
      outbound: [{ port: calling, tags: { 'kuma.io/service': 'web' } }],
    }),
  );
  const answer = await until(
    () => get(calling),
    ({ status }) => status === 200,
  );
  expect(answer.body).toBe('found');

  const shown = await (await fetch(`${url}/meshes/default/dataplanes/web-1`)).json();
  expect(shown).toMatchObject({ networking: { address: 'localhost' } });
  expect(shown).not.toHaveProperty('status');
  const config = await (await fetch(`${url}/meshes/default/dataplanes/web-1/_config`)).json();
  expect(JSON.stringify(config)).toContain(`inbound:127.0.0.1:${port}`);
});
