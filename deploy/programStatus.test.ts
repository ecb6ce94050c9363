import { describe, expect, it } from 'vitest';
import type { Recorded } from '../test/support/recordedServer.ts';
import { runCli, T } from '../test/support/runCli.ts';

describe('inspect', () => {
  it('shows connected, degraded and absent sidecars', async () => {
    const networking = (...states: string[]) => ({
      networking: { inbound: states.map((state, i) => ({ port: 80 + i, state, tags: { a: 'b' } })) },
    });
    const subscription = {
      connectTime: T,
      status: { lastUpdateTime: T, total: { responsesSent: '3', responsesAcknowledged: '2', responsesRejected: '1' } },
      version: { envoy: { version: '1.40.0' } },
    };
    const one = (name: string, dataplane: object, dataplaneInsight?: object) => ({
      type: 'DataplaneOverview',
      mesh: 'default',
      name,
      dataplane,
      ...(dataplaneInsight ? { dataplaneInsight } : {}),
    });
    const items = [
      one('up', networking('Ready'), { subscriptions: [subscription] }),
      one('half', networking('Ready', 'NotReady'), { subscriptions: [subscription] }),
      one('gone', networking('Ready'), { subscriptions: [{ ...subscription, disconnectTime: T }] }),
      one('never', networking('Ready')),
    ];
    const { out } = await runCli(['inspect', 'dataplanes'], {
      'GET /meshes/default/dataplanes/_overview': { body: { items, next: null } },
    });
    const cells = out.split('\n').map((line) => line.split(/ {3,}/));
    expect(cells[1]).toEqual(['default', 'up', 'a=b', 'Online', '60s', '60s', '3', '1', '-', '-', '1.40.0']);
    expect(cells[2]).toEqual([
      'default',
      'half',
      'a=b',
      'Partially degraded',
      '60s',
      '60s',
      '3',
      '1',
      '-',
      '-',
      '1.40.0',
      'inbound 81 is not ready',
    ]);
    expect(cells[3]?.[3]).toBe('Offline');
    expect(cells[4]?.slice(3, 8)).toEqual(['Offline', 'never', 'never', '0', '0']);
  });

  it('shows the proxies that a policy selects, and says when a word is none', async () => {
    const catalog = [
      { name: 'MeshTimeout', path: 'meshtimeouts', scope: 'Mesh', shortName: 'mt', policy: { isTargetRef: true } },
      { name: 'Mesh', path: 'meshes', scope: 'Global' },
    ];
    const answers = {
      'GET /_resources': { body: { resources: catalog } },
      'GET /meshes/demo/meshtimeouts/t/_resources/dataplanes': {
        body: { items: [{ type: 'Dataplane', mesh: 'demo', name: 'web-1', labels: { 'kuma.io/zone': 'east' } }] },
      },
    };
    const { out } = await runCli(['inspect', 'mt', 't', '-m', 'demo'], answers);
    expect(out).toBe('MESH   DATAPLANE   ZONE\ndemo   web-1       east\n');
    expect((await runCli(['inspect', 'meshtimeuts', 't'], answers)).err).toContain('Did you mean meshtimeouts?');
    expect((await runCli(['inspect', 'meshtimeout'], answers)).err).toContain('which MeshTimeout?');
    expect((await runCli(['inspect', 'mesh', 'm'], answers)).err).toContain('Mesh is no policy');
    expect((await runCli(['inspect', 'mt', 't', '-m', 'demo', '--new-api'], answers)).out, "kumactl's").toBe(out);
  });

  it('shows the last changes, or one, and who rejected it', async () => {
    const rollout = {
      change: 'c-7',
      position: 7,
      at: T,
      what: 'demo/MeshTimeout/t',
      proxies: 2,
      acknowledged: 1,
      rejected: 1,
      milliseconds: 31,
      errors: [{ proxy: 'demo/web-1', error: 'duplicate cluster' }],
    };
    const answers = {
      'GET /rollouts?limit=20': { body: { items: [rollout] } },
      'GET /rollouts/c-7': { body: rollout },
    };
    const table = [
      'POSITION   AGE   CHANGE   WHAT                 ACKNOWLEDGED   REJECTED   TOOK    WHY',
      '7          60s   c-7      demo/MeshTimeout/t   1/2            1          31 ms   demo/web-1: duplicate cluster',
      '',
    ].join('\n');
    expect((await runCli(['rollouts'], answers)).out).toBe(table);
    expect((await runCli(['rollouts', 'c-7'], answers)).out).toBe(table);
    expect(JSON.parse((await runCli(['rollouts', 'c-7', '-o', 'json'], answers)).out)).toEqual(rollout);
    expect((await runCli(['rollouts', 'c-8'], answers)).err).toContain('no zone has told of a change "c-8" (yet)');
  });

  it('filters by tag', async () => {
    const { arrived } = await runCli(['inspect', 'dataplanes', '--tag', 'version=v1'], {
      'GET /meshes/default/dataplanes/_overview': { body: { items: [] } },
    });
    expect(arrived[0]?.request).toBe('GET /meshes/default/dataplanes/_overview?tag=version%3Av1&size=1000');
    const gateways = await runCli(['inspect', 'dataplanes', '--gateway'], {
      'GET /meshes/default/dataplanes/_overview': { body: { items: [] } },
    });
    expect(gateways.arrived[0]?.request).toBe('GET /meshes/default/dataplanes/_overview?gateway=true&size=1000');
    const ingresses = await runCli(['inspect', 'dataplanes', '--ingress'], {
      'GET /meshes/default/dataplanes/_overview': { body: { items: [] } },
    });
    expect(ingresses).toMatchObject({ status: 0, err: expect.stringContaining('--ingress has no effect') });
  });

  it('shows the Dataplanes of a MeshGateway, where the control plane has the type', async () => {
    const wanted = ['inspect', 'meshgateway', 'edge', '-m', 'demo'];
    expect(await runCli(wanted)).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining('this control plane has no MeshGateways: the type is not supported yet'),
    });
    const answers = {
      'GET /_resources': { body: { resources: [{ name: 'MeshGateway', path: 'meshgateways', scope: 'Mesh' }] } },
      'GET /meshes/demo/meshgateways/edge/dataplanes': {
        body: { total: 1, items: [{ dataplane: { mesh: 'demo', name: 'edge-1' } }] },
      },
    };
    expect((await runCli(wanted, answers)).out).toBe('MESH   DATAPLANE\ndemo   edge-1\n');
  });

  it('shows zones, meshes and services', async () => {
    const zone = {
      name: 'east',
      zone: { enabled: true },
      zoneInsight: {
        subscriptions: [{ connectTime: T, version: { kumaCp: { version: '2.14.3', meridian: '0.1.0' } } }],
      },
    };
    const zones = await runCli(['inspect', 'zones'], { 'GET /zones/_overview': { body: { items: [zone] } } });
    expect(zones.out).toContain('east   Online   60s         never     0      0          0.1.0');
    const services = await runCli(['inspect', 'services'], {
      'GET /meshes/default/service-insights': {
        body: {
          items: [
            { name: 'web', status: 'partially_degraded', dataplanes: { total: 2, online: 1 }, zones: ['a', 'b'] },
          ],
        },
      },
    });
    expect(services.out).toMatch(/web\s+Partially degraded\s+1\/2\s+a,b/);
    const meshes = await runCli(['inspect', 'meshes'], {
      'GET /mesh-insights': {
        body: {
          items: [{ name: 'default', dataplanes: {}, services: { total: 3 }, policies: { MeshTimeout: { total: 2 } } }],
        },
      },
    });
    expect(meshes.out).toMatch(/default\s+0\/0\s+3\s+MeshTimeout 2/);
  });

  it('shows zone proxies, and what the Envoy of one says', async () => {
    const connected = { subscriptions: [{ connectTime: T, version: { envoy: { version: '1.40.0' } } }] };
    const items = [
      { name: 'out-1', zoneEgress: { zone: 'east' }, zoneEgressInsight: connected },
      { name: 'out-2', zoneEgress: { zone: 'west' } },
    ];
    const { out } = await runCli(['inspect', 'zone-egresses'], {
      'GET /zoneegresses/_overview': { body: { items, next: null } },
    });
    expect(out.split('\n').map((line) => line.split(/ {3,}/))).toEqual([
      ['NAME', 'ZONE', 'STATUS', 'CONNECTED', 'UPDATED', 'SENT', 'REJECTED', 'ENVOY'],
      ['out-1', 'east', 'Online', '60s', 'never', '0', '0', '1.40.0'],
      ['out-2', 'west', 'Offline', 'never', 'never', '0', '0'],
      [''],
    ]);
    const ingresses = await runCli(['inspect', 'zoneingresses'], {
      'GET /zoneingresses/_overview': { body: { items: [{ name: 'in-1', zoneIngress: { zone: 'east' } }] } },
    });
    expect(ingresses.out).toMatch(/in-1 +east +Offline/);
    const missing = await runCli(['inspect', 'zoneegress', 'out-1'], {
      'GET /_resources': { body: { resources: [{ name: 'ZoneEgress', path: 'zoneegresses', scope: 'Global' }] } },
      'GET /zoneegresses': { body: { items } },
      'GET /zoneegresses/out-1/xds': { status: 404, body: { title: 'Could not get zone egress', detail: 'Not found' } },
    });
    expect(missing.err).toBe('error: there is no ZoneEgress "out-1". Did you mean out-1 or out-2?\n');
    const stats = await runCli(['inspect', 'zoneegress', 'out-1', '--type', 'stats'], {
      'GET /zoneegresses/out-1/stats': { body: { 'server.live': 1 } },
    });
    expect(JSON.parse(stats.out)).toEqual({ 'server.live': 1 });
  });

  it('asks a proxy for what -o, --include-eds, --shadow and --include say', async () => {
    const dump = { configs: [{ a: 1 }] };
    const answers = {
      'GET /zoneingresses/in-1/xds?include_eds=true': { body: dump },
      'GET /zoneingresses/in-1/stats?format=json': { body: { stats: [] } },
      'GET /zoneingresses/in-1/clusters': { body: 'backend::1\n' },
      'GET /meshes/default/dataplanes/dp-1/xds?include_eds=false': { body: dump },
      'GET /meshes/default/dataplanes/dp-1/_config?shadow=true&include=diff': { body: { diff: [] } },
      'GET /meshes/default/dataplanes/dp-1/_config?shadow=false': { body: { xds: {} } },
    };
    const shown = async (line: string) => (await runCli(['inspect', ...line.split(' ')], answers)).out;
    expect(await shown('zoneingress in-1 --include-eds -o yaml')).toBe('configs:\n  - a: 1\n');
    expect(await shown('zoneingress in-1 --type stats -o yaml')).toBe('stats: []\n');
    expect(await shown('zoneingress in-1 --type clusters')).toBe('backend::1\n');
    expect(JSON.parse(await shown('dataplane dp-1 --type config-dump'))).toEqual(dump);
    expect(await shown('dataplane dp-1 --type config --shadow --include diff -o yaml')).toBe('diff: []\n');
    expect(await shown('dataplane dp-1 --type config -o yaml')).toBe('xds: {}\n');
  });

  it.each([
    ['--shadow', '--shadow goes with --type config only'],
    ['--type stats --include diff', '--include goes with --type config only'],
    ['--type config --include-eds', '--include-eds goes with --type config-dump only'],
  ])('refuses %s, which would have no effect', async (flags, why) => {
    const refused = await runCli(['inspect', 'dataplane', 'dp-1', ...flags.split(' ')]);
    expect(refused).toMatchObject({ status: 1, err: `error: ${why}\n`, arrived: [] });
  });

  it('tells a mesh that is not there from a proxy', async () => {
    const { err } = await runCli(['inspect', 'dataplane', 'dp-1', '-m', 'shap'], {
      'GET /meshes/shap/dataplanes/dp-1/policies': {
        status: 404,
        body: { title: 'Could not build MeshContext', detail: 'Not found' },
      },
      'GET /meshes': { body: { items: [{ name: 'shop' }] } },
    });
    expect(err).toBe('error: there is no mesh "shap". Did you mean shop?\n');
  });

  it('names the proxy that was meant, which is called otherwise on global', async () => {
    const items = [{ type: 'Dataplane', name: 'web-1-4794zvx24vxdvzb9' }];
    const { err } = await runCli(['inspect', 'dataplane', 'web-1', '--type', 'clusters'], {
      'GET /meshes/default/dataplanes': { body: { items, next: null } },
    });
    expect(err).toBe('error: there is no Dataplane "web-1" in mesh "default". Did you mean web-1-4794zvx24vxdvzb9?\n');
  });

  it('shows the policies of one proxy place by place', async () => {
    const items = [
      { type: 'dataplane', matchedPolicies: { MeshTimeout: [{ name: 'a' }, { name: 'b' }] } },
      { type: 'outbound', name: '127.0.0.1:80', service: 'web', matchedPolicies: { MeshRetry: [{ name: 'r' }] } },
    ];
    const { out } = await runCli(['inspect', 'dataplane', 'dp-1'], {
      'GET /meshes/default/dataplanes/dp-1/policies': { body: { items } },
    });
    expect(out).toBe('DATAPLANE\n  MeshTimeout: a, b\n\nOUTBOUND 127.0.0.1:80 (web)\n  MeshRetry: r\n');
  });
});

