import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Recorded, type RecordedServer, startRecordedServer } from '../test/support/recordedServer.ts';
import { meridian } from './program.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const T = '2026-11-22T09:59:00Z';

const type = (name: string, path: string, scope: string, shortName: string, singular: string, plural: string) => ({
  name,
  path,
  scope,
  readOnly: false,
  shortName,
  singularDisplayName: singular,
  pluralDisplayName: plural,
});

const CATALOG: Recorded = {
  body: {
    resources: [
      type('Dataplane', 'dataplanes', 'Mesh', 'dp', 'Dataplane', 'Dataplanes'),
      type('Mesh', 'meshes', 'Global', 'm', 'Mesh', 'Meshes'),
      type('MeshTimeout', 'meshtimeouts', 'Mesh', 'mt', 'Mesh Timeout', 'Mesh Timeouts'),
      type('Zone', 'zones', 'Global', 'z', 'Zone', 'Zones'),
    ],
  },
};

let server: RecordedServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Runs the CLI against recorded answers. */
async function run(arguments_: readonly string[], answers: Readonly<Record<string, Recorded>> = {}, stdin = '') {
  server = await startRecordedServer({ 'GET /_resources': CATALOG, ...answers });
  let [out, err] = ['', ''];
  const status = await meridian(arguments_, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    now: () => NOW,
    env: { MERIDIAN_ADDRESS: server.address },
    stdin: async () => stdin,
  });
  return { status, out, err, arrived: server.arrived };
}

describe('get', () => {
  it('shows a list as a table, over all pages', async () => {
    const mesh = (name: string, rest = {}) => ({ type: 'Mesh', name, modificationTime: T, ...rest });
    const mtls = {
      mtls: { enabledBackend: 'ca-1', backends: [{ name: 'ca-1', type: 'builtin' }] },
      routing: { localityAwareLoadBalancing: true },
    };
    const { status, out } = await run(['get', 'meshes'], {
      'GET /meshes?size=1000': {
        body: { total: 2, items: [mesh('default', mtls)], next: 'http://x/meshes?offset=1&size=1000' },
      },
      'GET /meshes?size=1000&offset=1': { body: { total: 2, items: [mesh('demo')], next: null } },
    });
    expect(status).toBe(0);
    expect(out).toBe(
      [
        'NAME      mTLS           LOCALITY   ZONEEGRESS   AGE',
        'default   builtin/ca-1   on         off          60s',
        'demo      off            off        off          60s',
        '',
      ].join('\n'),
    );
  });

  it('merges the tags of all inbounds of a Dataplane', async () => {
    const inbound = (version: string) => ({ port: 1, tags: { 'kuma.io/service': 'web', version } });
    const item = {
      type: 'Dataplane',
      mesh: 'default',
      name: 'web-1',
      networking: { address: '10.0.0.1', inbound: [inbound('v2'), inbound('v1')] },
    };
    const { out } = await run(['get', 'dp'], {
      'GET /meshes/default/dataplanes': { body: { items: [item], next: null } },
    });
    expect(out).toContain('default   web-1   kuma.io/service=web version=v1,v2   10.0.0.1   never');
  });

  it('prints one resource so that it can be applied again', async () => {
    const item = { type: 'MeshTimeout', mesh: 'demo', name: 't', spec: { targetRef: { kind: 'Mesh' } } };
    const { out } = await run(['get', 'mesh-timeout', 't', '-m', 'demo', '-o', 'yaml'], {
      'GET /meshes/demo/meshtimeouts/t': { body: item },
    });
    expect(out).toBe('type: MeshTimeout\nmesh: demo\nname: t\nspec:\n  targetRef:\n    kind: Mesh\n');
  });

  it('tells a missing resource from a missing mesh', async () => {
    const missing = await run(['get', 'mt', 'nope', '-m', 'demo']);
    expect(missing).toMatchObject({ status: 1, err: 'error: there is no MeshTimeout "nope" in mesh "demo"\n' });
    await server?.close();
    const noMesh = await run(['get', 'mt', 'nope', '-m', 'no'], {
      'GET /meshes/no/meshtimeouts/nope': {
        status: 404,
        body: { status: 404, title: 'Failed to retrieve Mesh', detail: 'Not found' },
      },
    });
    expect(noMesh.err).toBe('error: there is no mesh "no"\n');
  });

  it('guesses what was meant', async () => {
    expect((await run(['get', 'meshtimout'])).err).toContain(
      'there is no resource type "meshtimout". Did you mean meshtimeouts?',
    );
    await server?.close();
    expect((await run(['get', 'xyzzy'])).err).toContain('Known are dataplanes, meshes, meshtimeouts, zones.');
  });

  it('says when nobody listens', async () => {
    const { status, err } = await run(['get', 'zones', '--address', 'http://127.0.0.1:1']);
    expect(status).toBe(1);
    expect(err).toMatch(
      /^error: cannot reach http:\/\/127\.0\.0\.1:1: .*--address or MERIDIAN_ADDRESS says where it is\.\n$/,
    );
  });
});

