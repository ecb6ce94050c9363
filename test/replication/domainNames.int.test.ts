import { expect, it } from 'vitest';
import { serviceIndex } from '../../shared/view/services.ts';
import { lookUp } from '../../zone/lookup/lookUp.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { resource } from './wiring.ts';

const world = hubWithZones(['zone-a', 'zone-b']);

it('an ingress that is advertised by name is called at the address that the calling zone finds; the name is what is written', async () => {
  const { hub, zone: own } = world;
  const backends = [{ name: 'ca', type: 'builtin' }];
  hub.log.append(resource('Mesh', 'default', { mtls: { enabledBackend: 'ca', backends } }));
  const tags = { 'kuma.io/service': 'backend', 'kuma.io/zone': 'zone-a' };
  const networking = { address: 'localhost', port: 10001, advertisedAddress: 'localhost', advertisedPort: 10001 };
  const availableServices = [{ mesh: 'default', instances: 2, tags }];
  const ingress = resource('ZoneIngress', 'ing', { zone: 'zone-a', networking, availableServices });
  await own.log.put(ingress);

  const { view } = world.replicaOf('zone-b').replica;
  const address = await lookUp('localhost');
  const addresses = () =>
    serviceIndex(view, 'default', 'zone-b')
      .services.get('backend')
      ?.endpoints.map((endpoint) => endpoint.address);
  await eventually(() => expect(addresses()).toEqual([address]));

  // Who writes a resource again has it from the view, with what its control plane found out.
  const seen = own.replica.view.get(ingress, 'zone-a')?.resource;
  expect(seen?.status).toEqual({ addresses: { localhost: address } });
  if (seen) await own.replica.applied(await own.log.put({ ...seen, labels: { again: 'yes' } }));
  const { jsm } = own.connection;
  const written = await jsm.streams.getMessage('ZONE', { last_by_subj: 'up.*.ZoneIngress.*' });
  expect(written?.string()).toContain('"again":"yes"');
  expect(written?.string()).toContain('"address":"localhost"');
  expect(written?.string()).not.toContain('status');
});