describe('status', () => {
  it('says whom to ask where there are no other zones', async () => {
    const { status, err } = await runCli(['status'], { 'GET /sync': { body: { zone: 'east' } }, 'GET /log': head });
    expect({ status, err }).toEqual({
      status: 1,
      err: expect.stringContaining('this is not a global control plane: ask that one'),
    });
    expect((await runCli(['rollouts'])).err).toContain('this is not a global control plane: ask that one');
  });

  const head: Recorded = { body: { items: [{ position: 12 }] } };
  const zone = (name: string, rest: object = {}) => ({
    name,
    state: 'online',
    inSync: true,
    since: T,
    position: 12,
    lag: 0,
    lagSeconds: 0,
    digestEqual: true,
    quarantined: 0,
    instances: [],
    ...rest,
  });

  const instance = (name: string, rest: object = {}) => ({
    ...zone(name, { sidecars: 2, quarantined: [], quarantinedTotal: 0 }),
    instance: name,
    ...rest,
  });

  it('shows which zone is not in sync and why, and who rejected a change', async () => {
    const rollout = {
      position: 12,
      at: T,
      what: 'default/MeshTimeout/t',
      proxies: 3,
      acknowledged: 2,
      rejected: 1,
      milliseconds: 9,
      errors: [{ proxy: 'default.web-1', error: 'bad listener' }],
    };
    const { out } = await runCli(['status'], {
      'GET /sync': {
        body: {
          items: [
            zone('a', { sidecars: { connected: 2, total: 3 } }),
            zone('b', {
              state: 'stalled',
              inSync: false,
              position: 9,
              lag: 3,
              lagSeconds: 7.5,
              digestEqual: false,
              quarantined: 1,
              reason: 'it hangs',
              lastError: { message: 'disk full', at: T },
              instances: [instance('b-1'), instance('b-2', { state: 'stalled', position: 9, reason: 'is stuck' })],
            }),
            zone('c', {
              state: 'offline',
              inSync: false,
              reason: 'silent',
              lastError: { message: 'of another time', at: '2026-11-22T09:50:00Z' },
            }),
          ],
        },
      },
      'GET /rollouts': {
        body: { items: [rollout] },
      },
      'GET /log': head,
    });
    const cells = out.split('\n').map((line) => line.split(/ {3,}/));
    expect(cells[0]).toEqual(['policy log at position 12; 3 zones, 2 not in sync']);
    expect(cells.slice(3, 8)).toEqual([
      ['a', 'online', '60s', '12', '0', 'equal', '2/3'],
      ['b', 'stalled', '60s', '9', '3 (7.5 s)', 'DIFFERENT', '-'],
      ['  b-1', 'online', '60s', '12', '0', 'equal', '2'],
      ['  b-2', 'stalled', '60s', '9', '0', 'equal', '2'],
      ['c', 'offline', '60s', '12', '0', 'equal', '-'],
    ]);
    expect(out.split('\n').slice(9, 14)).toEqual([
      'b: it hangs',
      'b: 1 set aside',
      'b: last error 60s ago: disk full',
      'b: b-2: is stuck',
      'c: silent',
    ]);
    expect(cells[16]).toEqual(['12', '60s', '2/3', '1', '9 ms', 'default/MeshTimeout/t']);
    expect(out).toContain('position 12: default.web-1 rejected it: bad listener');
  });

  it('shows what a global that is older than the zone could not take', async () => {
    const latest = [
      { stream: 'ZONES', sequence: 7, subject: 'cp.zone.a.up.default.MeshNovelty.n', reason: 'upgrade it' },
    ];
    const { out } = await runCli(['status'], {
      'GET /sync': { body: { items: [zone('a', { setAsideByGlobal: { total: 3, latest } }), zone('b')] } },
      'GET /rollouts': { body: { items: [] } },
      'GET /log': head,
    });
    expect(out).toContain('2 zones, all in sync');
    expect(out.trimEnd().split('\n').at(-1)).toBe(
      'a: global has set aside 3 of what it wrote, the last ZONES 7 (cp.zone.a.up.default.MeshNovelty.n): upgrade it',
    );
  });
});