describe('apply', () => {
  const yaml = ['type: MeshTimeout', 'mesh: demo', 'name: t', 'spec: {}', '---', 'type: Mesh', 'name: demo', ''].join(
    '\n',
  );

  it('sends every document, meshes first, with the reason', async () => {
    const { status, out, err, arrived } = await run(
      ['apply', '-f', '-', '-m', 'slow backend'],
      {
        'PUT /meshes/demo': { status: 201, body: {} },
        'PUT /meshes/demo/meshtimeouts/t': { status: 200, body: { warnings: ['deprecated'] } },
      },
      yaml,
    );
    expect(status).toBe(0);
    expect(out).toBe('Mesh "demo" created\nMeshTimeout "t" in mesh "demo" updated\n');
    expect(err).toBe('warning: deprecated\n');
    const puts = arrived.filter(({ request }) => request.startsWith('PUT'));
    expect(puts.map(({ body }) => body)).toEqual([
      { type: 'Mesh', name: 'demo' },
      { type: 'MeshTimeout', mesh: 'demo', name: 't', spec: {} },
    ]);
    expect(puts[0]?.request).toBe('PUT /meshes/demo?message=slow+backend');
  });

  it('sends nothing when one document cannot be read, and says where', async () => {
    const { status, err, arrived } = await run(['apply', '-f', '-'], {}, 'type: Mesh\nname: demo\n---\nname: t\n');
    expect(status).toBe(1);
    expect(err).toBe(
      'error: standard input:4: not a resource: type has to name the resource type, as in "type: MeshTimeout"\n',
    );
    expect(arrived).toEqual([]);
  });

  it('names the line of broken YAML', async () => {
    const { err } = await run(['apply', '-f', '-'], {}, 'type: Mesh\nname: [demo\n');
    expect(err).toMatch(/^error: standard input: .* at line 3/);
  });

  it("prints the server's violations field by field", async () => {
    const refusal = {
      status: 400,
      title: 'Could not process a resource',
      detail: 'Resource is not valid',
      invalid_parameters: [{ field: 'spec.to[0].default', reason: 'at least one timeout should be configured' }],
    };
    const { status, err } = await run(
      ['apply', '-f', '-'],
      { 'PUT /meshes/demo': { body: {} }, 'PUT /meshes/demo/meshtimeouts/t': { status: 400, body: refusal } },
      yaml,
    );
    expect(status).toBe(1);
    expect(err).toBe(
      'error: standard input:1: MeshTimeout "t" in mesh "demo" was refused: Could not process a resource (Resource is not valid)\n* spec.to[0].default: at least one timeout should be configured\n',
    );
  });

  it('reads a folder in order of name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'apply-'));
    try {
      await writeFile(join(folder, 'b.yaml'), 'type: Zone\nname: b\n');
      await writeFile(join(folder, 'a.json'), '{"type":"Zone","name":"a"}');
      await writeFile(join(folder, 'c.txt'), 'no');
      const { out } = await run(['apply', '-f', folder, '--dry-run']);
      expect(out).toBe('Zone "a" would be applied\nZone "b" would be applied\n');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('delete', () => {
  it('deletes, and says when there is nothing', async () => {
    const done = await run(['delete', 'meshtimeout', 't'], { 'DELETE /meshes/default/meshtimeouts/t': { body: {} } });
    expect(done).toMatchObject({ status: 0, out: 'deleted MeshTimeout "t"\n' });
    await server?.close();
    expect((await run(['delete', 'zone', 'z'])).err).toBe('error: there is no Zone "z"\n');
  });
});

describe('generate', () => {
  it('prints the bare token', async () => {
    const { out, arrived } = await run(
      ['generate', 'dataplane-token', '--tag', 'kuma.io/service=web,api', '--valid-for', '24h'],
      {
        'POST /tokens/dataplane': { body: 'eyJ.a.b' },
      },
    );
    expect(out).toBe('eyJ.a.b\n');
    expect(arrived[0]?.body).toEqual({
      name: '',
      mesh: 'default',
      tags: { 'kuma.io/service': ['web', 'api'] },
      type: '',
      workload: '',
      validFor: '24h',
    });
  });

  it('wants to know how long it holds', async () => {
    const { status, err } = await run(['generate', 'zone-token', '--zone', 'a']);
    expect(status).toBe(1);
    expect(err).toContain('--valid-for');
  });
});

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
    const { out } = await run(['inspect', 'dataplanes'], {
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

  it('filters by tag', async () => {
    const { arrived } = await run(['inspect', 'dataplanes', '--tag', 'version=v1'], {
      'GET /meshes/default/dataplanes/_overview': { body: { items: [] } },
    });
    expect(arrived[0]?.request).toBe('GET /meshes/default/dataplanes/_overview?tag=version%3Av1&size=1000');
  });

  it('shows zones, meshes and services', async () => {
    const zone = {
      name: 'east',
      zone: { enabled: true },
      zoneInsight: { subscriptions: [{ connectTime: T, version: { kumaCp: { version: '0.1.0' } } }] },
    };
    const zones = await run(['inspect', 'zones'], { 'GET /zones/_overview': { body: { items: [zone] } } });
    expect(zones.out).toContain('east   Online   60s         never     0      0          0.1.0');
    await server?.close();
    const services = await run(['inspect', 'services'], {
      'GET /meshes/default/service-insights': {
        body: {
          items: [
            { name: 'web', status: 'partially_degraded', dataplanes: { total: 2, online: 1 }, zones: ['a', 'b'] },
          ],
        },
      },
    });
    expect(services.out).toMatch(/web\s+Partially degraded\s+1\/2\s+a,b/);
    await server?.close();
    const meshes = await run(['inspect', 'meshes'], {
      'GET /mesh-insights': {
        body: {
          items: [{ name: 'default', dataplanes: {}, services: { total: 3 }, policies: { MeshTimeout: { total: 2 } } }],
        },
      },
    });
    expect(meshes.out).toMatch(/default\s+0\/0\s+3\s+MeshTimeout 2/);
  });

  it('shows the policies of one proxy place by place', async () => {
    const items = [
      { type: 'dataplane', matchedPolicies: { MeshTimeout: [{ name: 'a' }, { name: 'b' }] } },
      { type: 'outbound', name: '127.0.0.1:80', service: 'web', matchedPolicies: { MeshRetry: [{ name: 'r' }] } },
    ];
    const { out } = await run(['inspect', 'dataplane', 'dp-1'], {
      'GET /meshes/default/dataplanes/dp-1/policies': { body: { items } },
    });
    expect(out).toBe('DATAPLANE\n  MeshTimeout: a, b\n\nOUTBOUND 127.0.0.1:80 (web)\n  MeshRetry: r\n');
  });
});

describe('status', () => {
  const head: Recorded = { body: { items: [{ position: 12 }] } };
  const zone = (name: string, rest: object = {}) => ({
    name,
    state: 'in sync',
    position: 12,
    lag: 0,
    digestEqual: true,
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
    const { out } = await run(['status'], {
      'GET /sync': {
        body: {
          items: [
            zone('a', { sidecars: { connected: 2, total: 3 } }),
            zone('b', { state: 'behind', position: 9, lag: 3, digestEqual: false, reason: 'no answer for 7 s' }),
          ],
        },
      },
      'GET /rollouts': {
        body: { items: [rollout] },
      },
      'GET /log': head,
    });
    const cells = out.split('\n').map((line) => line.split(/ {3,}/));
    expect(cells[0]).toEqual(['policy log at position 12; 2 zones, 1 not in sync']);
    expect(cells[3]).toEqual(['a', 'in sync', '12', '0', 'equal', '2/3']);
    expect(cells[4]).toEqual(['b', 'behind', '9', '3', 'DIFFERENT', '-', 'no answer for 7 s']);
    expect(cells[7]).toEqual(['12', '60s', 'default/MeshTimeout/t', '2/3', '1', '9 ms']);
    expect(out).toContain('position 12: default.web-1 rejected it: bad listener');
  });
});

describe('log', () => {
  const event = (position: number, rest: object = {}) => ({
    position,
    id: 'e',
    type: 'ResourceUpdated',
    at: '2026-11-22T09:59:00.123Z',
    by: { user: 'mesh-system:admin', source: '127.0.0.1', client: 'x', message: 'slow backend' },
    key: { type: 'MeshTimeout', mesh: 'demo', name: 't' },
    version: 2,
    ...rest,
  });

  it('shows the newest events, oldest first', async () => {
    const { out, arrived } = await run(['log', '--type', 'MeshTimeout', '--limit', '2'], {
      'GET /log': { body: { items: [event(8), event(7)] } },
    });
    expect(arrived[0]?.request).toBe('GET /log?type=MeshTimeout&limit=2&order=desc');
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

  it('follows from where the list ended', async () => {
    const ndjson = `\n${JSON.stringify(event(9, { type: 'ResourceDeleted' }))}\n`;
    const { out, arrived } = await run(['log', '--follow'], {
      'GET /log?limit=20&order=desc': { body: { items: [event(8)] } },
      'GET /log?after=8&follow=true': { body: ndjson },
    });
    expect(arrived).toHaveLength(2);
    expect(out).toContain('9  2026-11-22T09:59:00Z  deleted  MeshTimeout  demo  t  2');
  });
});

describe('the program', () => {
  it('knows its commands', async () => {
    const unknown = await run(['gte']);
    expect(unknown.status).toBe(1);
    expect(unknown.err).toContain('Did you mean get?');
    await server?.close();
    const help = await run(['--help']);
    expect(help.status).toBe(0);
    for (const command of ['global', 'zone', 'dp', 'apply', 'get', 'inspect', 'delete', 'log', 'status'])
      expect(help.out).toContain(`  ${command} `);
  });
});
