import { until } from '../../../deploy/demo/until.ts';
import { connect } from '../../../global/cli/connection.ts';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { NEXT_PATH, NEXT_TYPE, NEXT_VERSION, nextVersion } from '../../support/nextVersion.ts';
import type { Scenario } from '../scenario.ts';
import { secondControlPlane } from '../secondControlPlane.ts';

const PATH = `/meshes/default/${NEXT_PATH}/next`;
const novelty = {
  type: NEXT_TYPE,
  mesh: 'default',
  name: 'next',
  labels: { 'kuma.io/origin': 'zone' },
  spec: {
    targetRef: { kind: 'MeshSubset', tags: { 'kuma.io/service': 'nobody' } },
    to: [{ targetRef: { kind: 'Mesh' }, default: { http: { numRetries: 7 } } }],
  },
};

export const scenario: Scenario = {
  what: 'a zone is upgraded control plane by control plane under an older global, and back: what the newer one writes the others set aside',
  traffic: 'none may fail',
  run: async (world) => {
    const { cluster, ground, zones } = world;
    const [zone] = zones;
    const build = nextVersion(ground);
    const second = await secondControlPlane(world, zone, build);
    await second.start();
    try {
      const api = connect({ address: second.url, timeout: 10_000 });
      const shows = (what: string, holds: (aside: number, versions: readonly string[], ofGlobal: number) => boolean) =>
        until({
          what,
          probe: async () => (await fetchStatus(cluster.api)).zones.find(({ name }) => name === zone.name),
          holds: (seen) =>
            seen?.digestEqual === true &&
            holds(
              seen.quarantined,
              seen.instances.map(({ version }) => String(version)),
              seen.setAsideByGlobal?.total ?? 0,
            ),
          timeout: 40_000,
          pause: 50,
        });
      await api.send('PUT', PATH, { body: novelty });
      await shows('the older control plane and global set it aside', (aside, versions, ofGlobal) => {
        return aside === 1 && ofGlobal === 1 && versions.length === 2 && versions.includes(NEXT_VERSION);
      });
      const upgraded = zone.controlPlane.of(build);
      await zone.controlPlane.stop();
      await upgraded.start();
      await shows('all control planes of the zone have it', (aside, versions) => {
        return aside === 0 && versions.length === 2 && versions.every((version) => version === NEXT_VERSION);
      });
      await api.send('DELETE', PATH);
      await upgraded.stop();
      await zone.controlPlane.start();
      await shows('nothing is set aside', (aside, _, ofGlobal) => aside === 0 && ofGlobal === 0);
    } finally {
      await second.stop();
    }
  },
};
