import { until } from '../../../deploy/demo/until.ts';
import { connect } from '../../../global/cli/connection.ts';
import { fetchStatus } from '../../../global/cli/statusBody.ts';
import { NEXT_FORM_TYPE, NEXT_PATH, NEXT_TYPE, nextVersion } from '../../support/nextVersion.ts';
import { zonesGetOn } from '../getOn.ts';
import type { Scenario } from '../scenario.ts';
import { secondGlobal } from '../secondGlobal.ts';

const targetRef = { kind: 'MeshSubset', tags: { 'kuma.io/service': 'nobody' } };
const to = (conf: object) => ({ targetRef, to: [{ targetRef: { kind: 'Mesh' }, default: conf }] });

/** What only the next version knows, and what it writes in a form of its own, by REST path. */
const NOVELTIES = {
  [`/meshes/default/${NEXT_PATH}/next`]: { type: NEXT_TYPE, spec: to({ http: { numRetries: 7 } }) },
  '/meshes/default/meshcircuitbreakers/next': {
    type: NEXT_FORM_TYPE,
    spec: to({ connectionLimits: { maxConnections: 7 } }),
  },
};

export const scenario: Scenario = {
  what: 'global is upgraded instance by instance, and back: the older one relays what the newer one writes, then the newer one goes on alone',
  traffic: 'none may fail',
  run: async (world, writes) => {
    const { cluster, global, ground } = world;
    const next = await secondGlobal(world, nextVersion(ground));
    await next.start();
    try {
      const api = connect({ address: next.url, timeout: 60_000 });
      for (const [path, { type, spec }] of Object.entries(NOVELTIES))
        await api.send('PUT', path, { body: { type, mesh: 'default', name: 'next', spec } });
      for (const instance of [cluster.api, api])
        await until({
          what: 'the zones have set aside what they do not know, and nothing else is wrong',
          probe: () => fetchStatus(instance),
          holds: ({ zones }) =>
            zones.every(
              ({ state, quarantined, digestEqual }) => state === 'online' && quarantined === 2 && digestEqual === true,
            ),
          timeout: 90_000,
          pause: 50,
        });
      writes.to(next.url);
      await global.crash();
      await zonesGetOn({ cluster: { api } });
      for (const path of Object.keys(NOVELTIES)) await api.send('DELETE', path);
      await global.start();
      writes.to(global.url);
    } finally {
      await next.stop();
    }
  },
};