describe('log', () => {
  const event = (position: number, rest: object = {}) => ({
    position,
    id: 'e',
    change: { id: 'c', index: 0, size: 1 },
    type: 'ResourceUpdated',
    at: '2026-11-22T09:59:00.123Z',
    by: { user: 'mesh-system:admin', source: '127.0.0.1', client: 'x', message: 'slow backend' },
    key: { type: 'MeshTimeout', mesh: 'demo', name: 't' },
    version: 2,
    ...rest,
  });

  it('takes a type by any of its names, and says when a type or mesh is mistyped', async () => {
    const nothing = { 'GET /log': { body: { items: [] } }, 'GET /meshes': { body: { items: [{ name: 'demo' }] } } };
    const short = await runCli(['log', '--type', 'mt'], nothing);
    expect(short.arrived.at(-1)?.request).toBe('GET /log?type=MeshTimeout&limit=20&order=desc');
    expect((await runCli(['log', '--type', 'MeshTimeot'], nothing)).err).toContain('Did you mean meshtimeouts?');
    expect((await runCli(['log', '-m', 'dmo'], nothing)).err).toBe(
      'error: there is no mesh "dmo". Did you mean demo?\n',
    );
    const deleted = { ...nothing, 'GET /log?type=Mesh&name=dmo&order=desc&limit=1': { body: { items: [event(3)] } } };
    expect(await runCli(['log', '-m', 'dmo', '--name', 't'], deleted)).toMatchObject({ status: 0, err: '' });
  });

  it('shows the newest events, oldest first', async () => {
    const { out, arrived } = await runCli(['log', '--type', 'MeshTimeout', '--limit', '2'], {
      'GET /log': { body: { items: [event(8), event(7)] } },
    });
    expect(arrived.at(-1)?.request).toBe('GET /log?type=MeshTimeout&limit=2&order=desc');
    const cells = out.split('\n').map((line) => line.split(/ {3,}/));
    expect(cells.map(([position]) => position)).toEqual(['POSITION', '7', '8', '']);
    expect(cells[1]).toEqual([
      '7',
      '2026-11-22T09:59:00Z',
      'updated',
      'MeshTimeout',
      'demo',
      't',
      '2',
      'mesh-system:admin',
      'slow backend',
    ]);
  });

  it('follows from where the list ended, also when the control plane was away', async () => {
    const ndjson = (position: number) => `\n${JSON.stringify(event(position, { type: 'ResourceDeleted' }))}\n`;
    const { out, err, status } = await runCli(['log', '--follow'], {
      'GET /log?limit=20&order=desc': { body: { items: [event(8)] } },
      'GET /log?after=8&follow=true': { body: ndjson(9) },
      'GET /log?after=9&follow=true': { body: ndjson(10) },
      'GET /log?after=10&follow=true': { status: 403, body: { title: 'Access Denied' } },
    });
    expect(out).toContain('9  2026-11-22T09:59:00Z  deleted  MeshTimeout  demo  t  2');
    expect(out).toContain('10  2026-11-22T09:59:00Z  deleted');
    expect(err).toContain('does not send any more\nfollowing on from position 9 when it answers\n');
    expect({ status, last: err.split('\n').at(-2) }).toEqual({
      status: 1,
      last: expect.stringContaining('--token or MERIDIAN_TOKEN says who is asking'),
    });
  });
});
