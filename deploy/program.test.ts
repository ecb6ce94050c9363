import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli, T } from '../test/support/runCli.ts';

describe('get', () => {
  it('shows a list as a table, over all pages', async () => {
    const mesh = (name: string, rest = {}) => ({ type: 'Mesh', name, modificationTime: T, ...rest });
    const mtls = {
      mtls: { enabledBackend: 'ca-1', backends: [{ name: 'ca-1', type: 'builtin' }] },
      routing: { localityAwareLoadBalancing: true },
    };
    const { status, out } = await runCli(['get', 'meshes'], {
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
    const { out } = await runCli(['get', 'dp'], {
      'GET /meshes/default/dataplanes': { body: { items: [item], next: null } },
    });
    expect(out).toContain('default   web-1   kuma.io/service=web version=v1,v2   10.0.0.1   never');
  });

  it('prints one resource so that it can be applied again', async () => {
    const item = { type: 'MeshTimeout', mesh: 'demo', name: 't', spec: { targetRef: { kind: 'Mesh' } } };
    const { out } = await runCli(['get', 'mesh-timeout', 't', '-m', 'demo', '-o', 'yaml'], {
      'GET /meshes/demo/meshtimeouts/t': { body: item },
    });
    expect(out).toBe('type: MeshTimeout\nmesh: demo\nname: t\nspec:\n  targetRef:\n    kind: Mesh\n');
  });

  it('tells a missing resource from a missing mesh', async () => {
    const missing = await runCli(['get', 'mt', 'nope', '-m', 'demo']);
    expect(missing).toMatchObject({ status: 1, err: 'error: there is no MeshTimeout "nope" in mesh "demo"\n' });
    const noMesh = await runCli(['get', 'mt', 'nope', '-m', 'no'], {
      'GET /meshes/no/meshtimeouts/nope': {
        status: 404,
        body: { status: 404, title: 'Failed to retrieve Mesh', detail: 'Not found' },
      },
    });
    expect(noMesh.err).toBe('error: there is no mesh "no"\n');
  });

  it('guesses what was meant', async () => {
    expect((await runCli(['get', 'meshtimout'])).err).toContain(
      'there is no resource type "meshtimout". Did you mean meshtimeouts?',
    );
    expect((await runCli(['get', 'xyzzy'])).err).toContain('Known are dataplanes, meshes, meshtimeouts, zones.');
  });

  it('says when nobody listens', async () => {
    const { status, err } = await runCli(['get', 'zones', '--address', 'http://127.0.0.1:1']);
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
    const { status, out, err, arrived } = await runCli(
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
    const { status, err, arrived } = await runCli(['apply', '-f', '-'], {}, 'type: Mesh\nname: demo\n---\nname: t\n');
    expect(status).toBe(1);
    expect(err).toBe(
      'error: standard input:4: not a resource: type has to name the resource type, as in "type: MeshTimeout"\n',
    );
    expect(arrived).toEqual([]);
  });

  it('names the line of broken YAML', async () => {
    const { err } = await runCli(['apply', '-f', '-'], {}, 'type: Mesh\nname: [demo\n');
    expect(err).toMatch(/^error: standard input: .* at line 3/);
  });

  it("prints the server's violations field by field", async () => {
    const refusal = {
      status: 400,
      title: 'Could not process a resource',
      detail: 'Resource is not valid',
      invalid_parameters: [{ field: 'spec.to[0].default', reason: 'at least one timeout should be configured' }],
    };
    const { status, err } = await runCli(
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
      const { out } = await runCli(['apply', '-f', folder, '--dry-run']);
      expect(out).toBe('Zone "a" would be applied\nZone "b" would be applied\n');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('delete', () => {
  it('deletes, and says when there is nothing', async () => {
    const done = await runCli(['delete', 'meshtimeout', 't'], {
      'DELETE /meshes/default/meshtimeouts/t': { body: {} },
    });
    expect(done).toMatchObject({ status: 0, out: 'deleted MeshTimeout "t"\n' });
    expect((await runCli(['delete', 'zone', 'z'])).err).toBe('error: there is no Zone "z"\n');
  });
});

describe('generate', () => {
  it('prints the bare token', async () => {
    const { out, arrived } = await runCli(
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
    const { status, err } = await runCli(['generate', 'zone-token', '--zone', 'a']);
    expect(status).toBe(1);
    expect(err).toContain('--valid-for');
  });
});

describe('the program', () => {
  it('knows its commands', async () => {
    const unknown = await runCli(['gte']);
    expect(unknown.status).toBe(1);
    expect(unknown.err).toContain('Did you mean get?');
    const help = await runCli(['--help']);
    expect(help.status).toBe(0);
    for (const command of ['global', 'zone', 'dp', 'apply', 'get', 'inspect', 'delete', 'log', 'status'])
      expect(help.out).toContain(`  ${command} `);
  });
});

describe('export', () => {
  const type = (name: string, path: string, scope: string, more = {}) => ({
    name,
    path,
    scope,
    includeInFederation: true,
    ...more,
  });
  const answers = {
    'GET /_resources': {
      body: {
        resources: [
          type('Dataplane', 'dataplanes', 'Mesh', { includeInFederation: false }),
          type('GlobalSecret', 'globalsecrets', 'Global'),
          type('Mesh', 'meshes', 'Global'),
          type('MeshTimeout', 'meshtimeouts', 'Mesh', { policy: { isTargetRef: true } }),
          type('Secret', 'secrets', 'Mesh'),
        ],
      },
    },
    'GET /meshes': { body: { items: [{ type: 'Mesh', name: 'm', kri: 'k', creationTime: T }], next: null } },
    'GET /meshes/m/secrets': { body: { items: [{ type: 'Secret', mesh: 'm', name: 's', data: 'AA==' }], next: null } },
    'GET /meshes/m/meshtimeouts': {
      body: {
        items: [
          {
            type: 'MeshTimeout',
            mesh: 'm',
            name: 't',
            labels: { 'kuma.io/mesh': 'm', 'kuma.io/origin': 'zone', 'kuma.io/zone': 'z', 'kuma.io/env': 'universal' },
            spec: {},
          },
        ],
        next: null,
      },
    },
    'GET /globalsecrets': {
      body: {
        items: ['user-token-signing-key-1', 'zone-token-signing-key-1'].map((name) => ({
          type: 'GlobalSecret',
          name,
          data: 'AA==',
        })),
        next: null,
      },
    },
  };
  const mesh = '---\ntype: Mesh\nname: m\nskipCreatingInitialPolicies:\n  - "*"\n';
  const secret = '---\ntype: Secret\nmesh: m\nname: s\ndata: AA==\n';
  const timeout = '---\ntype: MeshTimeout\nmesh: m\nname: t\nspec: {}\nlabels:\n  kuma.io/mesh: m\n';
  const global = (name: string) => `---\ntype: GlobalSecret\nname: ${name}\ndata: AA==\n`;
  const keys = global('zone-token-signing-key-1') + global('user-token-signing-key-1');

  it('prints what goes to global, in the order in which it can be applied', async () => {
    expect(await runCli(['export'], answers)).toMatchObject({ status: 0, out: mesh + secret + timeout + keys });
  });

  it('leaves policies out when it is asked to', async () => {
    const { out } = await runCli(['export', '--profile', 'federation'], answers);
    expect(out).toBe(mesh + secret + keys);
  });
});
